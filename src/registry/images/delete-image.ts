import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import { addDeleteEvents } from "../events/image-action-event.ts";
import { judgeSigned, judgeUntagged } from "../gates/request-judgement.ts";
import { hastenLifecycle } from "../lifecycle/hasten-lifecycle.ts";
import {
  type Digest,
  digestPattern,
  isDigest,
  isTag,
  type Registry,
  type RepositoryName,
  type Tag,
  tagPattern,
} from "../names.ts";
import { recordRemoval } from "../replication/record-removal.ts";
import type { RemovedElsewhere } from "../replication/replication-change.ts";
import { findRepository, lockRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import { discardImage } from "../trash/discard-image.ts";
import type { Deleter, Deletion } from "../trash/trash.ts";
import { noteRepository } from "../usage/note-repository.ts";
import { imageNotFound } from "./get-image.ts";
import type { Image } from "./image.ts";

/** How many parents a refusal names. */
const parentsNamed = 10;

/** One image identifier that went. */
export interface DeletedImageId {
  readonly digest: Digest;
  readonly tag?: Tag | undefined;
}

/**
 * Deletes by digest the image with all its tags, or by tag that tag alone; an image that loses its
 * last tag stays. What was deleted lies in the trash for `keepMs`.
 * Source: OCI 1.1, "Deleting manifests" and "Deleting tags".
 * @throws RepositoryNotFound, ImageNotFound
 * @throws ImageReferencedByManifestList while an index of the repository lists the image
 */
export function deleteImage(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: { readonly digest: Digest } | { readonly tag: Tag },
  deleter: Deleter,
): Promise<DeletedImageId[]> {
  const deletion = deletionBy(ports, deleter);
  return ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    noteRepository(ports, repository);
    if ("digest" in id) return removeImage(change, repository, id.digest, deletion);
    const digest = await change.tags.find(repository, id.tag);
    if (digest === undefined) throw imageNotFound();
    return [await removeTag(change, repository, { tag: id.tag, digest }, deletion.at)];
  });
}

/** The tag alone, of a locked repository; `elsewhere` where it goes because it went there. */
export async function removeTag(
  change: MetadataChange,
  repository: Repository,
  { tag, digest }: { readonly tag: Tag; readonly digest: Digest },
  at: number,
  elsewhere?: RemovedElsewhere,
): Promise<DeletedImageId> {
  const image = await change.images.find(repository, digest);
  await change.tags.remove(repository, tag, at);
  if (image !== undefined) await addDeleteEvents(change, repository, image, [tag], at);
  await recordRemoval(change, repository, { tags: [tag], at, elsewhere });
  await judgeUntagged(change, repository, digest, at);
  if (image !== undefined) await judgeSigned(change, repository, { image, tags: [tag] }, at);
  await hastenLifecycle(change, repository, at, "taken");
  return { digest, tag };
}

function deletionBy({ clock }: Ports, deleter: Deleter): Deletion {
  return { ...deleter, at: clock.now(), reason: { kind: "DELETED" } };
}

/** An item of BatchDeleteImage, as it came. */
export interface RequestedImageId {
  readonly imageDigest?: string | undefined;
  readonly imageTag?: string | undefined;
}

export interface ImageFailure {
  readonly imageId: RequestedImageId;
  readonly failureCode:
    | "ImageInaccessible"
    | "ImageNotFound"
    | "ImageReferencedByManifestList"
    | "ImageTagDoesNotMatchDigest"
    | "InvalidImageDigest"
    | "InvalidImageTag"
    | "KmsError"
    | "MissingDigestAndTag"
    | "UpstreamAccessDenied"
    | "UpstreamTooManyRequests"
    | "UpstreamUnavailable";
  readonly failureReason: string;
}

/**
 * ECR's BatchDeleteImage: each item by itself, failures told beside what went. By tag the image goes
 * with its last tag. An index and its children may go in one call, in whatever order they are named.
 * @throws RepositoryNotFound
 */
export async function deleteImages(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  ids: readonly RequestedImageId[],
  deleter: Deleter,
): Promise<{ deleted: { imageDigest: string; imageTag?: string }[]; failures: ImageFailure[] }> {
  await findRepository(ports, registry, name);
  const deleted: { imageDigest: string; imageTag?: string }[] = [];
  const failures: ImageFailure[] = [];
  let waiting = [...ids];
  while (waiting.length > 0) {
    const blocked: { id: RequestedImageId; failure: ImageFailure }[] = [];
    for (const id of waiting) {
      const outcome = await deleteOne(ports, registry, name, id, deleter);
      if (Array.isArray(outcome)) {
        for (const { digest, tag } of outcome) {
          deleted.push(
            tag === undefined ? { imageDigest: digest } : { imageDigest: digest, imageTag: tag },
          );
        }
      } else if (outcome.failureCode === "ImageReferencedByManifestList") {
        blocked.push({ id, failure: outcome });
      } else {
        failures.push(outcome);
      }
    }
    // Children may follow once their index went; when nothing went, nothing will.
    if (blocked.length === waiting.length) {
      failures.push(...blocked.map(({ failure }) => failure));
      break;
    }
    waiting = blocked.map(({ id }) => id);
  }
  return { deleted, failures };
}

