import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { algorithmOf } from "../digest.ts";
import { createDataKey } from "../encryption/data-keys.ts";
import { encryptionDomain, requireSameDomain } from "../encryption/domain.ts";
import type { StoredObject } from "../encryption/stored-object.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry, RepositoryName, UploadId } from "../names.ts";
import { chargeQuotas } from "../quotas/charge.ts";
import { requireRoom } from "../quotas/require-room.ts";
import { lockRepository } from "../repositories/find-repository.ts";
import { rekeyedSince } from "../repositories/rekeyed-since.ts";
import type { Repository } from "../repositories/repository.ts";
import type { Layer } from "./layer.ts";
import { queueIfArchived } from "./queue-storage.ts";
import { digestOfUpload } from "./read-upload.ts";
import { receive } from "./receive.ts";
import { relinkLayer } from "./relink-layer.ts";
import { underKeyOf } from "./rewrap-upload.ts";
import { digestOfNothing, stagedBytes, type Upload } from "./upload.ts";
import {
  commitUpload,
  exclusively,
  findUpload,
  requireOffset,
  uploadNotFound,
} from "./upload-layer.ts";

const linkTries = 5;

export interface Completion {
  /** The last bytes, when they come with the request that completes. */
  readonly content?: AsyncIterable<Uint8Array> | undefined;
  /** Whether the pieces of the content are given away (see `Receiving`). */
  readonly given?: boolean;
  readonly offset?: number | undefined;
  /**
   * Whether a session that has ended already is no error where the layer is here: the answer to the
   * request before may have been lost (I10). ECR's API documents a refusal instead.
   */
  readonly repeatable: boolean;
  /** OCI has empty blobs, ECR refuses them. */
  readonly emptyAllowed: boolean;
  /** ECR's rule for UploadLayerPart: every part but the last has at least 5 MiB. */
  readonly enforcePartSize: boolean;
}

/**
 * Makes the session's bytes a layer of the repository, leased for the manifest that will name it
 * (I11). Equal content that its encryption domain has already is not stored again.
 * Source: ECR CompleteLayerUpload; OCI 1.1, "Pushing blobs".
 * @returns the layer, and whether the repository had it before
 * @throws InvalidLayer when the bytes do not hash to `digest`; the session stays as it was
 * @throws EmptyUpload, LayerPartTooSmall, UploadNotFound, InvalidLayerPart
 * @throws LimitExceeded when the layer passes a quota; the session stays as it was
 * @throws Kms when the repository's key, or that of the session, may not be used
 */
export async function completeUpload(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: UploadId,
  digest: Digest,
  options: Completion,
): Promise<{ layer: Layer; existed: boolean }> {
  try {
    return await completeOnce(ports, registry, name, id, digest, options);
  } catch (error) {
    if (!options.repeatable || !isRegistryError(error, "UploadNotFound")) throw error;
    const found = await ports.metadata.layers.resolve(registry, name, digest);
    if (found?.layer === undefined) throw error;
    return { layer: found.layer, existed: true };
  }
}

function completeOnce(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: UploadId,
  digest: Digest,
  options: Completion,
): Promise<{ layer: Layer; existed: boolean }> {
  return exclusively(ports, registry, name, id, async () => {
    const { repository, upload } = await findUpload(ports, registry, name, id);
    requireOffset(registry, name, upload, options.offset);
    await requireRoomUnlessHeld(ports, repository, upload, digest);
    const whole = await withLastBytes(ports, repository, upload, digest, options);
    requireComplete(registry, name, upload, whole, options);
    const received = await digestOfUpload(ports, repository, whole, algorithmOf(digest));
    if (received !== digest) throw wrongDigest(digest, received);
    try {
      return await store(ports, { repository, upload, whole, digest });
    } catch (error) {
      const rekeyed = await rekeyedSince(ports, repository, error);
      if (rekeyed === undefined) throw error;
      return store(ports, { repository: rekeyed, upload, whole, digest });
    }
  });
}

/** Before the last bytes are taken, or all of them are moved: nothing is charged for a layer that is here. */
async function requireRoomUnlessHeld(
  ports: Ports,
  repository: Repository,
  { offset }: Upload,
  digest: Digest,
): Promise<void> {
  try {
    await requireRoom(ports, repository, offset);
  } catch (error) {
    if (!isRegistryError(error, "LimitExceeded")) throw error;
    if ((await ports.metadata.layers.find(repository, digest)) === undefined) throw error;
  }
}

