import type { TrailTarget } from "../../ports/trail-target.ts";
import type { DigestFile, LoggedFile } from "./digest-file.ts";
import { type FileName, isoSeconds, parseFileName } from "./file-names.ts";
import { gunzipped } from "./gzip-file.ts";
import { sha256 } from "./log-file.ts";
import { type PublicKeys, readDigest, type SoundDigest } from "./read-digest.ts";
import { trailLimits } from "./trail-limits.ts";

/** What was found, and where. */
export interface TrailFinding {
  /** `problem`: not as it was written. `gap`: times of which there are no records, as a digest says. */
  readonly kind: "problem" | "gap" | "note";
  readonly name: string;
  readonly what: string;
}

export interface VerifiedTrails {
  readonly digests: number;
  readonly files: number;
  readonly findings: readonly TrailFinding[];
}

export interface VerifyOptions {
  readonly keys: PublicKeys;
  readonly now: number;
  /** Told how far it is. */
  readonly onProgress?: (verified: number, total: number) => void;
}

/**
 * Verifies all that trails have written to a place: walks each chain of digests from its newest to its
 * oldest one, and compares every file with what its digest says. Needs nothing but the place and the
 * public keys.
 */
export async function verifyTrails(
  target: Pick<TrailTarget, "list" | "read">,
  options: VerifyOptions,
): Promise<VerifiedTrails> {
  const verification = new Verification(target, options);
  await verification.list();
  for (const chain of verification.chains) await verification.walk(chain);
  verification.judgeOthers();
  return verification.result;
}

interface Named extends FileName {
  readonly name: string;
}

/** Names have minutes, and a file is written after it was named. */
const mostLateMs = 10 * 60_000;

class Verification {
  readonly #target: Pick<TrailTarget, "list" | "read">;
  readonly #options: VerifyOptions;
  readonly #digests = new Map<string, Named[]>();
  readonly #logs = new Map<string, Named>();
  /** Files that a digest names. */
  readonly #named = new Set<string>();
  /** Of each folder, the time that digests tell of. */
  readonly #told = new Map<string, { from: number; until: number }>();
  readonly #findings: TrailFinding[] = [];
  #digestCount = 0;
  #fileCount = 0;
  #total = 0;

  constructor(target: Pick<TrailTarget, "list" | "read">, options: VerifyOptions) {
    this.#target = target;
    this.#options = options;
  }

