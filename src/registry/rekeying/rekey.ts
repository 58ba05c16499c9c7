import { encryptionDomain } from "../encryption/domain.ts";
import type { Encryption, RepositoryRef } from "../repositories/repository.ts";

/** What is put under the new key, one kind after the other; then what is left of the old key ends. */
export const rekeyPhases = ["layers", "images", "sessions", "end"] as const;
export type RekeyPhase = (typeof rekeyPhases)[number];

/** How a repository's content comes under another key, and how far that is. */
export interface Rekey {
  readonly repository: RepositoryRef;
  readonly from: Encryption;
  readonly to: Encryption;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Absent while it is under way. */
  readonly finishedAt: number | undefined;
  readonly phase: RekeyPhase;
  /** The last one that was looked at in the phase; while it ends, when it may. Empty at first. */
  readonly position: string;
  /** Layers and images in all, counted when it began; absent until then. */
  readonly objects: number | undefined;
  /** Of them, those that were looked at. */
  readonly seen: number;
  /** Of those, whose data key was wrapped anew; no byte of theirs was touched. */
  readonly rewrapped: number;
  /** Sealed anew, as another repository's stand on the same object. */
  readonly copied: number;
  /** Which stand on an equal object that was under the new key already. */
  readonly adopted: number;
  /** Why the last attempt to go on failed; absent since one succeeded. */
  readonly failure: string | undefined;
}

export function newRekey(
  repository: RepositoryRef,
  from: Encryption,
  to: Encryption,
  now: number,
): Rekey {
  return {
    repository: { registry: repository.registry, id: repository.id },
    ...{ from, to, startedAt: now, finishedAt: undefined, phase: "layers", position: "" },
    ...{ objects: undefined, seen: 0, rewrapped: 0, copied: 0, adopted: 0, failure: undefined },
  };
}

export function isUnderWay(rekey: Rekey | undefined): rekey is Rekey {
  return rekey !== undefined && rekey.finishedAt === undefined;
}

/** Whether it leads to that key and type. */
export function leadsTo(rekey: Rekey, encryption: Encryption): boolean {
  return encryptionDomain({ encryption: rekey.to }) === encryptionDomain({ encryption });
}
