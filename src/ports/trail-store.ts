/** Trails and what they are to deliver, as narrow tables of the MetadataStore: the same promises. */
import type { AccountId, Registry } from "../registry/names.ts";
import type {
  DigestChain,
  Trail,
  TrailFile,
  TrailKey,
  TrailRef,
} from "../registry/trails/trail.ts";
import type { AuditPosition, AuditRow } from "./audit-store.ts";
import type { PageRequest } from "./page-request.ts";

export interface TrailReads {
  find(trail: TrailRef): Promise<Trail | undefined>;
  /** By region and name. */
  ofAccount(account: AccountId): Promise<Trail[]>;
  /** Of every registry; by (account, region, name). */
  listAll(page: PageRequest<TrailRef>): Promise<Trail[]>;
}

export interface TrailWrites {
  /** Like `find`, and nobody else changes the trail until this transaction ends. */
  lock(trail: TrailRef): Promise<Trail | undefined>;
  /** False when there is one of that name. */
  insertIfAbsent(trail: Trail): Promise<boolean>;
  /** Overwrites what may change. */
  replace(trail: Trail): Promise<void>;
  /** False when there was none. Its records and files are left to be removed. */
  remove(trail: TrailRef): Promise<boolean>;
}

/** A row of the audit trail that waits for a trail: `AuditWrites.put` notes it with the row. */
export interface WaitingRow extends AuditPosition {
  readonly records: number;
}

export interface TrailRecordReads {
  /** The first registry after that one of which rows wait that are in no file yet. */
  nextRegistry(trail: string, after: Registry | undefined): Promise<Registry | undefined>;
  /** Rows that wait and are in no file, up to that time, the oldest first. */
  waiting(
    trail: string,
    registry: Registry,
    page: { readonly until: number; readonly limit: number },
  ): Promise<WaitingRow[]>;
  /** The rows of a file, the oldest first. */
  inFile(trail: string, registry: Registry, file: string): Promise<AuditRow[]>;
  /** The first id after that one by which rows are there. */
  nextTrail(after: string): Promise<string | undefined>;
}

export interface TrailRecordWrites {
  /** Puts all that waits up to there into a file. */
  assign(trail: string, registry: Registry, through: AuditPosition, file: string): Promise<void>;
  /** Forgets all that waits up to there in no file. */
  forgetWaiting(trail: string, registry: Registry, through: AuditPosition): Promise<void>;
  /** Forgets the rows of a file. */
  forgetFile(trail: string, registry: Registry, file: string): Promise<void>;
  /** Forgets rows of a trail; resolves to how many. */
  forgetTrail(trail: string, limit: number): Promise<number>;
}

export interface TrailFileReads {
  /** Files of the trail that are not written yet, in the order of their planning. */
  unwritten(trail: string, limit: number): Promise<TrailFile[]>;
  /** Files that are written, of the digest; those of none where it is empty. By their ids. */
  ofDigest(trail: string, registry: Registry, digest: string): Promise<TrailFile[]>;
  /** The registries of files that are written and in no digest. */
  undigested(trail: string): Promise<Registry[]>;
}

export interface TrailFileWrites {
  insert(file: TrailFile): Promise<void>;
  /** Sets what was written, unless it is there; false where it was, or the file is gone. */
  setWritten(file: TrailFile): Promise<boolean>;
  /** Puts all files that are written and in no digest into one. */
  assign(trail: string, registry: Registry, digest: string): Promise<void>;
  remove(file: Pick<TrailFile, "trail" | "registry" | "id">): Promise<void>;
  removeOfDigest(trail: string, registry: Registry, digest: string): Promise<void>;
  removeOfTrail(trail: string): Promise<void>;
}

export interface DigestChainReads {
  find(trail: string, registry: Registry): Promise<DigestChain | undefined>;
  /** By registry. */
  ofTrail(trail: string): Promise<DigestChain[]>;
}

export interface DigestChainWrites {
  put(chain: DigestChain): Promise<void>;
  removeOfTrail(trail: string): Promise<void>;
}

export interface TrailKeyReads {
  find(registry: Registry, fingerprint: string): Promise<TrailKey | undefined>;
  /** The newest first. */
  list(registry: Registry, limit: number): Promise<TrailKey[]>;
  /** Of every registry, for whoever seals secrets anew; by (account, region, fingerprint). */
  listAll(page: PageRequest<Pick<TrailKey, "registry" | "fingerprint">>): Promise<TrailKey[]>;
}

export interface TrailKeyWrites {
  /** False when it is there. */
  insertIfAbsent(key: TrailKey): Promise<boolean>;
  reseal(key: TrailKey): Promise<void>;
}

export interface TrailsReads {
  readonly trails: TrailReads;
  readonly records: TrailRecordReads;
  readonly files: TrailFileReads;
  readonly chains: DigestChainReads;
  readonly keys: TrailKeyReads;
}

export interface TrailsChange {
  readonly trails: TrailReads & TrailWrites;
  readonly records: TrailRecordReads & TrailRecordWrites;
  readonly files: TrailFileReads & TrailFileWrites;
  readonly chains: DigestChainReads & DigestChainWrites;
  readonly keys: TrailKeyReads & TrailKeyWrites;
}
