/** Sorted, filtered and counted looks at repositories and images, as a narrow table of the MetadataStore. */
import type { Image, ImageState } from "../registry/images/image.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../registry/names.ts";
import type { Repository, RepositoryRef } from "../registry/repositories/repository.ts";
import type { ScanStatus } from "../registry/scanning/image-scan.ts";
import type { ScanType } from "../registry/scanning/scan-type.ts";

export const repositorySorts = ["NAME", "IMAGES", "SIZE", "LAST_PUSH", "SEVERITY"] as const;
export const imageSorts = ["PUSHED", "PULLED", "SIZE", "SEVERITY"] as const;
export const imageKinds = ["IMAGE", "INDEX", "ARTIFACT"] as const;
export type ImageKind = (typeof imageKinds)[number];

/** Where a page ended: the value that it is sorted by, and what tells equal ones apart. */
export interface SearchPosition<Key> {
  readonly value: number;
  readonly key: Key;
}

export interface SearchPage<Sort, Key> {
  readonly sort: Sort;
  readonly descending: boolean;
  readonly after?: SearchPosition<Key> | undefined;
  readonly limit: number;
}

export interface RepositoryFilter {
  /** What names begin with. */
  readonly prefix?: string | undefined;
  /** What stands anywhere in names. */
  readonly word?: string | undefined;
  readonly mutability?: readonly Repository["tagMutability"]["mode"][] | undefined;
  readonly encryption?: readonly Repository["encryption"]["type"][] | undefined;
  readonly keyArn?: string | undefined;
  /** All of them; without a value whatever it is. */
  readonly resourceTags?:
    | readonly { readonly key: string; readonly value?: string | undefined }[]
    | undefined;
  /** An image that can be pulled has a finding that is at least as bad. See `severityRank`. */
  readonly worstAtLeast?: number | undefined;
}

export interface FoundRepository {
  readonly repository: Repository;
  /** Milliseconds since the epoch; also of an image that is gone. */
  readonly lastPushedAt: number | undefined;
  /** Of images that can be pulled; 0 where nothing was found. */
  readonly worst: number;
  /** By key. */
  readonly resourceTags: readonly { readonly key: string; readonly value: string }[];
  readonly position: SearchPosition<RepositoryName>;
}

export const namespaceSorts = ["NAME", "REPOSITORIES", "IMAGES", "SIZE", "LAST_PUSH"] as const;

/** A repository right below a prefix, or all of those that share the next part of their names. */
export interface FoundNamespace {
  /** Whole: `team/`, with its slash, or the repository `team`. */
  readonly name: string;
  readonly isRepository: boolean;
  readonly repositories: number;
  readonly images: number;
  /** As repositories count them. */
  readonly sizeBytes: number;
  /** Milliseconds since the epoch; also of an image that is gone. */
  readonly lastPushedAt: number | undefined;
  readonly position: SearchPosition<string>;
}

export interface NamespacePage {
  readonly found: readonly FoundNamespace[];
  /** Of all pages; 0 where a page has none. */
  readonly total: number;
}

export interface ImageFilter {
  readonly tagged?: boolean | undefined;
  readonly states?: readonly ImageState[] | undefined;
  readonly isHeld?: boolean | undefined;
  readonly kind?: ImageKind | undefined;
  /** What stands anywhere in a tag. */
  readonly tagWord?: string | undefined;
  readonly digestPrefix?: string | undefined;
  readonly worstAtLeast?: number | undefined;
}

export interface FoundImage {
  readonly image: Image;
  readonly tagCount: number;
  readonly position: SearchPosition<Digest>;
}

/** What is shown below an image: manifests that an index lists, in its order. */
export interface FoldedChild {
  readonly parent: Digest;
  readonly digest: Digest;
  /** Bytes of config and layers. */
  readonly sizeBytes: number;
  readonly manifestBytes: number;
}

/** That an image refers to a config or layer. */
export interface ImageContent {
  readonly image: Digest;
  readonly digest: Digest;
}

/** How many manifests of an artifact type name the image as their subject. */
export interface FoldedReferrers {
  readonly subject: Digest;
  readonly artifactType: string | undefined;
  readonly count: number;
}

/** A tag with the name of its repository. */
export interface FoundTag {
  readonly repositoryName: RepositoryName;
  readonly tag: Tag;
  readonly digest: Digest;
}

/** An image by its digest, with the name of its repository. */
export type FoundDigest = Omit<FoundTag, "tag">;

/** What a registry holds now, from counters. */
export interface RegistryCounts {
  readonly repositories: number;
  readonly images: number;
  /** As repositories count them. */
  readonly sizeBytes: number;
  /** Unique sealed bytes in the store. */
  readonly storedBytes: number;
}