/** Makes the bytes the domain's object, or finds that it has one, and links the layer. */
async function store(ports: Ports, wanted: Omit<Completed, "published">): Promise<Linked> {
  const { repository, digest } = wanted;
  const { registry } = repository;
  const domain = encryptionDomain(repository);
  const stored = await ports.metadata.objects.findLive(registry, domain, digest);
  const under = wanted.whole.sealedBytes === 0 ? sealEmpty : underKeyOf;
  const sealed = await under(ports, repository, wanted.whole);
  const completed = { ...wanted, whole: sealed };
  if (stored !== undefined) {
    const linked = await link(ports, { ...completed, published: undefined });
    if (linked !== undefined) return linked;
    // The reclaimer has taken the stored object since: our own bytes take its place.
  }
  const published =
    sealed.kept === undefined ? await ports.blobs.publish(sealed.object, stagedBytes(sealed)) : "";
  const linkedFirst = await linkFirst(ports, { ...completed, published });
  if (linkedFirst !== undefined) return linkedFirst;
  for (let tries = 0; tries < linkTries; tries++) {
    const linked = await link(ports, { ...completed, published });
    if (linked !== undefined) return linked;
    // Somebody's equal object was in the way, and was taken before it could be linked.
  }
  throw new RegistryError("ServiceUnavailable", "The layer could not be linked; try again");
}

/** Takes what comes with the completing request; what was refused afterwards is not committed. */
async function withLastBytes(
  ports: Ports,
  repository: Repository,
  upload: Upload,
  digest: Digest,
  { content, given = false }: Completion,
): Promise<Upload> {
  if (content === undefined) return upload;
  // Nothing was hashed yet: the digest that all of it is to have says how.
  const digestSoFar =
    upload.offset === 0 ? digestOfNothing(algorithmOf(digest)) : upload.digestSoFar;
  const begun = { ...upload, digestSoFar };
  const { next, failure } = await receive(ports, repository, begun, content, {
    asPart: false,
    given,
  });
  if (failure === undefined) return next;
  await commitUpload(ports, upload, next, repository.name);
  throw failure;
}

function requireComplete(
  registry: Registry,
  name: RepositoryName,
  before: Upload,
  whole: Upload,
  options: Completion,
): void {
  if (whole.offset === 0 && !options.emptyAllowed) {
    throw new RegistryError(
      "EmptyUpload",
      `The upload with id '${whole.id}' in the repository with name '${name}' in registry with id '${registry.account}' cannot be completed because it does not have any parts.`,
    );
  }
  if (options.enforcePartSize && before.smallPart) {
    throw new RegistryError(
      "LayerPartTooSmall",
      "All layer parts except the last part should be at least 5MB",
    );
  }
}

export function wrongDigest(digest: Digest, received: Digest): RegistryError {
  return new RegistryError(
    "InvalidLayer",
    `The layer content has the digest '${received}' instead of '${digest}'`,
  );
}

/** Nothing was ever received: the empty object is a header alone, whoever encrypts the others. */
export async function sealEmpty(
  ports: Ports,
  repository: Repository,
  whole: Upload,
): Promise<Upload> {
  const { wrapped } = await createDataKey(ports, repository, whole.object);
  return (
    await receive(ports, repository, { ...whole, wrappedKey: wrapped }, emptyContent(), {
      asPart: false,
      given: false,
    })
  ).next;
}

async function* emptyContent(): AsyncGenerator<Uint8Array> {
  // Yields nothing.
}

/** A session whose bytes are whole, for `keepObject`. */
export interface Completed {
  readonly repository: Repository;
  readonly upload: Upload;
  readonly whole: Upload;
  readonly digest: Digest;
  /** Where the bytes are published, if they may become the domain's object; empty for kept ones. */
  readonly published: string | undefined;
}

interface Linked {
  readonly layer: Layer;
  readonly existed: boolean;
}

/**
 * What `link` does, for content that its domain did not have a moment ago: everything is asked at
 * once, without looking at an answer in between. `undefined`, and nothing done, when something stood
 * in the way of that: `link` goes step by step and finds out what.
 */
async function linkFirst(
  ports: Ports,
  completed: Completed & { readonly published: string },
): Promise<Linked | undefined> {
  const { upload, repository } = completed;
  const { registry } = upload.repository;
  const now = ports.clock.now();
  const object = newObject(completed, now);
  const layer = newLayer(completed, object, now);
  const ended = () => uploadNotFound(registry, repository.name, upload.id);
  try {
    return await ports.metadata.transaction(async (change) => {
      const [locked, , , , isNew] = await Promise.all([
        lockRepository(change, registry, repository.name),
        change.uploads.end(upload, ended),
        change.objects.insert(object, completed.whole.kept),
        reclaimPieces(change, completed, now),
        linkLeased(change, layer),
      ]);
      if (locked.id !== upload.repository.id) throw ended();
      requireSameDomain(encryptionDomain(locked), object.domain);
      if (isNew) await chargeQuotas(change, locked, { sizeBytes: layer.sizeBytes });
      return { layer, existed: !isNew };
    });
  } catch (error) {
    if (isRegistryError(error)) throw error;
    return undefined;
  }
}

