import type { Digest, Registry } from "../registry/names.ts";
import type { RepositoryRef } from "../registry/repositories/repository.ts";
import type { PageRequest } from "./page-request.ts";

/** A rule that somebody wrote here, or a document that somebody brought. */
export type SuppressionKind = "WAIVER" | "VEX";

/** Which one: a name is used once in a registry, of each kind. */
export interface SuppressionKey {
  readonly registry: Registry;
  readonly kind: SuppressionKind;
  readonly name: string;
}

/** What tells one version of it from the next, without what it says. */
export interface SuppressionHead extends SuppressionKey {
  /** Made anew with each version. */
  readonly wrappedKey: Uint8Array;
  /** Of what is sealed, before that. */
  readonly sizeBytes: number;
  /** When somebody has to look at it again. Milliseconds since the epoch. */
  readonly dueAt: number | undefined;
}

export interface StoredSuppression extends SuppressionHead {
  /** Sealed. */
  readonly content: Uint8Array;
}

/** Who answers for a VEX document that is attached to an image. */
export interface VexVouch {
  readonly repository: RepositoryRef;
  /** Of the manifest that attaches it. */
  readonly digest: Digest;
  /** An ARN. */
  readonly principal: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What suppresses findings, as a narrow table of the MetadataStore: the same promises. */
export interface SuppressionReads {
  find(key: SuppressionKey): Promise<StoredSuppression | undefined>;
  /** By name. */
  list(
    registry: Registry,
    kind: SuppressionKind,
    page: PageRequest<string>,
  ): Promise<SuppressionHead[]>;
  /** Those of every registry that were due at `now`, the longest first. */
  due(now: number, limit: number): Promise<StoredSuppression[]>;
  /** Those of the manifests that somebody answers for, in no order. */
  vouched(repository: RepositoryRef, digests: readonly Digest[]): Promise<VexVouch[]>;
}

export interface SuppressionWrites {
  /** Overwrites. */
  put(suppression: StoredSuppression): Promise<void>;
  remove(key: SuppressionKey): Promise<void>;
  /** Overwrites. Goes with its image, which is there, else the transaction rejects. */
  vouch(vouch: VexVouch): Promise<void>;
}
