import type { Registry } from "../registry/names.ts";
import type {
  Parameter,
  ParameterRef,
  ParameterVersion,
} from "../registry/parameters/parameter.ts";
import type {
  Secret,
  SecretRef,
  SecretVersion,
  SecretVersionFacts,
} from "../registry/secrets/secret.ts";
import type { PageRequest } from "./page-request.ts";

/** Secrets and their versions. What is in a version is sealed. */
export interface SecretReads {
  find(registry: Registry, name: string): Promise<Secret | undefined>;
  /** By name. */
  list(registry: Registry, page: PageRequest<string>): Promise<Secret[]>;
  count(registry: Registry): Promise<number>;
  /** Of every registry, those whose time is over, the oldest first. */
  due(now: number, limit: number): Promise<Secret[]>;
  /** Oldest first. */
  versions(secret: SecretRef): Promise<SecretVersionFacts[]>;
  findVersion(secret: SecretRef, id: string): Promise<SecretVersion | undefined>;
}

export interface SecretWrites {
  /** Like `find`, and nobody else locks or changes it until this transaction ends. */
  lock(registry: Registry, name: string): Promise<Secret | undefined>;
  /** False when there is one of that name, or one of that name was marked for deletion. */
  insertIfAbsent(secret: Secret): Promise<boolean>;
  replace(secret: Secret): Promise<void>;
  /** With all of its versions. */
  remove(secret: SecretRef): Promise<void>;
  /** False when the secret has a version of that id. */
  insertVersionIfAbsent(secret: SecretRef, version: SecretVersion): Promise<boolean>;
  /** The same value under another key. */
  replaceValue(secret: SecretRef, version: SecretVersion): Promise<void>;
  removeVersion(secret: SecretRef, id: string): Promise<void>;
}

/** The names of a listing: those that begin with `prefix`. */
export interface ParameterPage extends PageRequest<string> {
  readonly prefix?: string | undefined;
}

/** Parameters and their versions. Values are sealed, also of those that are not secret. */
export interface ParameterReads {
  find(parameter: ParameterRef): Promise<Parameter | undefined>;
  /** By name. */
  list(registry: Registry, page: ParameterPage): Promise<Parameter[]>;
  count(registry: Registry): Promise<number>;
  /** By version, from the oldest. */
  versions(parameter: ParameterRef, page: PageRequest<number>): Promise<ParameterVersion[]>;
  findVersion(parameter: ParameterRef, version: number): Promise<ParameterVersion | undefined>;
}

export interface ParameterWrites {
  /** Like `find`, and nobody else locks or changes it until this transaction ends. */
  lock(parameter: ParameterRef): Promise<Parameter | undefined>;
  /** False when there is one of that name. */
  insertIfAbsent(parameter: Parameter): Promise<boolean>;
  replace(parameter: Parameter): Promise<void>;
  /** With all of its versions. */
  remove(parameter: ParameterRef): Promise<void>;
  insertVersion(parameter: ParameterRef, version: ParameterVersion): Promise<void>;
  removeVersion(parameter: ParameterRef, version: number): Promise<void>;
}

/** What `MetadataReads` has of these. */
export interface SecretsReads {
  readonly secrets: SecretReads;
  readonly parameters: ParameterReads;
}

/** What `MetadataChange` has of these. */
export interface SecretsChange {
  readonly secrets: SecretReads & SecretWrites;
  readonly parameters: ParameterReads & ParameterWrites;
}
