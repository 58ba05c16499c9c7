/**
 * Upload sessions. Bytes go straight from the request through hash and cipher into a staged object;
 * what a session has accepted is durable before the answer, and nothing is ever written twice (D1, D5).
 */

import { randomUUID } from "node:crypto";
import type { MetadataReads } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { type DigestAlgorithm, digestOf, usualAlgorithm } from "../digest.ts";
import { createDataKey } from "../encryption/data-keys.ts";
import type { StoredObject } from "../encryption/stored-object.ts";
import { RegistryError } from "../errors.ts";
import { freshBytes } from "../fresh-bytes.ts";
import { limits } from "../limits.ts";
import type { ObjectId, Registry, RepositoryName, UploadId } from "../names.ts";
import { requireRoom } from "../quotas/require-room.ts";
import { findRepository, repositoryNotFound } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import { requireSpace } from "../space.ts";
import { noteRepository } from "../usage/note-repository.ts";
import { receive } from "./receive.ts";
import { digestOfNothing, type Upload } from "./upload.ts";

const emptyDigest = digestOf(new Uint8Array());

/** A fresh name for an object; never used before and never again. */
export function newObjectId(): ObjectId {
  return freshBytes(16).toString("hex") as ObjectId;
}

/** Of a session; never used before. */
export function newUploadId(): UploadId {
  return randomUUID() as UploadId;
}

/**
 * Opens a session. Source: ECR InitiateLayerUpload; OCI 1.1, "Pushing blobs".
 * @param algorithm of the digest that is expected to end it: the bytes are hashed by it as they come.
 * Ended by a digest of another algorithm, they are read once more.
 * @param id from `newUploadId`, where somebody has to know it before the session is open
 * @throws RepositoryNotFound
 * @throws Kms when the repository's key may not be used
 * @throws Throttling when the repository has too many open sessions
 * @throws LimitExceeded when a quota of its bytes is full
 * @throws ServiceUnavailable when the store is nearly full
 */
export async function startUpload(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  algorithm: DigestAlgorithm = usualAlgorithm,
  id = newUploadId(),
): Promise<Upload> {
  const repository = await findRepository(ports, registry, name);
  await requireSpace(ports);
  await requireRoom(ports, repository, 1);
  if ((await ports.metadata.uploads.count(repository)) >= limits.uploadsPerRepository) {
    throw new RegistryError("Throttling", "Rate exceeded");
  }
  return openSession(ports, repository, algorithm, id);
}

/**
 * A session, whoever fills it.
 * @throws Kms when the repository's key may not be used
 */
export async function openSession(
  ports: Ports,
  repository: Repository,
  algorithm: DigestAlgorithm,
  id = newUploadId(),
): Promise<Upload> {
  const upload = await newSession(ports, repository, algorithm, id);
  const { registry } = repository;
  await ports.metadata.transaction(async (change) => {
    await change.uploads.insert(upload);
    // Every file has a row that leads to it from before it exists until after it is gone (D4).
    await change.reclaim.enqueue({
      kind: "upload",
      registry,
      upload: upload.id,
      dueAt: upload.expiresAt,
    });
  });
  return upload;
}

/**
 * A session that nobody has stored, with a key for its bytes.
 * @throws Kms when the repository's key may not be used
 */
export async function newSession(
  ports: Ports,
  repository: Repository,
  algorithm: DigestAlgorithm,
  id = newUploadId(),
): Promise<Upload> {
  const { registry } = repository;
  const object = newObjectId();
  // A KMS key seals also where the store encrypts by itself: the store does not know that key.
  const isSealedHere = !ports.blobs.encrypts || repository.encryption.type !== "AES256";
  const wrappedKey = isSealedHere
    ? (await createDataKey(ports, repository, object)).wrapped
    : new Uint8Array();
  const now = ports.clock.now();
  return {
    id,
    repository: { registry, id: repository.id },
    object,
    wrappedKey,
    offset: 0,
    kept: undefined,
    sealedBytes: 0,
    place: "",
    frames: 0,
    layout: "",
    parts: 0,
    smallPart: false,
    digestSoFar: digestOfNothing(algorithm),
    revision: 0,
    createdAt: now,
    expiresAt: now + limits.uploadLifeMs,
  };
}

export function uploadNotFound(
  registry: Registry,
  name: RepositoryName,
  id: string,
): RegistryError {
  return new RegistryError(
    "UploadNotFound",
    `The upload with id '${id}' in the repository with name '${name}' in registry with id '${registry.account}' does not exist.`,
  );
}

/**
 * The session, if it belongs to this repository and has not expired (I9).
 * @throws RepositoryNotFound, UploadNotFound
 */
export async function findUpload(
  ports: {
    readonly metadata: Pick<MetadataReads, "repositories" | "uploads">;
    readonly clock: Ports["clock"];
    readonly onBehalfOf?: Ports["onBehalfOf"];
  },
  registry: Registry,
  name: RepositoryName,
  id: UploadId,
): Promise<{ repository: Repository; upload: Upload }> {
  const [repository, upload] = await Promise.all([
    ports.metadata.repositories.find(registry, name),
    ports.metadata.uploads.find(registry, id),
  ]);
  if (repository === undefined) throw repositoryNotFound(registry, name);
  noteRepository(ports, repository);
  if (upload?.repository.id !== repository.id || upload.expiresAt <= ports.clock.now()) {
    throw uploadNotFound(registry, name, id);
  }
  return { repository, upload };
}