  get result(): VerifiedTrails {
    return { digests: this.#digestCount, files: this.#fileCount, findings: this.#findings };
  }

  /** The digests of each chain, the oldest first. */
  get chains(): readonly (readonly Named[])[] {
    return [...this.#digests.values()].map((chain) =>
      chain.sort((one, other) => one.at - other.at || (one.name < other.name ? -1 : 1)),
    );
  }

  async list(): Promise<void> {
    for await (const name of this.#target.list()) {
      this.#total += 1;
      if (this.#total > trailLimits.verifiedObjects) throw new Error("there are too many files");
      const parsed = parseFileName(name);
      if (parsed === undefined) {
        if (/(?:^|\/)AWSLogs\//.test(name)) this.#say("problem", name, "no trail names a file so");
        continue;
      }
      const named = { ...parsed, name };
      if (named.kind === "log") {
        this.#logs.set(name, named);
        continue;
      }
      const chain = this.#digests.get(named.chain) ?? [];
      chain.push(named);
      this.#digests.set(named.chain, chain);
    }
    if (this.#digests.size === 0) {
      this.#say("problem", "", "there is no digest: nothing can be verified");
    }
  }

  async walk(chain: readonly Named[]): Promise<void> {
    const left = new Map(chain.map((named) => [named.name, named]));
    const newestOf = () => [...left.values()].at(-1);
    let next = newestOf();
    let newer: SoundDigest | undefined;
    while (next !== undefined) {
      left.delete(next.name);
      const found = await readDigest(this.#target, next.name, next.registry, this.#options.keys);
      this.#step(1);
      if (typeof found === "string") {
        this.#say("problem", next.name, found);
        newer = undefined;
      } else {
        this.#digestCount += 1;
        if (newer !== undefined) this.#compare(newer.digest, found, next.name);
        await this.#verifyFiles(found.digest, next);
        newer = found;
      }
      next = this.#previous(newer?.digest, left) ?? newestOf();
      if (newer !== undefined && next?.name !== newer.digest.previousDigestS3Object) {
        newer = undefined;
      }
    }
  }

  /** The one that a digest says is before it, where it is there. */
  #previous(digest: DigestFile | undefined, left: ReadonlyMap<string, Named>): Named | undefined {
    if (digest === undefined) return undefined;
    const { previousDigestS3Object: name, previousDigestS3Bucket: bucket } = digest;
    if (name === null) {
      if (left.size > 0) this.#say("gap", digest.digestS3Object, "a new chain of digests begins");
      return undefined;
    }
    if (bucket !== digest.digestS3Bucket) {
      this.#say("note", digest.digestS3Object, `the chain goes back to ${bucket}/${name}`);
      return undefined;
    }
    const previous = left.get(name);
    if (previous !== undefined) return previous;
    this.#say("problem", name, "the digest is missing");
    return undefined;
  }

  /** What a digest says of the one before it. */
  #compare(newer: DigestFile, { digest, hash, signature }: SoundDigest, name: string): void {
    if (newer.previousDigestHashValue !== hash || newer.previousDigestSignature !== signature) {
      this.#say("problem", name, `the digest is not the one that ${newer.digestS3Object} names`);
    }
    const [from, until] = [Date.parse(digest.digestEndTime), Date.parse(newer.digestStartTime)];
    if (from === until) return;
    const isTold = (newer.gaps ?? []).some(
      ({ startTime, endTime }) => Date.parse(startTime) <= from && Date.parse(endTime) >= until,
    );
    if (isTold && from < until) return;
    const what = `no digest tells of ${digest.digestEndTime} to ${newer.digestStartTime}`;
    this.#say("problem", newer.digestS3Object, what);
  }

  async #verifyFiles(digest: DigestFile, { name, folder }: Named): Promise<void> {
    const [from, until] = [Date.parse(digest.digestStartTime), Date.parse(digest.digestEndTime)];
    const told = this.#told.get(folder) ?? { from, until };
    this.#told.set(folder, {
      ...{ from: Math.min(told.from, from), until: Math.max(told.until, until) },
    });
    for (const { startTime, endTime, reason, records } of digest.gaps ?? []) {
      const why =
        reason === "StopLogging" ? "logging was stopped" : `${records} records were given up`;
      this.#say("gap", name, `${startTime} to ${endTime}: ${why}`);
    }
    for (const file of digest.logFiles) {
      if (file.s3Bucket !== digest.digestS3Bucket) {
        this.#say("note", file.s3Object, `the file is in ${file.s3Bucket}`);
        continue;
      }
      const problem = await this.#problemOf(file);
      if (problem === undefined) this.#fileCount += 1;
      else this.#say("problem", file.s3Object, problem);
    }
  }

  async #problemOf({ s3Object, hashValue }: LoggedFile): Promise<string | undefined> {
    if (this.#named.has(s3Object)) return "two digests name the file";
    this.#named.add(s3Object);
    const object = await this.#target.read(s3Object);
    if (object === undefined) return "the file is missing";
    this.#step(1);
    const content = await gunzipped(object.content, trailLimits.objectBytes);
    if (content === undefined) return "the file is damaged";
    return sha256(content) === hashValue ? undefined : "the file is not what its digest says";
  }

  /** Files that no digest names. */
  judgeOthers(): void {
    for (const { name, folder, at } of this.#logs.values()) {
      if (this.#named.has(name)) continue;
      const told = this.#told.get(folder);
      if (told === undefined || at + mostLateMs < told.from) {
        this.#say(
          "note",
          name,
          "the file is from before the first digest, and can not be verified",
        );
        continue;
      }
      const mayCome = at + mostLateMs >= told.until;
      const isLate = this.#options.now - at > trailLimits.digestLateMs;
      if (mayCome && !isLate) this.#say("note", name, "no digest names the file yet");
      else this.#say("problem", name, "no digest names the file");
    }
    for (const [folder, { until }] of this.#told) {
      if (this.#options.now - until <= trailLimits.digestLateMs) continue;
      this.#say("note", folder, `there is no digest of what came after ${isoSeconds(until)}`);
    }
  }

  #step(count: number): void {
    this.#options.onProgress?.(this.#digestCount + this.#fileCount + count, this.#total);
  }

  #say(kind: TrailFinding["kind"], name: string, what: string): void {
    this.#findings.push({ kind, name, what });
  }
}
