/** Gates and what follows from them, as a narrow table of the MetadataStore: the same promises. */
import type {
  Gate,
  Hold,
  Quarantine,
  Review,
  ReviewState,
  Verdict,
  VerdictState,
} from "../registry/gates/gate.ts";
import type { Digest, Registry } from "../registry/names.ts";
import type { RepositoryRef } from "../registry/repositories/repository.ts";
import type { PageRequest } from "./page-request.ts";

/** Where a listing of verdicts stands: repositories by id. */
export type VerdictPosition = Pick<Verdict, "digest"> & { readonly repositoryId: string };

/** One of both. */
export type VerdictFilter =
  | { readonly state: VerdictState; readonly review?: undefined }
  | { readonly review: ReviewState; readonly state?: undefined };

export interface GateReads {
  /** All of a registry, by name: they are few. */
  list(registry: Registry): Promise<Gate[]>;
  find(registry: Registry, name: string): Promise<Gate | undefined>;
  verdict(repository: RepositoryRef, digest: Digest): Promise<Verdict | undefined>;
  /** Of a registry, by repository and digest. */
  verdicts(
    registry: Registry,
    page: PageRequest<VerdictPosition>,
    filter: VerdictFilter,
  ): Promise<Verdict[]>;
  /** The same of one repository. */
  verdictsIn(
    repository: RepositoryRef,
    page: PageRequest<Digest>,
    filter: VerdictFilter,
  ): Promise<Verdict[]>;
  quarantine(repository: RepositoryRef, digest: Digest): Promise<Quarantine | undefined>;
  /** The newest first, at most `gateLimits.reviews`. */
  reviews(repository: RepositoryRef, digest: Digest): Promise<Review[]>;
  /** Approvals in a repository, ended ones as well, the newest first. */
  approvals(repository: RepositoryRef, limit: number): Promise<Review[]>;
  /** The ARNs of the users and roles that pushed the image, or gave it a tag; the first one first. */
  pushers(repository: RepositoryRef, digest: Digest): Promise<readonly string[]>;
}

export interface GateWrites {
  put(gate: Gate): Promise<void>;
  /** False when there was none. */
  remove(registry: Registry, name: string): Promise<boolean>;
  /** Says of all gates of the registry that images have been judged by them. */
  setApplied(registry: Registry, at: number): Promise<void>;
  /** Replaces the verdict and, in the image's own row, what it holds back. */
  putVerdict(verdict: Verdict): Promise<void>;
  /** Without a verdict nothing holds the image back. */
  removeVerdict(repository: RepositoryRef, digest: Digest): Promise<void>;
  putQuarantine(quarantine: Quarantine): Promise<void>;
  /** False when there was none. */
  removeQuarantine(repository: RepositoryRef, digest: Digest): Promise<boolean>;
  putReview(review: Review): Promise<void>;
  setPushers(repository: RepositoryRef, digest: Digest, pushers: readonly string[]): Promise<void>;
}

/** What an image's row says of its verdict: absent where it can be pulled. */
export type ImageHold = Hold | undefined;
