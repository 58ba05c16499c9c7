import type { ResolvedImage } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { algorithmOf } from "../digest.ts";
import { openDataKey, requireKey } from "../encryption/data-keys.ts";
import { openWhole } from "../encryption/sealed-format.ts";
import { invariant, RegistryError } from "../errors.ts";
import { requirePullable } from "../gates/require-pullable.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import { repositoryNotFound } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import { noteRepository } from "../usage/note-repository.ts";
import type { Image } from "./image.ts";
import { recordPull } from "./record-pull.ts";
import { manifestDigest } from "./schema1.ts";

export interface FoundImage {
  readonly repository: Repository;
  readonly image: Image;
  /** Exactly the bytes that were pushed. */
  readonly manifest: Buffer;
}

interface Looking {
  readonly pull: boolean;
  /** False for a pull that is to leave no trace in the times of pulls. */
  readonly isCounted?: boolean;
  readonly refresh?: ((stale: ResolvedImage) => Promise<void>) | undefined;
}

export function imageNotFound(): RegistryError {
  return new RegistryError("ImageNotFound", "Requested image not found");
}

/** To who pulls, what is archived is not there. Source: ECR, "Archiving images". */
function imageArchived(): RegistryError {
  return new RegistryError("ImageArchived", imageNotFound().message);
}

/**
 * The image and its manifest: one indexed read, and the manifest from memory when it was read before.
 * @param options `pull`: counts as a pull and moves lastRecordedPullTime, some seconds later, unless the
 * caller's pulls are excluded from that, or it is not to be counted. Whoever reads on the registry's own behalf does not pull.
 * `refresh`: told of a tag of the pull-through cache whose time is over, before it is looked at again.
 * @throws RepositoryNotFound, ImageNotFound, Kms
 * @throws ImageArchived while the image is archived, or on its way back from there
 * @throws ImageHeld for a pull of what a verdict holds back, unless by somebody who may all the same
 */
export async function getImage(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  reference: { readonly tag: Tag } | { readonly digest: Digest },
  options: Looking,
): Promise<FoundImage> {
  const resolve = () => ports.metadata.images.resolve(registry, name, reference);
  let found = await resolve();
  if (found === undefined) throw repositoryNotFound(registry, name);
  if (found.freshUntil !== undefined && found.freshUntil <= ports.clock.now()) {
    await options.refresh?.(found);
    found = (await resolve()) ?? found;
  }
  const { repository, image } = found;
  noteRepository(ports, repository);
  if (image === undefined) throw imageNotFound();
  if (image.state !== "ACTIVE") throw imageArchived();
  if (options.pull && image.hold !== undefined) await requirePullable(ports, repository, image);
  const manifest = await openManifest(ports, repository, image);
  if (options.pull && options.isCounted !== false) {
    const recorded = recordPull(ports, image);
    if (recorded !== undefined) await recorded;
  }
  return { repository, image, manifest };
}

/**
 * The manifest's bytes, verified by the seal and by the digest (I3).
 * @throws ImageNotFound when the image goes away in the meantime
 * @throws Kms when the repository's key may not be used
 */
export async function openManifest(
  ports: Ports,
  repository: Repository,
  image: Image,
): Promise<Buffer> {
  const cached = ports.memory.manifests.get(image.object);
  if (cached !== undefined) {
    const required = requireKey(ports, repository);
    if (required !== undefined) await required;
    return cached;
  }
  const kept = await ports.metadata.objects.findKept(image.object);
  if (kept?.object.state !== "live") throw imageNotFound();
  const { object, sealed } = kept;
  const key = await openDataKey(ports, repository, object);
  const manifest = openWhole(key, object.id, object.layout, sealed);
  const digest = manifestDigest(manifest, image.mediaType, algorithmOf(image.digest));
  invariant(digest === image.digest, "a stored manifest hashes to its digest");
  ports.memory.manifests.set(image.object, manifest);
  return manifest;
}
