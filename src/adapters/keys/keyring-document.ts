import { createSecretKey, hkdfSync } from "node:crypto";
import { z } from "zod";
import { limits } from "../../registry/limits.ts";
import { keyBytes, keyContext, openKey, sealKey } from "./sealed-key.ts";

/** The setting of the deployment that holds the document. Where there is none, no key was ever rotated. */
export const keyringSetting = "KEYRING";

const form = 1;
const idBytes = 8;

const base64 = z.base64();
const time = z.number().int().min(0);
const masterKeyShape = z.object({
  id: z.string(),
  /** Where the key itself is kept sealed, if it is: a ciphertext of AWS KMS, and what it is bound to. */
  kms: z.object({ key: z.string(), deployment: z.uuid(), ciphertext: base64 }).optional(),
  /** By generation: its key, sealed by this one. */
  sealed: z.record(z.string().regex(/^\d{1,6}$/), base64),
});
const shape = z.object({
  form: z.literal(form),
  /** Each of them opens all generations. The newest last. */
  masterKeys: z.array(masterKeyShape).min(1).max(limits.masterKeys),
  /** In order. Milliseconds since the epoch. */
  generations: z
    .array(
      z.object({
        number: z.int().min(0),
        /** Of the first generation: the id of the master key that it is. */
        is: z.string().optional(),
        usedFrom: time,
        /** Until when what was handed out under it is taken back; without it, as long as it is used. */
        acceptedUntil: time.optional(),
      }),
    )
    .min(1)
    .max(limits.keyGenerations),
  rotation: z
    .object({
      to: z.string(),
      step: z.enum(["prepared", "rewrapping"]),
      begunAt: time,
    })
    .optional(),
});

/** What a deployment knows of the keys above its service keys: docs/adr/0034-master-key.md. */
export type KeyringDocument = z.output<typeof shape>;
export type MasterKeyEntry = z.output<typeof masterKeyShape>;
export type GenerationFacts = KeyringDocument["generations"][number];

/** @throws when it is damaged, or of a form that this program does not know */
export function parseKeyring(text: string): KeyringDocument {
  try {
    return shape.parse(JSON.parse(text));
  } catch (error) {
    throw new Error("The keyring in the database is damaged, or of a newer Entrepot.", {
      cause: error,
    });
  }
}

export function formatKeyring(document: KeyringDocument): string {
  return JSON.stringify(shape.parse(document));
}

/** What a master key is called. It tells nothing of the key. */
export function masterKeyId(masterKey: Uint8Array): string {
  const id = hkdfSync("sha256", masterKey, "", "entrepot master key id", idBytes);
  return Buffer.from(id).toString("hex");
}

/** The keyring of a master key that nothing was sealed with before, or that has never been rotated. */
export function firstKeyring(masterKey: Uint8Array, kms?: MasterKeyEntry["kms"]): KeyringDocument {
  const id = masterKeyId(masterKey);
  const entry = { id, sealed: {}, ...(kms === undefined ? {} : { kms }) };
  return { form, masterKeys: [entry], generations: [{ number: 0, is: id, usedFrom: 0 }] };
}

/** The master key is not one of those that open the data. */
export class WrongMasterKey extends Error {
  override readonly name = "WrongMasterKey";
}

/**
 * The keys of all generations, by number.
 * @throws WrongMasterKey
 */
export function openGenerations(
  { masterKeys, generations }: KeyringDocument,
  masterKey: Uint8Array,
): Map<number, Uint8Array> {
  const id = masterKeyId(masterKey);
  const entry = masterKeys.find((each) => each.id === id);
  if (entry === undefined) {
    const wanted = masterKeys.map((each) => each.id).join(" or ");
    throw new WrongMasterKey(
      "The master key is not the one that this data was sealed with: " +
        `it is opened by key ${wanted}, and the one that was given is ${id}.`,
    );
  }
  const wrapping = createSecretKey(masterKey);
  const open = ({ number, is }: GenerationFacts): [number, Uint8Array] => {
    if (is === id) return [number, Buffer.from(masterKey)];
    const sealed = Buffer.from(entry.sealed[number] ?? "", "base64");
    const key = openKey(wrapping, sealed, generationContext(number, id));
    if (key === undefined) throw new Error("The keyring in the database is damaged.");
    return [number, key];
  };
  return new Map(generations.map(open));
}

/** How a master key comes to open the generations. */
export function sealGenerations(
  { generations }: Pick<KeyringDocument, "generations">,
  keys: ReadonlyMap<number, Uint8Array>,
  masterKey: Uint8Array,
  kms?: MasterKeyEntry["kms"],
): MasterKeyEntry {
  const id = masterKeyId(masterKey);
  const wrapping = createSecretKey(masterKey);
  const sealed: Record<string, string> = {};
  for (const { number, is } of generations) {
    const key = keys.get(number);
    if (is === id) continue;
    if (key?.byteLength !== keyBytes) throw new Error(`generation ${number} is not open`);
    sealed[number] = sealKey(wrapping, key, generationContext(number, id)).toString("base64");
  }
  return { id, sealed, ...(kms === undefined ? {} : { kms }) };
}

function generationContext(number: number, masterKey: string): Buffer {
  return keyContext("generation", form, number, masterKey);
}
