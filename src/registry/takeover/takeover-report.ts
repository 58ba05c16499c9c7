import type { Digest } from "../names.ts";
import { takeoverLimits } from "./takeover-limits.ts";

/** Something that did not come. */
export interface LeftOut {
  readonly repository: string;
  /** A tag or a digest; absent where the whole repository, or a setting of it, is meant. */
  readonly reference?: string;
  readonly reason: string;
}

/** What a taking over has done so far, and what it left out. */
export class TakeoverReport {
  readonly repositories = { seen: 0, made: 0 };
  /** Manifests, each once for a repository: indexes and what they list, signatures. */
  readonly images = { sent: 0, there: 0 };
  readonly tags = { set: 0, moved: 0, there: 0 };
  readonly layers = { sent: 0, there: 0, sentBytes: 0 };
  readonly verified = { images: 0, layers: 0, bytes: 0 };
  /** What is as it should be and yet to be known: settings that have no like here. */
  readonly notes: LeftOut[] = [];
  readonly leftOut: LeftOut[] = [];
  leftOutCount = 0;

  get isWhole(): boolean {
    return this.leftOutCount === 0;
  }

  leaveOut(repository: string, reference: string | undefined, reason: string): void {
    this.leftOutCount += 1;
    if (this.leftOut.length === takeoverLimits.toldProblems) return;
    this.leftOut.push({ repository, ...(reference !== undefined && { reference }), reason });
  }

  note(repository: string, reason: string): void {
    if (this.notes.length < takeoverLimits.toldProblems) this.notes.push({ repository, reason });
  }
}

export interface TakeoverWish {
  /** Before each repository's name; of a source without names, the name itself. */
  readonly prefix: string | undefined;
  /** Names, in which `*` stands for any characters. None: all. */
  readonly repositories: readonly string[];
  readonly parallel: number;
  /** Only says what would come. */
  readonly dryRun: boolean;
  /** Reads everything back. */
  readonly verify: boolean;
  /** Tags that name something else in the target stay so. */
  readonly keepTags: boolean;
  /** What repositories are called that their source has no name for. */
  readonly fallbackName: string;
}

export type Progress = (report: TakeoverReport, current: string) => void;

/** What was read back, each digest once. */
export type VerifiedDigests = Set<Digest>;
