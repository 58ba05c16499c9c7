import { createHash } from "node:crypto";
import { z } from "zod";
import type { ArchiveFacts } from "../../ports/archive.ts";
import type { FileFacts } from "./hashed-file.ts";

/** Of the form that docs/adr/0020-backup-and-migration.md describes. */
const format = 1;

export const manifestName = "manifest.json";
export const rowsName = "metadata.jsonl";
export const objectsName = "objects.jsonl";
export const masterKeyName = "master.key";
/** In a tar the manifest comes first and is known last, so that it gets this much room. */
export const manifestRoomBytes = 8192;

export type NamedFiles = Readonly<Record<string, FileFacts>>;

export interface Manifest {
  readonly facts: ArchiveFacts;
  readonly files: NamedFiles;
}

const count = z.int().min(0);
const file = z.object({ bytes: count, sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const shape = z.object({
  format: z.literal(format),
  id: z.uuid(),
  createdAt: z.iso.datetime(),
  version: z.string(),
  schemaVersion: count,
  rows: z.record(z.string(), count),
  objects: count,
  objectBytes: count,
  files: z.record(z.string(), file),
});

export function formatManifest({ facts, files }: Manifest): string {
  const { id, createdAt, version, schemaVersion, rows, objects, objectBytes } = facts;
  const content = {
    ...{ format, id, createdAt: new Date(createdAt).toISOString(), version, schemaVersion },
    ...{ rows, objects, objectBytes, files },
  };
  const text = `${JSON.stringify({ ...content, sha256: hashOf(content) }, null, 2)}\n`;
  if (text.length > manifestRoomBytes) throw new Error("the manifest of the backup is too long");
  return text;
}

/** @throws when it is damaged, or of a form that this program does not know */
export function parseManifest(text: string): Manifest {
  const { sha256, ...content } = parse(text);
  if (content.format !== format && typeof content.format === "number") {
    throw new Error(`it is of form ${content.format}, and this Entrepot reads form ${format}`);
  }
  const parsed = shape.safeParse(content);
  if (!parsed.success || sha256 !== hashOf(content)) throw new Error("its manifest is damaged");
  const { files, createdAt, format: _, ...facts } = parsed.data;
  const hasMasterKey = Object.hasOwn(files, masterKeyName);
  return { facts: { ...facts, createdAt: Date.parse(createdAt), hasMasterKey }, files };
}

function parse(text: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch (error) {
    throw new Error("its manifest is damaged", { cause: error });
  }
}

function hashOf(content: object): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}