/** @throws RepositoryNotFound, UploadNotFound */
export async function uploadStatus(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: UploadId,
): Promise<Upload> {
  return (await findUpload(ports, registry, name, id)).upload;
}

export interface Append {
  /** Where the caller believes the session stands; refused when it stands elsewhere. Bytes. */
  readonly offset?: number | undefined;
  /** Whether ECR's rules for parts count: UploadLayerPart. */
  readonly part?: boolean;
  /** Whether the pieces of the content are given away (see `Receiving`). */
  readonly given?: boolean;
}

/**
 * Takes `content` at the end of the session. What is accepted is durable when this resolves; when
 * the content breaks off, what came before stays and can be resumed (OCI 1.1, "Resuming an upload").
 * @throws UploadNotFound
 * @throws InvalidLayerPart when `offset` is not where the session stands (details say where), or
 * another request is writing to it
 * @throws LimitExceeded for too many parts or too large a layer, or when a quota is full already
 */
export function appendToUpload(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: UploadId,
  content: AsyncIterable<Uint8Array>,
  options: Append,
): Promise<Upload> {
  return exclusively(ports, registry, name, id, async () => {
    const { repository, upload } = await findUpload(ports, registry, name, id);
    requireOffset(registry, name, upload, options.offset);
    await requireRoom(ports, repository, upload.offset + 1);
    const { next, failure } = await receive(ports, repository, upload, content, {
      asPart: options.part === true,
      given: options.given === true,
    });
    if (next !== upload) await commitUpload(ports, upload, next, name);
    if (failure !== undefined) throw failure;
    return next;
  });
}

/** @throws UploadNotFound when the session is not as it was in `from` any more */
export function commitUpload(
  ports: Ports,
  from: Upload,
  to: Upload,
  name: RepositoryName,
): Promise<void> {
  const ended = () => uploadNotFound(from.repository.registry, name, from.id);
  return ports.metadata.transaction((change) => change.uploads.replace(from, to, ended));
}

/** @throws InvalidLayerPart unless the session stands at `offset` */
export function requireOffset(
  registry: Registry,
  name: RepositoryName,
  upload: Upload,
  offset: number | undefined,
): void {
  if (offset === undefined || offset === upload.offset) return;
  throw invalidPart(
    registry,
    name,
    upload,
    `First byte of the layer part is ${offset} instead of ${upload.offset}`,
  );
}

export function invalidPart(
  registry: Registry,
  name: RepositoryName,
  upload: { readonly id: UploadId; readonly offset: number },
  message: string,
): RegistryError {
  return new RegistryError("InvalidLayerPart", message, {
    registryId: registry.account,
    repositoryName: name,
    uploadId: upload.id,
    // Absent while there is none: ECR's member is never negative.
    lastValidByteReceived: upload.offset > 0 ? upload.offset - 1 : undefined,
  });
}

/**
 * One writer at a time per session (D5).
 * @throws InvalidLayerPart while another request writes
 */
export async function exclusively<T>(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: UploadId,
  work: () => Promise<T>,
): Promise<T> {
  const release = await ports.exclusive.tryAcquire(`upload/${id}`);
  if (release === undefined) {
    const { upload } = await findUpload(ports, registry, name, id);
    throw invalidPart(registry, name, upload, "Another request is writing to the upload");
  }
  try {
    return await work();
  } finally {
    await release();
  }
}

/**
 * Ends the session and forgets what it received.
 * @throws RepositoryNotFound, UploadNotFound
 */
export function cancelUpload(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: UploadId,
): Promise<void> {
  return exclusively(ports, registry, name, id, async () => {
    const { upload } = await findUpload(ports, registry, name, id);
    await discardUpload(ports, upload);
  });
}

/**
 * Ends the session, then removes its bytes. Whoever completes it at the same moment is either done
 * before, and keeps them, or finds no session. A crash in between leaves a row that leads to them.
 */
export async function discardUpload(ports: Ports, upload: Upload): Promise<void> {
  const { registry } = upload.repository;
  const isEnded = await ports.metadata.transaction(async (change) => {
    const current = await change.uploads.lock(registry, upload.id);
    await change.reclaim.remove({ kind: "upload", registry, upload: upload.id, dueAt: 0 });
    if (current === undefined) return false;
    await change.uploads.remove(registry, upload.id);
    await change.objects.insertIfAbsent(discarded(ports, current));
    await change.reclaim.enqueue({ kind: "object", registry, object: current.object, dueAt: 0 });
    return true;
  });
  ports.memory.runningDigests.delete(upload.id);
  if (!isEnded) return;
  await ports.blobs.delete(upload.object);
  await ports.metadata.transaction(async (change) => {
    await change.objects.remove(upload.object);
    const { object } = upload;
    await change.reclaim.remove({ kind: "object", registry, object, dueAt: 0 });
  });
}

/** What stands for bytes that nobody will read, until they are gone. */
function discarded(ports: Ports, upload: Upload): StoredObject {
  return {
    id: upload.object,
    registry: upload.repository.registry,
    domain: "discarded",
    digest: upload.digestSoFar ?? emptyDigest,
    sizeBytes: upload.offset,
    sealedBytes: upload.sealedBytes,
    wrappedKey: new Uint8Array(),
    state: "deleting",
    placement: "blobs",
    place: "",
    layout: upload.layout,
    createdAt: ports.clock.now(),
  };
}
