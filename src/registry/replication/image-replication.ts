import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

/** Which image goes where. */
export interface ReplicationKey {
  readonly repository: RepositoryRef;
  readonly digest: Digest;
  readonly destination: Registry;
}

/** An image on its way to one destination, or what became of that. Goes with its image. */
export interface ImageReplication extends ReplicationKey {
  readonly status: "IN_PROGRESS" | "COMPLETE" | "FAILED";
  /** Of the last failure, also while it is tried again. */
  readonly failureCode: string | undefined;
  /** The same in a sentence, for an operator. */
  readonly failure: string | undefined;
  /** That were pushed with it and are to go along, as far as they still name it then. */
  readonly tags: readonly Tag[];
  /** Counts what was asked for: what was asked for meanwhile is not done yet. */
  readonly revision: number;
  readonly attempts: number;
  /** When it is tried next; `undefined` where it is over. */
  readonly dueAt: number | undefined;
  /** When it was asked for last, unless it waited already. Milliseconds since the epoch. */
  readonly requestedAt: number;
  readonly endedAt: number | undefined;
}

/** A layer on its way to a peer: what it takes to go on there after a restart. */
export interface ReplicationUpload extends ReplicationKey {
  /** The peer's name for its session. */
  readonly uploadId: string;
  /** Bytes that the peer has. */
  readonly offset: number;
}

/** How many images are, or were, on their way to one destination. */
export interface ReplicationCount {
  readonly source: Registry;
  readonly destination: Registry;
  readonly status: "IN_PROGRESS" | "FAILED";
  readonly images: number;
  /** When the first of them was asked for. */
  readonly oldestAt: number;
}

export type BackfillStatus =
  | "PREPARING"
  | "IN_PROGRESS"
  | "STOPPING"
  | "STOPPED"
  | "COMPLETE"
  | "FAILED";

/** A copy of everything that is in the registry already. Source: ECR API, StartReplicationBackfill. */
export interface ReplicationBackfill {
  readonly registry: Registry;
  /** A UUID. */
  readonly id: string;
  readonly destination: Registry;
  readonly status: BackfillStatus;
  readonly failureCode: string | undefined;
  /** Images with their tags, each as one; `undefined` until they were counted. */
  readonly total: number | undefined;
  readonly completed: number;
  readonly failed: number;
  /** Those of `failed`, each once. */
  readonly failureCodes: readonly string[];
  /** How far it is: what was done last. */
  readonly position: BackfillPosition | undefined;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
}

export interface BackfillPosition {
  readonly name: RepositoryName;
  /** Absent before the first image of the repository. */
  readonly digest?: Digest;
}

export interface BackfillResult {
  /** From 1. */
  readonly position: number;
  readonly name: RepositoryName;
  readonly digest: Digest;
  readonly tag: Tag | undefined;
  readonly status: "COMPLETE" | "FAILED";
  readonly failureCode: string | undefined;
  /** Of an index: why images that it lists could not be copied. */
  readonly subImageFailureCodes: readonly string[];
}

/** Whether it does something still, or is about to. */
export function isUnderWay({ status }: Pick<ReplicationBackfill, "status">): boolean {
  return status === "PREPARING" || status === "IN_PROGRESS" || status === "STOPPING";
}
