import type { ReclaimCandidate } from "../ports/metadata-store.ts";
import type { Ports } from "../ports/ports.ts";
import type { StoredObject } from "../registry/encryption/stored-object.ts";
import { inParallel } from "../registry/in-parallel.ts";
import type { ObjectId, Registry } from "../registry/names.ts";
import { queueUnlessPlaced } from "./move-object.ts";

/** Objects that are looked at side by side for what a move or an upload left. */
const looksAtOnce = 8;
/** Of one transaction: pushes wait for it, and the threads of pulls while it runs. */
const rowsAtOnce = 25;

export type ObjectCandidate = Extract<ReclaimCandidate, { kind: "object" }>;

/**
 * Removes the objects of one registry that nothing stands on: marks them all, then removes their bytes,
 * then their rows. Each may be repeated after a crash. All of them or, when it rejects, some.
 * @returns how many went, and their sealed bytes
 */
export async function reclaimObjects(
  ports: Ports,
  registry: Registry,
  candidates: readonly ObjectCandidate[],
): Promise<{ objects: number; bytes: number }> {
  const ids = [...new Set(candidates.map(({ object }) => object))].sort();
  await inParallel(ids, looksAtOnce, (id) => dropPieces(ports, id));
  const doomed: StoredObject[] = [];
  for (const some of inBatches(ids)) doomed.push(...(await mark(ports, registry, some)));
  const inBlobs = doomed.filter(({ placement }) => placement === "blobs");
  await ports.blobs.deleteAll(inBlobs.map(({ id }) => id));
  for (const some of inBatches(doomed)) await forget(ports, registry, some);
  const bytes = doomed.reduce((sum, { sealedBytes }) => sum + sealedBytes, 0);
  return { objects: doomed.length, bytes };
}

function inBatches<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / rowsAtOnce);
  return Array.from({ length: count }, (_, index) =>
    items.slice(index * rowsAtOnce, (index + 1) * rowsAtOnce),
  );
}

/** Their bytes are gone for good. */
async function forget(
  { metadata, memory }: Ports,
  registry: Registry,
  objects: readonly StoredObject[],
): Promise<void> {
  for (const { id } of objects) memory.manifests.delete(id);
  await metadata.transaction(async (change) => {
    for (const { id } of objects) {
      await change.objects.remove(id);
      await change.reclaim.remove(candidateOf(registry, id));
    }
  });
}

function candidateOf(registry: Registry, object: ObjectId, dueAt = 0): ObjectCandidate {
  return { kind: "object", registry, object, dueAt };
}

/** Those that nothing stands on, which from here on nobody can open. */
function mark(
  { metadata, clock }: Ports,
  registry: Registry,
  ids: readonly ObjectId[],
): Promise<StoredObject[]> {
  const now = clock.now();
  return metadata.transaction(async (change) => {
    // First of all: whoever unlinks one of them from here on waits, and then queues it anew.
    for (const id of ids) await change.reclaim.remove(candidateOf(registry, id));
    // Who links one of them next waits here, and then finds it gone.
    const objects = await change.objects.lockMany(registry, ids);
    const linked = await Promise.all(
      objects.map((object) => object.state === "live" && change.objects.isLinked(object)),
    );
    for (const object of objects.filter((_, index) => linked[index])) {
      await queueUnlessPlaced(change, object, now);
    }
    const doomed = objects.filter((_, index) => !linked[index]);
    for (const { id, state } of doomed) {
      if (state === "live") await change.objects.markDeleting(id);
      await change.reclaim.enqueue(candidateOf(registry, id, now));
    }
    return doomed;
  });
}

/**
 * What the upload of an object that stays may have left beside it, and where it was before it moved to
 * another storage class. The row is asked when the store has looked at what there is: whatever is not
 * in the row by then never will be, as every copy is planned in it first.
 */
async function dropPieces({ metadata, blobs }: Ports, id: ObjectId): Promise<void> {
  const object = await metadata.objects.find(id);
  if (object?.state !== "live" || object.placement !== "blobs") return;
  if (!(await metadata.objects.isLinked(object))) return;
  await blobs.delete(id, async () => (await metadata.objects.find(id))?.place);
}
