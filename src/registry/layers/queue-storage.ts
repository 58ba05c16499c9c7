import type { MetadataChange, MetadataReads } from "../../ports/metadata-store.ts";
import { storageClassOf } from "../../ports/place.ts";
import type { Ports } from "../../ports/ports.ts";
import type { StoredObject } from "../encryption/stored-object.ts";
import type { Digest } from "../names.ts";
import { ReadOnlyRefusal } from "../read-only.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

/**
 * Has a worker look whether the layers and the config of an image are in the right storage class: for
 * whoever changes an image's state, in the same transaction. An index has none of its own. What is kept
 * with the metadata stays there and is not queued.
 */
export async function queueStorage(
  change: MetadataChange,
  repository: RepositoryRef,
  digest: Digest,
  now: number,
): Promise<void> {
  for (const object of await objectsOf(change, repository, digest)) {
    if (object.placement === "blobs") await queueLook(change, object, now);
  }
}

/**
 * Whether nothing of the image's layers and config is in the archive: then an image that is ACTIVATING
 * is ACTIVE. What the repository does not hold, layers that live elsewhere, does not count.
 */
export async function areStandard(
  { metadata }: Pick<Ports, "metadata">,
  repository: RepositoryRef,
  digest: Digest,
): Promise<boolean> {
  const objects = await objectsOf(metadata, repository, digest);
  return objects.every((object) => !isArchived(object));
}

/**
 * Has a worker look at an archived object that somebody asked for, unless one is about to: content of
 * the archive that is pushed or pulled again comes back if an image in use has it.
 */
export async function lookAgain(ports: Ports, object: StoredObject): Promise<void> {
  if (!isArchived(object)) return;
  if (await ports.metadata.reclaim.hasObject(object.registry, object.id)) return;
  const now = ports.clock.now();
  try {
    await ports.metadata.transaction((change) => queueLook(change, object, now));
  } catch (error) {
    // Nothing moves while nothing can be written.
    if (!(error instanceof ReadOnlyRefusal)) throw error;
  }
}

/** The same within a transaction that links a layer to the object. */
export async function queueIfArchived(
  change: MetadataChange,
  object: StoredObject,
  now: number,
): Promise<void> {
  if (isArchived(object)) await queueLook(change, object, now);
}

function queueLook(
  change: MetadataChange,
  { registry, id }: StoredObject,
  now: number,
): Promise<void> {
  return change.reclaim.enqueue({ kind: "storage", registry, object: id, dueAt: now });
}

function isArchived({ placement, place }: StoredObject): boolean {
  return placement === "blobs" && storageClassOf(place) === "archive";
}

/** What the image's layers and its config stand on. */
async function objectsOf(
  { images, layers, objects }: Pick<MetadataReads, "images" | "layers" | "objects">,
  repository: RepositoryRef,
  digest: Digest,
): Promise<StoredObject[]> {
  const named = (await images.references(repository, digest))
    .filter(({ kind }) => kind === "config" || kind === "layer")
    .map((reference) => reference.digest);
  if (named.length === 0) return [];
  const held = await layers.findMany(repository, [...new Set(named)]);
  const ids = [...new Set(held.map(({ object }) => object))].sort();
  return objects.findMany(repository.registry, ids);
}