async function deleteOne(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: RequestedImageId,
  deleter: Deleter,
): Promise<DeletedImageId[] | ImageFailure> {
  const malformed = checkImageId(id);
  if (malformed !== undefined) return malformed;
  const deletion = deletionBy(ports, deleter);
  try {
    return await ports.metadata.transaction(async (change) => {
      const repository = await lockRepository(change, registry, name);
      return deleteRequested(change, repository, id, deletion);
    });
  } catch (error) {
    if (isRegistryError(error, "ImageNotFound")) {
      return { imageId: id, failureCode: "ImageNotFound", failureReason: error.message };
    }
    if (isRegistryError(error, "ImageReferencedByManifestList")) {
      return {
        imageId: id,
        failureCode: "ImageReferencedByManifestList",
        failureReason: error.message,
      };
    }
    throw error;
  }
}

/** ECR's failure for an identifier that cannot name an image; `undefined` when it can. */
export function checkImageId(id: RequestedImageId): ImageFailure | undefined {
  if (id.imageDigest === undefined && id.imageTag === undefined) {
    return {
      imageId: id,
      failureCode: "MissingDigestAndTag",
      failureReason: "Invalid request parameters: both tag and digest cannot be null",
    };
  }
  if (id.imageDigest !== undefined && !isDigest(id.imageDigest)) {
    return {
      imageId: id,
      failureCode: "InvalidImageDigest",
      failureReason: `Invalid request parameters: image digest should satisfy the regex '${digestPattern}'`,
    };
  }
  if (id.imageTag !== undefined && !isTag(id.imageTag)) {
    return {
      imageId: id,
      failureCode: "InvalidImageTag",
      failureReason: `Invalid request parameters: image tag should satisfy the regex '${tagPattern}'`,
    };
  }
  return undefined;
}

async function deleteRequested(
  change: MetadataChange,
  repository: Repository,
  id: RequestedImageId,
  deletion: Deletion,
): Promise<DeletedImageId[] | ImageFailure> {
  const tag = id.imageTag as Tag | undefined;
  const digest = id.imageDigest as Digest | undefined;
  if (tag === undefined) return removeImage(change, repository, digest!, deletion);
  const tagged = await change.tags.find(repository, tag);
  if (tagged === undefined) throw imageNotFound();
  if (digest !== undefined && tagged !== digest) {
    return {
      imageId: id,
      failureCode: "ImageTagDoesNotMatchDigest",
      failureReason: "Invalid request parameters: image tag does not match image digest",
    };
  }
  if ((await change.tags.count(repository, tagged)) > 1) {
    return [await removeTag(change, repository, { tag, digest: tagged }, deletion.at)];
  }
  return removeImage(change, repository, tagged, deletion);
}

/** @throws ImageNotFound, ImageReferencedByManifestList */
async function removeImage(
  change: MetadataChange,
  repository: Repository,
  digest: Digest,
  deletion: Deletion,
): Promise<DeletedImageId[]> {
  const image = await change.images.find(repository, digest);
  if (image === undefined) throw imageNotFound();
  const tags = await discardUnlisted(change, repository, image, deletion);
  return tags.length === 0 ? [{ digest }] : tags.map((tag) => ({ digest, tag }));
}

/**
 * An image of a locked repository, with all its tags, unless an index there lists it.
 * @returns the tags that it had
 * @throws ImageReferencedByManifestList
 */
export async function discardUnlisted(
  change: MetadataChange,
  repository: Repository,
  image: Image,
  deletion: Deletion,
): Promise<Tag[]> {
  const { digest } = image;
  const parents = await change.images.parents(repository, digest, parentsNamed);
  if (parents.length > 0) {
    throw new RegistryError(
      "ImageReferencedByManifestList",
      `Requested image referenced by manifest list: [${parents.join(", ")}]`,
    );
  }
  const tags = await discardImage(change, repository, image, deletion);
  await hastenLifecycle(change, repository, deletion.at, "taken");
  return tags;
}
