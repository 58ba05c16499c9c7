/**
 * Moves an object to the storage class that its images want, while the registry is in use. Three
 * steps, each of which may be repeated: the plan is written down, the copy is made, the row moves.
 * A crash in between leaves a plan from which the next run goes on (D4).
 */
import type { MetadataChange, ReclaimCandidate } from "../ports/metadata-store.ts";
import { placeNow, plannedPlace, type StorageClass, storageClassOf } from "../ports/place.ts";
import type { Ports } from "../ports/ports.ts";
import type { StoredObject } from "../registry/encryption/stored-object.ts";
import { invariant } from "../registry/errors.ts";
import { limits } from "../registry/limits.ts";

type StorageCandidate = ReclaimCandidate & { readonly kind: "storage" };

/**
 * Resolves to whether it moved.
 * @param ignoreLeases whether leases count as over: when no client is pushing
 */
export async function moveObject(
  ports: Ports,
  candidate: StorageCandidate,
  ignoreLeases: boolean,
): Promise<boolean> {
  const object = await plan(ports, candidate, ignoreLeases);
  if (object === undefined) return false;
  const to = otherClass(object.place);
  const place = await ports.blobs.transfer(object.id, object.place, to);
  const outcome = await settle(ports, candidate, object, place, ignoreLeases);
  // Removed in the meantime, maybe before the copy was there to be removed with it.
  if (outcome === "gone") await ports.blobs.delete(object.id);
  return outcome === "moved";
}

/**
 * Queues an object whose images are all archived by now, after something that kept it at hand went.
 * Does nothing for what is on its way already.
 */
export async function queueUnlessPlaced(
  change: MetadataChange,
  object: StoredObject,
  now: number,
): Promise<void> {
  const { registry, id, place, placement, state } = object;
  if (state !== "live" || placement !== "blobs" || storageClassOf(place) === "archive") return;
  if (plannedPlace(place) !== undefined) return;
  if ((await wantedClass(change, object, now)) !== "archive") return;
  await change.reclaim.enqueue({ kind: "storage", registry, object: id, dueAt: now });
}

/**
 * Decides, and writes down where the object is to go, so that the copy is not taken for garbage.
 * `undefined` when there is nothing to do.
 */
function plan(
  ports: Ports,
  candidate: StorageCandidate,
  ignoreLeases: boolean,
): Promise<StoredObject | undefined> {
  const now = ports.clock.now();
  const leasesAt = ignoreLeases ? Number.MAX_SAFE_INTEGER : now;
  return ports.metadata.transaction(async (change) => {
    // First of all: whoever changes an image from here on waits, and then queues it anew.
    await change.reclaim.remove(candidate);
    const object = await change.objects.lock(candidate.object);
    if (object?.state !== "live" || object.placement !== "blobs") return undefined;
    const wanted = await wantedClass(change, object, leasesAt);
    const place = ports.blobs.planTransfer(object.place, wanted ?? storageClassOf(object.place));
    if (place !== object.place) await setPlace(change, object, place);
    if (plannedPlace(place) !== undefined) {
      await change.reclaim.enqueue({ ...candidate, dueAt: now }); // Until it is done.
      return { ...object, place };
    }
    // Given up: what there is of the copy goes. Nobody was told of it.
    if (place !== object.place) await queueDrop(change, object, now);
    await lookWhenLeasesEnd(change, candidate, object, leasesAt);
    return undefined;
  });
}

type Outcome = "moved" | "stays" | "gone";

/** The row moves, if it is as it was, and what the images want too. */
function settle(
  ports: Ports,
  candidate: StorageCandidate,
  object: StoredObject,
  place: string,
  ignoreLeases: boolean,
): Promise<Outcome> {
  const now = ports.clock.now();
  const leasesAt = ignoreLeases ? Number.MAX_SAFE_INTEGER : now;
  return ports.metadata.transaction(async (change): Promise<Outcome> => {
    await change.reclaim.remove(candidate);
    const current = await change.objects.lock(object.id);
    if (current?.state !== "live") return "gone";
    if (current.place !== object.place) {
      // Another process did it, or gave it up: whatever was asked since then is not lost.
      await change.reclaim.enqueue({ ...candidate, dueAt: now });
      return "stays";
    }
    const wanted = await wantedClass(change, current, leasesAt);
    await lookWhenLeasesEnd(change, candidate, current, leasesAt);
    if (wanted !== undefined && wanted !== storageClassOf(place)) {
      await setPlace(change, current, placeNow(current.place));
      await queueDrop(change, current, now);
      return "stays";
    }
    await setPlace(change, current, place);
    await queueDrop(change, current, now + graceMs(ports));
    return "moved";
  });
}

/** `undefined` when no image says anything: then it stays where it is. */
async function wantedClass(
  change: MetadataChange,
  object: StoredObject,
  now: number,
): Promise<StorageClass | undefined> {
  if (await change.objects.isHeldByActive(object, now)) return "standard";
  return (await change.objects.isHeldByArchived(object)) ? "archive" : undefined;
}

/** A lease holds as an image does, but nobody says when it ends. */
async function lookWhenLeasesEnd(
  change: MetadataChange,
  candidate: StorageCandidate,
  object: StoredObject,
  now: number,
): Promise<void> {
  const until = await change.objects.leasedUntil(object);
  if (until === undefined || until <= now) return;
  if (!(await change.objects.isHeldByArchived(object))) return;
  await change.reclaim.enqueue({ ...candidate, dueAt: until });
}

/** Both places are kept from the reclaimer until then. */
function queueDrop(
  change: MetadataChange,
  { registry, id }: StoredObject,
  dueAt: number,
): Promise<void> {
  return change.reclaim.enqueue({ kind: "object", registry, object: id, dueAt });
}

function setPlace(change: MetadataChange, { id, place }: StoredObject, to: string): Promise<void> {
  return change.objects.setPlace(id, place, to, () => new Error("a locked object has moved"));
}

/** Who has a URL of the store's does not come here again before it is over. */
function graceMs({ blobs }: Ports): number {
  return blobs.encrypts
    ? Math.max(limits.movedObjectGraceMs, limits.downloadUrlLifeMs)
    : limits.movedObjectGraceMs;
}

function otherClass(place: string): StorageClass {
  invariant(plannedPlace(place) !== undefined, "an object on its way has a plan");
  return storageClassOf(place) === "standard" ? "archive" : "standard";
}
