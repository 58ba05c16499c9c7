import type { AccountId } from "../registry/names.ts";
import type { AliasStatus, PublicAlias } from "../registry/public/alias.ts";
import type { CatalogData } from "../registry/public/catalog-data.ts";
import type { GalleryEntry, GalleryRow } from "../registry/public/gallery-entry.ts";
import type { Logo } from "../registry/public/logo.ts";
import type { PublicRegistry } from "../registry/public/public-registry.ts";
import type { RepositoryRef } from "../registry/repositories/repository.ts";
import type { PageRequest } from "./page-request.ts";

/** Rows of the index that a search looks at. */
export interface GalleryQuery {
  /** The word with the fewest rows first: it is the best rows of this one that are looked at. */
  readonly words: readonly string[];
  /** How many of them. */
  readonly candidates: number;
}

/** How many of what was looked at have these bits. */
export interface GalleryGroup {
  readonly bits: number;
  readonly count: number;
}

export interface GalleryPage {
  readonly masks: readonly number[];
  readonly order: "RELEVANCE" | "PULLS";
  readonly offset: number;
  readonly limit: number;
}

export interface GalleryFound {
  /** Whatever the page's masks. */
  readonly groups: readonly GalleryGroup[];
  readonly entries: readonly GalleryEntry[];
}

/** Public registries, their names, and what their publishers say; across accounts, as a gallery is. */
export interface PublicReads {
  registry(account: AccountId): Promise<PublicRegistry | undefined>;
  /** Registries that the operator has vouched for, by account. */
  verified(page: PageRequest<AccountId>): Promise<PublicRegistry[]>;
  alias(name: string): Promise<PublicAlias | undefined>;
  /** By name. */
  aliases(account: AccountId): Promise<PublicAlias[]>;
  /** Of all accounts, by name. */
  listAliases(
    page: PageRequest<string>,
    filter?: { readonly status?: AliasStatus | undefined },
  ): Promise<PublicAlias[]>;
  /** `undefined` where nothing was ever said. */
  catalog(repository: RepositoryRef): Promise<CatalogData | undefined>;
  logo(repository: RepositoryRef): Promise<Logo | undefined>;
  entry(repository: RepositoryRef): Promise<GalleryEntry | undefined>;
  /** How many rows each of the words has, in their order, counted up to `most`. */
  countWords(words: readonly string[], most: number): Promise<number[]>;
  /**
   * What has all the words: counted by its bits, and of what has a bit of each mask as well one page, in
   * order.
   */
  find(query: GalleryQuery, page: GalleryPage): Promise<GalleryFound>;
}

export interface PublicWrites {
  /** False where the account has one. */
  insertRegistry(registry: PublicRegistry): Promise<boolean>;
  /** The row is the transaction's alone afterwards. */
  lockRegistry(account: AccountId): Promise<PublicRegistry | undefined>;
  replaceRegistry(registry: PublicRegistry): Promise<void>;
  /** False where the name is taken, by whomever. */
  insertAlias(alias: PublicAlias): Promise<boolean>;
  replaceAlias(alias: PublicAlias): Promise<void>;
  removeAlias(name: string): Promise<void>;
  putCatalog(repository: RepositoryRef, data: CatalogData, logo: Logo | undefined): Promise<void>;
  /** Writes what the gallery knows of a repository anew, all its rows; its pulls stay. */
  putGalleryRow(row: GalleryRow): Promise<void>;
  removeGalleryRow(repository: RepositoryRef): Promise<void>;
  /** Nothing where the gallery has no such repository. */
  addPulls(repository: RepositoryRef, pulls: number): Promise<void>;
}