/** How many images that can be pulled stand so in their last scan. */
export interface ScanCount {
  readonly status: ScanStatus;
  /** See `severityRank`; 0 where nothing was found. */
  readonly worst: number;
  readonly images: number;
}

/** Bytes of layers, configs and manifests of a repository, those in its trash too. */
export interface RepositoryBytes {
  /** That go with it. */
  readonly ownBytes: number;
  /** Of layers that other repositories stand on as well. */
  readonly sharedBytes: number;
}

/** Reads alone: every column is kept by those who write what it is about. */
export interface SearchReads {
  repositories(
    registry: Registry,
    type: ScanType,
    filter: RepositoryFilter,
    page: SearchPage<(typeof repositorySorts)[number], RepositoryName>,
  ): Promise<FoundRepository[]>;
  countRepositories(registry: Registry, type: ScanType, filter: RepositoryFilter): Promise<number>;
  /** What is right below a prefix that is empty or ends in a slash. Reads each repository below it. */
  namespaces(
    registry: Registry,
    prefix: string,
    page: SearchPage<(typeof namespaceSorts)[number], string>,
  ): Promise<NamespacePage>;
  /**
   * Images that stand for themselves: neither listed by an index that is there, nor about another image
   * that is there, be it by `subject` or by a tag `sha256-….sig`, `.att` or `.sbom`. None in the trash.
   */
  images(
    repository: RepositoryRef,
    type: ScanType,
    filter: ImageFilter,
    page: SearchPage<(typeof imageSorts)[number], Digest>,
  ): Promise<FoundImage[]>;
  countImages(repository: RepositoryRef, type: ScanType, filter: ImageFilter): Promise<number>;
  /** At most `limit` of each index. */
  children(
    repository: RepositoryRef,
    parents: readonly Digest[],
    limit: number,
  ): Promise<FoldedChild[]>;
  /** Configs and layers that the images refer to, each once of each image. */
  contents(repository: RepositoryRef, images: readonly Digest[]): Promise<ImageContent[]>;
  /**
   * How many images that are not in the trash refer to each of the layers: exact below `most`, and at least
   * that where it is more. Of a layer that nearly all refer to, they are not all read.
   */
  contentUses(
    repository: RepositoryRef,
    layers: readonly Digest[],
    most: number,
  ): Promise<ReadonlyMap<Digest, number>>;
  referrers(repository: RepositoryRef, subjects: readonly Digest[]): Promise<FoldedReferrers[]>;
  /** At most `limit` of each image, those that moved last first. */
  tags(
    repository: RepositoryRef,
    digests: readonly Digest[],
    limit: number,
  ): Promise<{ digest: Digest; tag: Tag }[]>;
  /** Those of the tags that are there. */
  tagsAmong(repository: RepositoryRef, tags: readonly Tag[]): Promise<Tag[]>;
  /** Names that have the word in them, in their order. None in the trash, here and below. */
  repositoriesNamed(registry: Registry, word: string, limit: number): Promise<RepositoryName[]>;
  /**
   * Images whose topmost layer it is: of those that have it, `lookedAt` by digest. None in the trash.
   */
  imagesEndingIn(repository: RepositoryRef, layer: Digest, lookedAt: number): Promise<Digest[]>;
  /** Tags that named one of the images once, or do now; also tags that are gone. In their order. */
  tagsOnceOf(repository: RepositoryRef, digests: readonly Digest[], limit: number): Promise<Tag[]>;
  /** Of all repositories, in the order of tags. */
  tagsBeginning(registry: Registry, beginning: string, limit: number): Promise<FoundTag[]>;
  /** Of one; nothing where there is none of that name. */
  tagsOfBeginning(
    registry: Registry,
    name: RepositoryName,
    beginning: string,
    limit: number,
  ): Promise<FoundTag[]>;
  /** Images of all repositories, in the order of digests: `sha256:12ab`. */
  digestsBeginning(registry: Registry, beginning: string, limit: number): Promise<FoundDigest[]>;
  registryCounts(registry: Registry): Promise<RegistryCounts>;
  /** In no order. */
  scanCounts(registry: Registry, type: ScanType): Promise<ScanCount[]>;
  /**
   * How many images that can be pulled were pushed since the first of these times, since the second and
   * before the first, and so on, and before the last of them. Looks at an entry of an index for each.
   * @param since milliseconds since the epoch, the latest first
   */
  imageAges(registry: Registry, since: readonly number[]): Promise<number[]>;
  /** Looks at each layer of the repository. */
  repositoryBytes(repository: RepositoryRef): Promise<RepositoryBytes>;
}
