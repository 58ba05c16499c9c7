import { createReadStream, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createGunzip, gunzipSync } from "node:zlib";
import { advisoryLimits } from "../../registry/scanning/advisories/advisory-limits.ts";
import { ArchiveRefused, zipMembers } from "./zip-members.ts";

/** Files in one another. */
const deepest = 12;
const longestLine = 16 * 1024 * 1024;
/** A catalogue as one document. */
const largestDocument = 256 * 1024 * 1024;

/** Takes what files hold. Each is called with where that stands, for messages. */
export interface InputReader {
  /** A JSON document: a record, a list of records, or a catalogue. */
  document(json: string, place: string): void;
  /** A line of EPSS's table. */
  epssLine(line: string): void;
  refused(reason: string, place: string): void;
}

/**
 * Reads what is under a path: a folder with folders, zips, `.json`, `.ndjson` and EPSS's `.csv`, the latter
 * three with `.gz` too; or one such file. What has another name is passed over.
 * @throws when the path cannot be read
 */
export async function readInput(path: string, reader: InputReader): Promise<void> {
  if (!statSync(path).isDirectory()) {
    if (!(await readFile(path, reader))) reader.refused("a file of no known kind", path);
    return;
  }
  for (const file of filesUnder(path, 0)) await readFile(file, reader);
}

function* filesUnder(directory: string, depth: number): Generator<string> {
  if (depth > deepest) return;
  const entries = readdirSync(directory, { withFileTypes: true });
  entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path, depth + 1);
    else if (entry.isFile()) yield path;
  }
}

async function readFile(path: string, reader: InputReader): Promise<boolean> {
  const name = path.endsWith(".gz") ? path.slice(0, -3) : path;
  if (path.endsWith(".zip")) readZip(path, reader);
  else if (name.endsWith(".json")) readDocument(path, reader);
  else if (name.endsWith(".ndjson") || name.endsWith(".jsonl")) {
    await readLines(path, reader, (line, place) => reader.document(line, place));
  } else if (name.endsWith(".csv") && name.includes("epss")) {
    await readLines(path, reader, (line) => reader.epssLine(line));
  } else return false;
  return true;
}

function readZip(path: string, reader: InputReader): void {
  try {
    for (const member of zipMembers(path, advisoryLimits.recordBytes)) {
      if (!member.name.endsWith(".json")) continue;
      const place = `${path}: ${member.name}`;
      try {
        reader.document(member.read().toString(), place);
      } catch (error) {
        if (!(error instanceof ArchiveRefused)) throw error;
        reader.refused(error.message, place);
      }
    }
  } catch (error) {
    if (!(error instanceof ArchiveRefused)) throw error;
    reader.refused(error.message, path);
  }
}

function readDocument(path: string, reader: InputReader): void {
  if (statSync(path).size > largestDocument) {
    reader.refused(`larger than ${largestDocument} bytes`, path);
    return;
  }
  const bytes = readFileSync(path);
  let text: string;
  try {
    const plain = path.endsWith(".gz")
      ? gunzipSync(bytes, { maxOutputLength: largestDocument })
      : bytes;
    text = plain.toString();
  } catch (error) {
    reader.refused((error as Error).message, path);
    return;
  }
  reader.document(text, path);
}

async function readLines(
  path: string,
  reader: InputReader,
  take: (line: string, place: string) => void,
): Promise<void> {
  const file = createReadStream(path);
  const pieces = path.endsWith(".gz") ? file.pipe(createGunzip()) : file;
  file.on("error", (error) => pieces.destroy(error));
  let rest = "";
  let number = 0;
  const decoder = new TextDecoder();
  try {
    for await (const piece of pieces) {
      const lines = (rest + decoder.decode(piece as Buffer, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > longestLine) throw new Error(`a line is longer than ${longestLine}`);
      for (const line of lines) {
        number += 1;
        if (line !== "") take(line, `${path}:${number}`);
      }
    }
    if (rest !== "") take(rest, `${path}:${number + 1}`);
  } catch (error) {
    reader.refused((error as Error).message, path);
  } finally {
    file.destroy();
  }
}
