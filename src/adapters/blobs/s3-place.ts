import { createHash, randomBytes } from "node:crypto";
import type { StagedBytes } from "../../ports/blob-store.ts";
import type { ObjectId } from "../../registry/names.ts";
import { checkObjectKey, isObjectKey } from "./object-key.ts";

/**
 * One S3 object that holds a run of an object's bytes. `attempt` is its last name, made afresh for
 * every attempt to write, so that two writers of one key never meet.
 */
export interface Segment {
  readonly attempt: string;
  readonly lengthBytes: number;
}

/** 64 bits: among the few thousand attempts of one key no two are alike. */
const attemptBytes = 8;
const segmentShape = /^((?:archive\/)?[0-9a-f]{16}):(0|[1-9]\d{0,15})$/;

export function newAttempt(): string {
  return randomBytes(attemptBytes).toString("hex");
}

/** The same for an object of the archive: its name, and so its place, tell. */
export function newArchivedAttempt(): string {
  return `archive/${newAttempt()}`;
}

export function isArchivedName(name: string): boolean {
  return /\/archive\/[0-9a-f]{16}$/.test(name);
}

/**
 * The attempt that these segments are composed into. It follows from them: whoever composes them
 * again, or at the same time, writes the same bytes to the same name.
 */
export function composedOf(segments: readonly Segment[]): Segment {
  const place = placeOf(segments);
  const attempt = createHash("sha256")
    .update(place)
    .digest("hex")
    .slice(0, 2 * attemptBytes);
  return { attempt, lengthBytes: totalBytes(segments) };
}

/** What the caller keeps: `<attempt>:<bytes>` of every segment in order, with commas between. */
export function placeOf(segments: readonly Segment[]): string {
  return segments.map(({ attempt, lengthBytes }) => `${attempt}:${lengthBytes}`).join(",");
}

/** The segments of a place, or `undefined` when it is none of ours. */
export function segmentsOf(place: string): Segment[] | undefined {
  if (place === "") return [];
  const segments: Segment[] = [];
  for (const text of place.split(",")) {
    const match = segmentShape.exec(text);
    if (match === null) return undefined;
    segments.push({ attempt: match[1]!, lengthBytes: Number(match[2]) });
  }
  return segments;
}

/** The segments of what was synced; `undefined` when the place does not have that many bytes. */
export function syncedSegments({ lengthBytes, place }: StagedBytes): Segment[] | undefined {
  const segments = segmentsOf(place);
  return segments !== undefined && totalBytes(segments) === lengthBytes ? segments : undefined;
}

export function totalBytes(segments: readonly Segment[]): number {
  return segments.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
}

/**
 * How keys become names in the bucket: `<prefix>objects/<first two digits>/<key>/<attempt>`, where an
 * archived object's attempt is `archive/<attempt>`.
 */
export class Names {
  readonly #prefix: string;
  readonly #shape: RegExp;

  constructor(prefix: string) {
    this.#prefix = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
    this.#shape = /^objects\/[0-9a-f]{2}\/([0-9a-f]{32})\/((?:archive\/)?[0-9a-f]{16})$/;
  }

  get everything(): string {
    return `${this.#prefix}objects/`;
  }

  get owner(): string {
    return `${this.#prefix}owner`;
  }

  /** What all names of the key begin with, and no others. */
  of(key: ObjectId): string {
    checkObjectKey(key);
    return `${this.everything}${key.slice(0, 2)}/${key}/`;
  }

  name(key: ObjectId, { attempt }: Pick<Segment, "attempt">): string {
    return this.of(key) + attempt;
  }

  probe(): string {
    return `${this.#prefix}probe/${newAttempt()}`;
  }

  /** Whose name it is, or `undefined` when it is none of ours. */
  parse(name: string): { key: ObjectId; attempt: string } | undefined {
    if (!name.startsWith(this.#prefix)) return undefined;
    const [, key, attempt] = this.#shape.exec(name.slice(this.#prefix.length)) ?? [];
    return key !== undefined && attempt !== undefined && isObjectKey(key)
      ? { key, attempt }
      : undefined;
  }
}
