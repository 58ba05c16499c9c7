/**
 * The names of a registry as values: parsed once at a door, trusted afterwards.
 * Patterns and bounds are those of the ECR API model.
 */
import { invalidParameter } from "./errors.ts";
import { limits } from "./limits.ts";

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** Twelve digits. */
export type AccountId = Branded<string, "AccountId">;
/** For example `eu-west-1`. */
export type Region = Branded<string, "Region">;
/** `team/app`, 2 to 256 characters, lower case. */
export type RepositoryName = Branded<string, "RepositoryName">;
/** `sha256:` and 64, or `sha512:` and 128, lower-case hexadecimal digits. */
export type Digest = Branded<string, "Digest">;
/** A tag as OCI allows it: at most 128 characters. */
export type Tag = Branded<string, "Tag">;
/** A random UUID that names one upload session. */
export type UploadId = Branded<string, "UploadId">;
/** Names one sealed object; random, never reused, 32 hexadecimal digits. */
export type ObjectId = Branded<string, "ObjectId">;

/** One registry: an account in a region. In `publicRegion` it is the account's public one. */
export interface Registry {
  readonly account: AccountId;
  readonly region: Region;
}

export const repositoryNamePattern =
  "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*";
export const digestPattern = "[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+";
export const tagPattern = "[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}";

// One segment at a time: each is matched by a pattern without nested repetition, so that a hostile
// name costs linear time.
const nameSegment = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/;
const tagShape = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const sha256Shape = /^sha256:[0-9a-f]{64}$/;
const digestShape = /^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/;
const uploadShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const accountShape = /^[0-9]{12}$/;
const regionShape = /^[0-9a-z-]{2,25}$/;

export function isRepositoryName(text: string): text is RepositoryName {
  if (text.length < 2 || text.length > limits.repositoryNameCharacters) return false;
  return text.split("/").every((segment) => nameSegment.test(segment));
}

export function isTag(text: string): text is Tag {
  return tagShape.test(text);
}

/** Whether this is a digest that Entrepot computes and stores: SHA-256 or SHA-512, lower case. */
export function isDigest(text: string): text is Digest {
  return digestShape.test(text);
}

/** Whether it is one of those that ECR calculates: SHA-256. */
export function isSha256Digest(text: string): text is Digest {
  return sha256Shape.test(text);
}

export function isUploadId(text: string): text is UploadId {
  return uploadShape.test(text);
}

export function isAccountId(text: string): text is AccountId {
  return accountShape.test(text);
}

export function isRegion(text: string): text is Region {
  return regionShape.test(text);
}

/** @throws InvalidParameter in ECR's words when the text is no repository name. */
export function parseRepositoryName(text: string): RepositoryName {
  if (isRepositoryName(text)) return text;
  throw invalidParameter(
    "repositoryName",
    `must satisfy regular expression '${repositoryNamePattern}'`,
  );
}

/** @throws InvalidParameter when the text is no digest. */
export function parseDigest(text: string, parameter = "imageDigest"): Digest {
  if (isDigest(text)) return text;
  throw invalidParameter(parameter, `must satisfy regular expression '${digestPattern}'`);
}

/** @throws InvalidParameter when the text is no tag. */
export function parseTag(text: string, parameter = "imageTag"): Tag {
  if (isTag(text)) return text;
  throw invalidParameter(parameter, `must satisfy regular expression '${tagPattern}'`);
}

/**
 * Where the public registry of every account lies: a word that no region can be called, so that its rows
 * are those of a registry like any other, and none of them is in a region that a caller can name
 * (ADR-0064).
 */
export const publicRegion = "public" as Region;

export function isPublicRegistry({ region }: Registry): boolean {
  return region === publicRegion;
}

/**
 * `arn:aws:ecr:<region>:<account>:repository/<name>`, or `arn:aws:ecr-public::<account>:repository/<name>`;
 * "*" names every repository of the registry.
 */
export function repositoryArn(registry: Registry, name: string): string {
  if (isPublicRegistry(registry)) {
    return `arn:aws:ecr-public::${registry.account}:repository/${name}`;
  }
  return `arn:aws:ecr:${registry.region}:${registry.account}:repository/${name}`;
}
