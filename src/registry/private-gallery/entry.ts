import type { AccountId, Digest, RepositoryName } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import type { FieldValue } from "./fields.ts";

/** REGISTRY: its own account. ACCOUNTS: these as well. ORGANIZATION: every account of the deployment. */
export const entryScopes = ["REGISTRY", "ACCOUNTS", "ORGANIZATION"] as const;
export type EntryScope = (typeof entryScopes)[number];

/** Who of other accounts finds an entry. Its own account goes by its own policies. */
export interface Visibility {
  readonly scope: EntryScope;
  /** With ACCOUNTS alone. */
  readonly accounts: readonly AccountId[];
  /** Tags that the principal must have, all of them: values may hold wildcards. */
  readonly principalTags: Readonly<Record<string, string>>;
}

/** A manifest, a compose file or the like that runs the image: with places for what is approved. */
export interface LaunchTemplate {
  readonly name: string;
  readonly body: string;
}

/** What people say of a repository, so that others find, trust and use it. */
export interface EntryDetails {
  readonly title: string;
  readonly owner: string;
  readonly purpose: string;
  readonly contact: string | undefined;
  /** An address of http or https. */
  readonly documentation: string | undefined;
  readonly categories: readonly string[];
  /** Of the fields that the operator has defined. */
  readonly fields: Readonly<Record<string, FieldValue>>;
  readonly visibility: Visibility;
  readonly templates: readonly LaunchTemplate[];
}

/** An entry of the private gallery: one of a repository. Times are milliseconds since the epoch. */
export interface GalleryEntry extends EntryDetails {
  readonly repository: RepositoryRef;
  /** The repository's, when the entry was put: a repository in the trash has another one. */
  readonly name: RepositoryName;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export const versionStates = ["DRAFT", "DEPRECATED", "WITHDRAWN"] as const;
/** What the owner says of a version. */
export type VersionState = (typeof versionStates)[number];

/** Images of an entry's repository that belong together. */
export interface GalleryVersion {
  readonly repository: RepositoryRef;
  readonly version: string;
  /** One of both. A pattern fits tags as a whole. */
  readonly images: { readonly tagPattern: string } | { readonly digest: Digest };
  readonly state: VersionState;
  /** Another version of the entry that takes its place. */
  readonly successor: string | undefined;
  readonly note: string | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
}
