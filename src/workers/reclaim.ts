/**
 * Gives back the bytes of what nothing stands on any more, and moves what is archived to where keeping
 * is cheap, while the registry is in use (D4).
 * Each step is a short transaction that looks again at what is true now; a crash between two of them
 * leaves a row from which the next run goes on.
 */
import type { ReclaimCandidate } from "../ports/metadata-store.ts";
import type { Ports } from "../ports/ports.ts";
import { unlinkLayer } from "../registry/layers/unlink-layer.ts";
import { discardUpload } from "../registry/layers/upload-layer.ts";
import type { ObjectId, Registry, UploadId } from "../registry/names.ts";
import { isReclaimHeld, reclaimName } from "../registry/reclaim-hold.ts";
import { moveObject, queueUnlessPlaced } from "./move-object.ts";

const batch = 100;
/** Candidates of one run: under steady pushes and deletes there would always be more. */
const mostInOneRun = 10_000;
/** For a run by hand on a store that nobody else uses. */
const everything = 1_000_000;
const retryMs = 60_000;
/** An object whose move failed is served from where it is: there is no hurry. */
const moveRetryMs = 15 * 60_000;
/** After which no more are moved in a run: what is full or away fails for all of them. */
const mostFailedMoves = 3;

export interface Reclaimed {
  readonly layers: number;
  readonly objects: number;
  readonly uploads: number;
  /** Objects that are in another storage class now. */
  readonly moved: number;
  /** Sealed bytes that are free again. */
  readonly bytes: number;
}

type Step = { -readonly [Key in keyof Reclaimed]: number };

export interface ReclaimOptions {
  /** Also take layers whose lease has not ended: only when no client is pushing. */
  readonly ignoreLeases?: boolean;
  /** Asked between two candidates; true ends the run early. */
  readonly stopping?: () => boolean;
  /** Told of a candidate that could not be reclaimed now; it is tried again later. */
  readonly failed?: (error: unknown) => void;
}

/** Looks at what is due, and at what that makes due, until nothing is or the run was long. */
export async function reclaimOnce(ports: Ports, options: ReclaimOptions = {}): Promise<Reclaimed> {
  const total: Step = { layers: 0, objects: 0, uploads: 0, moved: 0, bytes: 0 };
  const ignoreLeases = options.ignoreLeases === true;
  const stopping = options.stopping ?? (() => false);
  const putOff = new Set<string>();
  let all = 0;
  let failedMoves = 0;
  for (;;) {
    const now = ports.clock.now();
    const candidates = ignoreLeases
      ? await ports.metadata.reclaim.due(Number.MAX_SAFE_INTEGER, everything)
      : await ports.metadata.reclaim.due(now, batch);
    let looked = 0;
    for (const candidate of candidates) {
      if (stopping()) return total;
      // A session that may still be resumed stays, whoever asks.
      if (candidate.kind === "upload" && candidate.dueAt > now) continue;
      if (putOff.has(nameOf(candidate))) continue;
      const isMove = candidate.kind === "storage";
      looked += 1;
      if (isMove && failedMoves === mostFailedMoves) {
        await putOffMove(ports, candidate);
        putOff.add(nameOf(candidate));
        continue;
      }
      const { moved } = total;
      const isDone = await reclaimOrPutOff(ports, candidate, total, options);
      if (!isDone) putOff.add(nameOf(candidate));
      if (!isDone && isMove) failedMoves += 1;
      // Its old bytes are due later than they were when this batch was read.
      if (total.moved > moved && isMove && !ignoreLeases) putOff.add(candidate.object);
    }
    all += looked;
    if (looked === 0 || (!ignoreLeases && all >= mostInOneRun)) return total;
  }
}

/**
 * The same where nobody else does it at that time, and nobody has asked that none be collected: a
 * backup, which copies what a moment's rows name. `undefined` when it was not the time.
 */
export async function reclaimAlone(
  ports: Ports,
  options: ReclaimOptions = {},
): Promise<Reclaimed | undefined> {
  const release = await ports.exclusive.tryAcquire(reclaimName);
  if (release === undefined) return undefined;
  try {
    if (await isReclaimHeld(ports)) return undefined;
    return await reclaimOnce(ports, options);
  } finally {
    await release();
  }
}

function nameOf(candidate: ReclaimCandidate): string {
  switch (candidate.kind) {
    case "layer":
      return `${candidate.repositoryId} ${candidate.digest}`;
    case "object":
      return candidate.object;
    case "storage":
      return `storage ${candidate.object}`;
    case "upload":
      return candidate.upload;
  }
}

