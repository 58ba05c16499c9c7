/**
 * How exported files are sealed: as the Amazon S3 Encryption Client seals objects, so that a client of it
 * opens them. A file is what AES-256-GCM makes of the plain one, with its tag behind; beside it is an
 * instruction file with the data key as KMS sealed it. Sources: Amazon S3 Encryption Client, "Encryption
 * algorithms" and "Instruction files"; ADR-0086.
 */
import { createCipheriv, createHash, createHmac, randomBytes } from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import { invariant, isRegistryError } from "../errors.ts";
import type { Caller } from "../identity/principal.ts";
import { openWith, parseCiphertext, sealWith } from "../kms/ciphertext.ts";
import type { EncryptionContext } from "../kms/kms-key.ts";
import type { Registry } from "../names.ts";
import { useValueKey } from "../secrets/value-key.ts";
import { invalidInput } from "./inspector-refusal.ts";
import type { SbomExport } from "./sbom-export.ts";

const algorithm = "AES/GCM/NoPadding";
const dataKeyBytes = 32;
const nonceBytes = 12;
const tagBits = 128;

/** What the data key is bound to: policies of the key may ask for it. */
function contextOf(id: string): EncryptionContext {
  return { "aws:x-amz-cek-alg": algorithm, reportId: id };
}

/**
 * A data key for an export, sealed by the key of KMS that the caller names and may use, in base64.
 * @throws AccessDenied; Validation for a key that is not there, is of another region, or can not be used
 */
export async function newExportKey(
  ports: Ports,
  caller: Caller,
  registry: Registry,
  { id, kmsKeyArn: keyArn }: { readonly id: string; readonly kmsKeyArn: string },
): Promise<string> {
  if (keyArn.split(":")[3] !== registry.region) {
    throw invalidInput(`The KMS key ${keyArn} is not of the region ${registry.region}.`);
  }
  const context = contextOf(id);
  const owner = { service: "inspector2", registry, keyArn, context } as const;
  try {
    const key = await useValueKey(ports, caller, owner, "GenerateDataKey");
    return (await sealWith(ports, key, randomBytes(dataKeyBytes), context)).toString("base64");
  } catch (error) {
    if (isRegistryError(error, "Validation")) throw invalidInput(error.message);
    throw error;
  }
}

/**
 * What seals the files of an export; `undefined` where its key can not be used any more.
 */
export async function exportSeal(
  ports: Pick<Ports, "keys" | "metadata">,
  { id, destination: { sealedDataKey } }: SbomExport,
): Promise<ExportSeal | undefined> {
  if (sealedDataKey === undefined) return undefined;
  try {
    const parsed = parseCiphertext(Buffer.from(sealedDataKey, "base64"));
    const key = await ports.metadata.kms.keys.find(parsed.key);
    if (key === undefined) return undefined;
    const plain = await openWith(ports, key, parsed, contextOf(id));
    return new ExportSeal(plain, sealedDataKey, contextOf(id));
  } catch (error) {
    if (isRegistryError(error)) return undefined;
    throw error;
  }
}

export interface SealedFile {
  readonly content: Uint8Array;
  /** JSON, for the file beside it. */
  readonly instruction: Uint8Array;
}

/** Seals the files of one export. */
export class ExportSeal {
  readonly #key: Uint8Array;
  readonly #sealedKey: string;
  readonly #context: EncryptionContext;

  constructor(key: Uint8Array, sealedKey: string, context: EncryptionContext) {
    invariant(key.length === dataKeyBytes, "a data key has 256 bits");
    this.#key = key;
    this.#sealedKey = sealedKey;
    this.#context = context;
  }

  /**
   * The nonce comes from name and content: what is written twice is the same, and nothing else has that
   * nonce below this key.
   */
  seal(name: string, plain: Uint8Array): SealedFile {
    const digest = createHash("sha256").update(plain).digest();
    const mac = createHmac("sha256", this.#key).update(digest).update(name);
    const nonce = mac.digest().subarray(0, nonceBytes);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce);
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    const instruction = {
      "x-amz-key-v2": this.#sealedKey,
      "x-amz-iv": nonce.toString("base64"),
      "x-amz-cek-alg": algorithm,
      "x-amz-wrap-alg": "kms+context",
      "x-amz-matdesc": JSON.stringify(this.#context),
      "x-amz-tag-len": String(tagBits),
      "x-amz-unencrypted-content-length": String(plain.length),
    };
    return {
      content: Buffer.concat([sealed, cipher.getAuthTag()]),
      instruction: Buffer.from(`${JSON.stringify(instruction)}\n`),
    };
  }
}
