import type { ResourceTag } from "../identity/entity.ts";
import type { ObjectId, Registry } from "../names.ts";

/** A secret in a region of an account. Made anew under its name, it is another one. */
export interface SecretRef {
  readonly registry: Registry;
  readonly name: string;
  /** The six random characters that end its ARN. */
  readonly suffix: string;
}

/** All of a secret but its values. Times are milliseconds since the epoch. */
export interface Secret extends SecretRef {
  readonly description: string | undefined;
  /** The ARN of a key of KMS; `undefined`: the service's own key. */
  readonly keyArn: string | undefined;
  /** Which version each staging label is attached to. */
  readonly stages: ReadonlyMap<string, string>;
  readonly tags: readonly ResourceTag[];
  /** The resource policy's document; principals stand in it by their unique ids. */
  readonly policy: string | undefined;
  readonly createdAt: number;
  readonly changedAt: number;
  /** The day of the last read, at its beginning. Source: Secrets Manager, LastAccessedDate. */
  readonly accessedAt: number | undefined;
  /** When it was marked for deletion, and when it goes. */
  readonly deletion: { readonly at: number; readonly removeAt: number } | undefined;
}

/**
 * A value under a data key of its own, which the registry's service key wraps, or a key of KMS: as the
 * objects of images are (ADR-0011). So a rotation of the master key has nothing to do for it.
 */
export interface SealedValue {
  readonly object: ObjectId;
  readonly wrappedKey: Uint8Array;
  readonly sizeBytes: number;
  readonly content: Uint8Array;
}

/** One value of a secret. Its bytes never change but for the key that seals them. */
export interface SecretVersion {
  readonly id: string;
  readonly createdAt: number;
  readonly value: SealedValue;
}

/** What is known of a version without its value. */
export type SecretVersionFacts = Pick<SecretVersion, "id" | "createdAt">;

/** What a version holds. Source: Secrets Manager: one of the two. */
export type SecretContent =
  | { readonly text: string; readonly binary?: undefined }
  | { readonly binary: string; readonly text?: undefined };

/** The label of the version that is read unless another is asked for, and of the one before it. */
export const currentStage = "AWSCURRENT";
export const previousStage = "AWSPREVIOUS";
export const pendingStage = "AWSPENDING";

export function secretArn({ registry, name, suffix }: SecretRef): string {
  return `${secretArnPrefix(registry)}${name}-${suffix}`;
}

export function secretArnPrefix({ account, region }: Registry): string {
  return `arn:aws:secretsmanager:${region}:${account}:secret:`;
}

/** The staging labels of one version, by name. */
export function stagesOf({ stages }: Pick<Secret, "stages">, version: string): string[] {
  return [...stages]
    .filter(([, id]) => id === version)
    .map(([stage]) => stage)
    .sort();
}
