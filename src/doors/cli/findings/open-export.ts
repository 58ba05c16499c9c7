/** `entrepot sbom open`: what an export has sealed, plain again. */
import { createDecipheriv } from "node:crypto";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { CommandError } from "../client.ts";
import type { Server } from "../server.ts";

/** Source: Amazon S3 Encryption Client, "Instruction files". */
const instruction = z.object({
  "x-amz-key-v2": z.base64(),
  "x-amz-iv": z.base64(),
  "x-amz-cek-alg": z.literal("AES/GCM/NoPadding"),
  "x-amz-wrap-alg": z.literal("kms+context"),
  "x-amz-matdesc": z
    .string()
    .transform((text) => z.record(z.string(), z.string()).parse(JSON.parse(text))),
  "x-amz-tag-len": z.literal("128"),
});

const tagBytes = 16;

/**
 * The plain content of a file of an export, by its instruction file beside it: KMS opens the data key for
 * whoever may `kms:Decrypt`.
 * @throws CommandError where one is missing, damaged, or not of the other
 */
export async function openExport(server: Pick<Server, "call">, path: string): Promise<Buffer> {
  const beside = `${path}.instruction`;
  const [sealed, text] = await Promise.all([read(path), read(beside)]);
  const told = instruction.safeParse(jsonOf(text));
  if (!told.success) throw new CommandError(`${beside} is no instruction file of an SBOM export`);
  const { Plaintext: key } = await server.call("kms:Decrypt", {
    CiphertextBlob: told.data["x-amz-key-v2"],
    EncryptionContext: told.data["x-amz-matdesc"],
  });
  try {
    const nonce = Buffer.from(told.data["x-amz-iv"], "base64");
    const decipher = createDecipheriv("aes-256-gcm", Buffer.from(key ?? "", "base64"), nonce, {
      authTagLength: tagBytes,
    });
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]);
  } catch {
    throw new CommandError(`${path} is damaged, or not the file that ${beside} is about`);
  }
}

async function read(path: string): Promise<Buffer> {
  return readFile(path).catch((error: Error) => {
    throw new CommandError(`${path} can not be read: ${error.message}`);
  });
}

function jsonOf(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString());
  } catch {
    return undefined;
  }
}
