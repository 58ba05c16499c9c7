import type { Ports } from "../../ports/ports.ts";
import { checkImageId, type ImageFailure, type RequestedImageId } from "../images/delete-image.ts";
import { imageNotFound } from "../images/get-image.ts";
import type { Image } from "../images/image.ts";
import { type ContentBytes, contentBytes } from "../lifecycle/evaluate-repository.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import { findRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import { findingPriority, hasProductionTag } from "../scanning/severity/finding-priority.ts";
import { searchLimits } from "./search-limits.ts";

/** Why somebody may want to keep an image: it goes all the same. */
export type DeletionWarning = "IN_USE" | "PRODUCTION_TAG";

/** An image that would go. */
export interface GoingImage {
  readonly image: Image;
  /** All of them go with it. */
  readonly tags: readonly Tag[];
  readonly warnings: readonly DeletionWarning[];
  /** What is about it, and about that, and goes with it: signatures and the like. */
  readonly followers: readonly Image[];
}

export interface ImagesPreview {
  readonly repository: Repository;
  readonly images: readonly GoingImage[];
  /** Tags that would go alone: their images keep others. */
  readonly tags: readonly { readonly tag: Tag; readonly digest: Digest }[];
  /** What BatchDeleteImage would refuse. */
  readonly failures: readonly ImageFailure[];
  readonly bytes: ContentBytes;
}

/**
 * What BatchDeleteImage would do with these, as things are now: the same rules, and nothing changes.
 * @throws RepositoryNotFound
 */
export async function previewImages(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  ids: readonly RequestedImageId[],
): Promise<ImagesPreview> {
  const repository = await findRepository(ports, registry, name);
  const asked = new AskedDeletion(ports, repository);
  for (const id of ids) await asked.add(id);
  const refused = await asked.keepListed();
  const images: GoingImage[] = [];
  const gone = new Set<Digest>(asked.images.keys());
  for (const image of asked.images.values()) {
    images.push(await goingImage(ports, repository, image, gone));
  }
  const bytes = await contentBytes(ports, repository, [...gone]);
  return {
    ...{ repository, images, bytes },
    ...{ tags: asked.tags, failures: [...asked.failures, ...refused] },
  };
}

/** What is named, item by item, as if each before it had gone. */
class AskedDeletion {
  readonly images = new Map<Digest, Image>();
  readonly failures: ImageFailure[] = [];
  readonly #ports: Ports;
  readonly #repository: Repository;
  readonly #ids = new Map<Digest, RequestedImageId>();
  readonly #tags = new Map<Tag, Digest>();

  constructor(ports: Ports, repository: Repository) {
    this.#ports = ports;
    this.#repository = repository;
  }