/**
 * One transaction: object, link, counters, lease, end of the session. `undefined`, and nothing done,
 * when there is no object to link and the session's bytes may not become one.
 */
function link(ports: Ports, completed: Completed): Promise<Linked | undefined> {
  const { upload } = completed;
  const { registry } = upload.repository;
  const now = ports.clock.now();
  return ports.metadata.transaction(async (change) => {
    const [repository, current] = await Promise.all([
      lockRepository(change, registry, completed.repository.name),
      change.uploads.lock(registry, upload.id),
    ]);
    if (repository.id !== upload.repository.id || current?.revision !== upload.revision) {
      throw uploadNotFound(registry, repository.name, upload.id);
    }
    const object = await keepObject(change, completed, now);
    if (object === undefined) return undefined;
    requireSameDomain(encryptionDomain(repository), object.domain);
    const layer = newLayer(completed, object, now);
    const existed = !(await linkCharged(change, repository, layer));
    await change.uploads.remove(registry, upload.id);
    return { layer, existed };
  });
}

export function newLayer({ upload, digest }: Completed, object: StoredObject, now: number): Layer {
  return {
    repository: upload.repository,
    digest,
    object: object.id,
    sizeBytes: object.sizeBytes,
    mediaType: undefined,
    linkedAt: now,
    leasedUntil: now + limits.layerLeaseMs,
  };
}

/**
 * Links the layer as `linkLeased` does, and charges it to the quotas of its repository.
 * @param repository as this transaction has locked it
 * @returns whether it is new
 * @throws LimitExceeded when a hard limit would be passed
 */
export async function linkCharged(
  change: MetadataChange,
  repository: Repository,
  layer: Layer,
): Promise<boolean> {
  const isNew = await linkLeased(change, layer);
  if (isNew) await chargeQuotas(change, repository, { sizeBytes: layer.sizeBytes });
  return isNew;
}

/**
 * Links the layer, counts it in its repository and queues it for a look when its lease ends; one that is linked already
 * gets the new lease, and stands on the new object from then on: the old one is under the key that the
 * repository had before. Returns whether it is new.
 */
export async function linkLeased(change: MetadataChange, layer: Layer): Promise<boolean> {
  const { repository, digest, leasedUntil } = layer;
  const { registry, id: repositoryId } = repository;
  // Asked at once; the link last, as what it counts hangs on it.
  const [, isNew] = await Promise.all([
    change.reclaim.enqueue({ kind: "layer", registry, repositoryId, digest, dueAt: leasedUntil }),
    change.layers.linkIfAbsent(layer),
  ]);
  if (isNew) return true;
  await change.layers.lease(repository, digest, leasedUntil);
  const [held] = await change.layers.lock(repository, [digest]);
  if (held !== undefined) await relinkLayer(change, held, layer.object, layer.linkedAt);
  return false;
}

/** The object that the session's bytes become. */
export function newObject(
  { repository, whole, digest, published }: Completed,
  now: number,
): StoredObject {
  return {
    id: whole.object,
    registry: repository.registry,
    domain: encryptionDomain(repository),
    digest,
    sizeBytes: whole.offset,
    sealedBytes: whole.sealedBytes,
    wrappedKey: whole.wrappedKey,
    state: "live",
    placement: whole.kept === undefined ? "blobs" : "metadata",
    place: published ?? whole.place,
    layout: whole.layout,
    createdAt: now,
  };
}

/** What was made one object is still there in pieces too, which the session needed until now. */
async function reclaimPieces(
  change: MetadataChange,
  { repository, whole, published }: Completed,
  now: number,
): Promise<void> {
  if (whole.kept !== undefined || published === whole.place) return;
  const { registry } = repository;
  await change.reclaim.enqueue({ kind: "object", registry, object: whole.object, dueAt: now });
}

/** The object that holds the content: the domain's own if it has one, else the one just published. */
export async function keepObject(
  change: MetadataChange,
  completed: Completed,
  now: number,
): Promise<StoredObject | undefined> {
  const { whole, published } = completed;
  const object = newObject(completed, now);
  const { registry, domain, digest } = object;
  if (published !== undefined && (await change.objects.insertIfAbsent(object, whole.kept))) {
    await reclaimPieces(change, completed, now);
    return object;
  }
  const stored = await change.objects.lockLive(registry, domain, digest);
  if (stored === undefined) return undefined;
  await queueIfArchived(change, stored, now);
  if (whole.kept !== undefined) return stored; // Our bytes go with the session's row.
  // Our bytes are garbage now. A row that is being deleted leads the reclaimer to them.
  await change.objects.insertIfAbsent({
    ...object,
    state: "deleting",
    wrappedKey: new Uint8Array(),
  });
  await change.reclaim.enqueue({ kind: "object", registry, object: object.id, dueAt: now });
  return stored;
}
