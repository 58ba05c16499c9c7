import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, opendir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { TrailTarget } from "../../ports/trail-target.ts";
import { trailLimits } from "../../registry/trails/trail-limits.ts";
import { hasCode } from "./durability.ts";

const part = ".part";
const signatureOf = ".sig";
const fileMode = 0o600;
const directoryMode = 0o700;

/**
 * A directory that trails write to. The signature of a digest is in a file beside it, `<name>.sig`; a
 * file that is being written ends in `.part`: what a killed process leaves of one can be removed.
 */
export class TrailDirectory implements TrailTarget {
  readonly #root: string;

  constructor(root: string) {
    this.#root = resolve(root);
  }

  async write(name: string, content: Uint8Array, signature?: string): Promise<void> {
    const path = this.#path(name);
    await this.#makeRoom(dirname(path));
    // First the signature: a digest without one could not be verified.
    if (signature !== undefined) {
      await replace(path + signatureOf, Buffer.from(`${signature}\n`));
    }
    await replace(path, content);
    await syncDirectory(dirname(path));
  }

  async read(name: string): Promise<{ content: Uint8Array; signature?: string } | undefined> {
    const path = this.#path(name);
    const found = await unlessAbsent(stat(path));
    if (found === undefined) return undefined;
    if (found.size > trailLimits.objectBytes) throw new Error(`${name} is too large`);
    const pieces: Buffer[] = [];
    for await (const piece of createReadStream(path, { end: trailLimits.objectBytes - 1 })) {
      pieces.push(piece as Buffer);
    }
    const kept = await unlessAbsent(readFile(path + signatureOf, "utf8"));
    const content = Buffer.concat(pieces);
    return kept === undefined ? { content } : { content, signature: kept.trim() };
  }

  async *list(): AsyncIterable<string> {
    const directory = await unlessAbsent(opendir(this.#root, { recursive: true }));
    if (directory === undefined) return;
    for await (const entry of directory) {
      if (entry.isDirectory()) continue;
      const name = relative(this.#root, join(entry.parentPath, entry.name)).split(sep).join("/");
      if (!name.endsWith(part) && !name.endsWith(signatureOf)) yield name;
    }
  }

  close(): void {}

  #path(name: string): string {
    const parts = name.split("/");
    if (parts.some((each) => each === "" || each === "." || each === ".." || each.includes("\0"))) {
      throw new Error(`${JSON.stringify(name)} is no name of a file`);
    }
    return join(this.#root, ...parts);
  }

  /** Makes the directory and those above it, durably. */
  async #makeRoom(path: string): Promise<void> {
    const made = await mkdir(path, { recursive: true, mode: directoryMode });
    if (made === undefined) return;
    for (let each = path; each.length >= dirname(made).length; each = dirname(each)) {
      await syncDirectory(each);
      if (each === dirname(each)) return;
    }
  }
}

/** Readers see all of it or what was there before, also while two write the same. */
async function replace(path: string, content: Uint8Array): Promise<void> {
  const draft = `${path}.${randomUUID()}${part}`;
  try {
    const file = await open(draft, "wx", fileMode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function unlessAbsent<T>(wanted: Promise<T>): Promise<T | undefined> {
  try {
    return await wanted;
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return undefined;
    throw error;
  }
}