/** One that fails does not keep the others waiting. False when it did. */
async function reclaimOrPutOff(
  ports: Ports,
  candidate: ReclaimCandidate,
  total: Step,
  options: ReclaimOptions,
): Promise<boolean> {
  try {
    await reclaim(ports, candidate, total, options.ignoreLeases === true);
    return true;
  } catch (error) {
    const dueAt = ports.clock.now() + (candidate.kind === "storage" ? moveRetryMs : retryMs);
    await ports.metadata.transaction((change) => change.reclaim.enqueue({ ...candidate, dueAt }));
    if (options.failed === undefined) throw error;
    options.failed(error);
    return false;
  }
}

/** Else those that can not be moved would be the first in line for ever. */
function putOffMove(ports: Ports, candidate: ReclaimCandidate): Promise<void> {
  const dueAt = ports.clock.now() + moveRetryMs;
  return ports.metadata.transaction((change) => change.reclaim.enqueue({ ...candidate, dueAt }));
}

async function reclaim(
  ports: Ports,
  candidate: ReclaimCandidate,
  total: Step,
  ignoreLeases: boolean,
): Promise<void> {
  switch (candidate.kind) {
    case "layer":
      return reclaimLayer(ports, candidate, total, ignoreLeases);
    case "object":
      return reclaimObject(ports, candidate.registry, candidate.object, total);
    case "storage":
      if (await moveObject(ports, candidate, ignoreLeases)) total.moved += 1;
      return;
    case "upload":
      return reclaimUpload(ports, candidate.registry, candidate.upload, total);
  }
}

/** Unlinks the layer if nothing refers to it and its lease is over; waits for the lease otherwise. */
async function reclaimLayer(
  ports: Ports,
  candidate: ReclaimCandidate & { kind: "layer" },
  total: Step,
  ignoreLeases: boolean,
): Promise<void> {
  const repository = { registry: candidate.registry, id: candidate.repositoryId };
  const now = ports.clock.now();
  const isUnlinked = await ports.metadata.transaction(async (change) => {
    // Repository, then layer: who pushes locks in this order too.
    await change.repositories.lockById(repository);
    const [layer] = await change.layers.lock(repository, [candidate.digest]);
    await change.reclaim.remove(candidate);
    if (layer === undefined) return false;
    if (await change.layers.isReferenced(repository, layer.digest)) {
      const object = await change.objects.find(layer.object);
      if (object !== undefined) await queueUnlessPlaced(change, object, now);
      return false;
    }
    if (layer.leasedUntil > now && !ignoreLeases) {
      await change.reclaim.enqueue({ ...candidate, dueAt: layer.leasedUntil });
      return false;
    }
    await unlinkLayer(change, layer, now);
    return true;
  });
  if (isUnlinked) total.layers += 1;
}

/** Marks, then removes the bytes, then the row: each may be repeated after a crash. */
async function reclaimObject(
  ports: Ports,
  registry: Registry,
  id: ObjectId,
  total: Step,
): Promise<void> {
  const candidate: ReclaimCandidate = { kind: "object", registry, object: id, dueAt: 0 };
  const now = ports.clock.now();
  await dropPieces(ports, id);
  const doomed = await ports.metadata.transaction(async (change) => {
    // First of all: whoever unlinks the object from here on waits, and then queues it anew.
    await change.reclaim.remove(candidate);
    // Who links the object next waits here, and then finds it gone.
    const object = await change.objects.lock(id);
    if (object === undefined) return undefined;
    if (object.state === "live" && (await change.objects.isLinked(object))) {
      await queueUnlessPlaced(change, object, now);
      return undefined;
    }
    if (object.state === "live") await change.objects.markDeleting(id);
    await change.reclaim.enqueue({ ...candidate, dueAt: now });
    return object;
  });
  if (doomed === undefined) return;
  if (doomed.placement === "blobs") await ports.blobs.delete(id);
  ports.memory.manifests.delete(id);
  await ports.metadata.transaction(async (change) => {
    await change.objects.remove(id);
    await change.reclaim.remove(candidate);
  });
  total.objects += 1;
  total.bytes += doomed.sealedBytes;
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

/** Drops a session that has expired, or whose repository is gone; one that is being written waits. */
async function reclaimUpload(
  ports: Ports,
  registry: Registry,
  id: UploadId,
  total: Step,
): Promise<void> {
  const now = ports.clock.now();
  const candidate: ReclaimCandidate = {
    kind: "upload",
    registry,
    upload: id,
    dueAt: now + retryMs,
  };
  const release = await ports.exclusive.tryAcquire(`upload/${id}`);
  if (release === undefined) {
    await ports.metadata.transaction((change) => change.reclaim.enqueue(candidate));
    return;
  }
  try {
    const upload = await ports.metadata.uploads.find(registry, id);
    if (upload === undefined) {
      await ports.metadata.transaction((change) => change.reclaim.remove(candidate));
      return;
    }
    await discardUpload(ports, upload);
    total.uploads += 1;
    total.bytes += upload.sealedBytes;
  } finally {
    await release();
  }
}