  /** Tags whose images stay. */
  get tags(): { tag: Tag; digest: Digest }[] {
    const alone = [...this.#tags].filter(([, digest]) => !this.images.has(digest));
    return alone.map(([tag, digest]) => ({ tag, digest }));
  }

  async add(id: RequestedImageId): Promise<void> {
    const { tags } = this.#ports.metadata;
    const malformed = checkImageId(id);
    if (malformed !== undefined) return void this.failures.push(malformed);
    const tag = id.imageTag as Tag | undefined;
    const digest = id.imageDigest as Digest | undefined;
    if (tag === undefined) return this.#take(id, digest!);
    const tagged = this.#tags.has(tag) ? undefined : await tags.find(this.#repository, tag);
    if (tagged === undefined || this.images.has(tagged)) return this.#fail(id, "ImageNotFound");
    if (digest !== undefined && tagged !== digest) {
      return this.#fail(id, "ImageTagDoesNotMatchDigest");
    }
    this.#tags.set(tag, tagged);
    const all = await tags.of(this.#repository, tagged, limits.tagsPerImage);
    if (all.every((each) => this.#tags.has(each))) await this.#take(id, tagged);
  }

  /** Takes out what an index lists that stays, and tells why. */
  async keepListed(): Promise<ImageFailure[]> {
    const { images } = this.#ports.metadata;
    const before = this.failures.length;
    for (let kept = -1; kept !== this.images.size; ) {
      kept = this.images.size;
      for (const digest of [...this.images.keys()]) {
        // One more than go: if all parents go, there is none left.
        const limit = this.images.size + 1;
        const parents = await images.parents(this.#repository, digest, limit);
        if (parents.every((parent) => this.images.has(parent))) continue;
        const id = this.#ids.get(digest)!;
        this.images.delete(digest);
        // It stays with the tag that was its last one.
        if (id.imageTag !== undefined) this.#tags.delete(id.imageTag as Tag);
        this.#fail(id, "ImageReferencedByManifestList");
      }
    }
    return this.failures.splice(before);
  }

  async #take(id: RequestedImageId, digest: Digest): Promise<void> {
    const image = await this.#ports.metadata.images.find(this.#repository, digest);
    if (image === undefined || this.images.has(digest)) return this.#fail(id, "ImageNotFound");
    this.images.set(digest, image);
    this.#ids.set(digest, id);
  }

  #fail(imageId: RequestedImageId, failureCode: ImageFailure["failureCode"]): void {
    this.failures.push({ imageId, failureCode, failureReason: reasons[failureCode] ?? "" });
  }
}

const reasons: Partial<Record<ImageFailure["failureCode"], string>> = {
  ImageNotFound: imageNotFound().message,
  ImageReferencedByManifestList: "Requested image referenced by manifest list",
  ImageTagDoesNotMatchDigest: "Invalid request parameters: image tag does not match image digest",
};

/** @param gone what goes anyway; followers are added to it */
async function goingImage(
  ports: Ports,
  repository: Repository,
  image: Image,
  gone: Set<Digest>,
): Promise<GoingImage> {
  const { tags, inUse } = ports.metadata;
  const own = await tags.of(repository, image.digest, limits.tagsPerImage);
  const isUsed = await inUse.among(repository, [image.digest], ports.clock.now());
  const priority = await findingPriority(ports, repository.registry);
  const warnings: DeletionWarning[] = [
    ...(isUsed.length > 0 ? (["IN_USE"] as const) : []),
    ...(hasProductionTag(priority, own) ? (["PRODUCTION_TAG"] as const) : []),
  ];
  return {
    image,
    tags: own,
    warnings,
    followers: await followersOf(ports, repository, image, gone),
  };
}

/** As `followSubject` will take them. */
async function followersOf(
  { metadata }: Ports,
  repository: Repository,
  image: Image,
  gone: Set<Digest>,
): Promise<Image[]> {
  const found: Image[] = [];
  const open: Digest[] = [image.digest];
  for (let subject = open.pop(); subject !== undefined; subject = open.pop()) {
    const limit = searchLimits.previewedFollowers - found.length;
    if (limit <= 0) break;
    for (const each of await metadata.images.referrers(repository, subject, { limit })) {
      if (gone.has(each.digest)) continue;
      // An index that lists it keeps it.
      const parents = await metadata.images.parents(repository, each.digest, 1);
      if (parents.length > 0) continue;
      gone.add(each.digest);
      found.push(each);
      open.push(each.digest);
    }
  }
  return found;
}

export interface RepositoryPreview {
  readonly repository: Repository;
  readonly bytes: ContentBytes;
  /** Images that somebody says run; some. */
  readonly inUse: readonly Digest[];
}

/**
 * What DeleteRepository would do, with `force`.
 * @throws RepositoryNotFound
 */
export async function previewRepository(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
): Promise<RepositoryPreview> {
  const repository = await findRepository(ports, registry, name);
  const { search, inUse } = ports.metadata;
  const { ownBytes, sharedBytes } = await search.repositoryBytes(repository);
  const page = { limit: searchLimits.previewedUses };
  const uses = await inUse.list(repository, page, ports.clock.now());
  return {
    repository,
    bytes: { freedBytes: ownBytes, sharedBytes },
    inUse: [...new Set(uses.map(({ digest }) => digest))],
  };
}
