import type { Registry, RepositoryName } from "../names.ts";

export const tagMutabilityModes = [
  "MUTABLE",
  "IMMUTABLE",
  "IMMUTABLE_WITH_EXCLUSION",
  "MUTABLE_WITH_EXCLUSION",
] as const;
export type TagMutabilityMode = (typeof tagMutabilityModes)[number];

export interface TagMutability {
  readonly mode: TagMutabilityMode;
  /** Wildcard patterns; empty unless the mode has exclusions. */
  readonly exclusionFilters: readonly string[];
}

/** How a repository is sealed: by the service's own key, or by a KMS key. No call of ECR changes it. */
export type Encryption =
  | { readonly type: "AES256" }
  /** The KMS key's ARN, whatever name it was given by. */
  | { readonly type: "KMS" | "KMS_DSSE"; readonly keyArn: string };

/** What a repository is to be sealed by, as it was asked for. */
export interface WantedEncryption {
  readonly type: Encryption["type"];
  /** An id, an alias or an ARN of either; absent: AWS's own key for ECR. */
  readonly key?: string | undefined;
}

/** What tells one repository, in one life, from every other. */
export interface RepositoryRef {
  readonly registry: Registry;
  /** Random; a repository made again under the same name has another one. */
  readonly id: string;
}

export interface Repository extends RepositoryRef {
  readonly name: RepositoryName;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly tagMutability: TagMutability;
  readonly scanOnPush: boolean;
  readonly encryption: Encryption;
  readonly imageCount: number;
  /** Bytes of all manifests and linked layers. */
  readonly sizeBytes: number;
  /** When its lifecycle policy is to be looked at; `undefined` where it has none. */
  readonly lifecycleDueAt: number | undefined;
  /** The quotas that it is counted in. */
  readonly quotaIds: readonly string[];
}
