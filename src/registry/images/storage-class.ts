import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { noteService } from "../audit/service-event.ts";
import { RegistryError } from "../errors.ts";
import { addStorageClassEvent } from "../events/storage-class-event.ts";
import { judgeSigned } from "../gates/request-judgement.ts";
import { areStandard, queueStorage } from "../layers/queue-storage.ts";
import { hastenLifecycle } from "../lifecycle/hasten-lifecycle.ts";
import { limits } from "../limits.ts";
import {
  type Digest,
  type Registry,
  type RepositoryName,
  repositoryArn,
  type Tag,
} from "../names.ts";
import { lockRepository } from "../repositories/find-repository.ts";
import type { Repository, RepositoryRef } from "../repositories/repository.ts";
import { imageNotFound } from "./get-image.ts";
import type { Image } from "./image.ts";
import { describeImage } from "./list-images.ts";
import { queueFollowers } from "./queue-followers.ts";

/**
 * Archives an image, or brings it back. Archiving is done when this resolves; an image that comes back
 * can be pulled once its layers are where pulls read them, minutes later. Children that an index needs
 * come back with it; what is about an image follows it either way.
 * Source: ECR, UpdateImageStorageClass and "Archiving images".
 * @returns the image as it is from now on
 * @throws RepositoryNotFound, ImageNotFound
 * @throws ImageStorageClassUpdateNotSupported when it is in that class already or on its way there; to
 * be archived also when an index that can be pulled lists it, or it is about an image that can be pulled
 */
export async function updateStorageClass(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: { readonly digest?: Digest | undefined; readonly tag?: Tag | undefined },
  target: "ARCHIVE" | "STANDARD",
): Promise<Image> {
  const { digest } = await describeImage(ports, registry, name, id);
  const now = ports.clock.now();
  return ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    const image = await change.images.find(repository, digest);
    if (image === undefined) throw imageNotFound();
    await hastenLifecycle(change, repository, now, "taken");
    if (target === "STANDARD") return activate(change, repository, image, now);
    const reason = await whyNotArchivable(change, repository, image);
    if (reason !== undefined) throw notSupported(image, reason);
    return archiveImage(change, repository, image, now);
  });
}

/** Why an image has to stay where it is; `undefined` where nothing keeps it. */
export async function whyNotArchivable(
  change: MetadataChange,
  repository: RepositoryRef,
  image: Image,
): Promise<string | undefined> {
  const { digest, state, subject } = image;
  if (state !== "ACTIVE") return `its status is ${state}`;
  if (await change.images.hasActiveParent(repository, digest)) {
    return "a manifest list that is not archived refers to it";
  }
  const about = subject && (await change.images.find(repository, subject));
  return about?.state === "ACTIVE" ? "it follows the image that it refers to" : undefined;
}

/** An image that nothing keeps from it. Its layers go to the archive where no other image needs them. */
export async function archiveImage(
  change: MetadataChange,
  repository: Repository,
  image: Image,
  now: number,
): Promise<Image> {
  const archived: Image = { ...image, state: "ARCHIVED", archivedAt: now };
  await change.images.setState(repository, image.digest, archived);
  await addStorageClassEvent(change, repository, archived, now);
  await judgeAgain(change, repository, archived, now);
  await queueStorage(change, repository, image.digest, now);
  await queueFollowers(change, repository, image.digest, now);
  return archived;
}

/** A signature in the archive does not count: what it signs has to be judged without it, or with it again. */
export async function judgeAgain(
  change: MetadataChange,
  repository: Repository,
  image: Image,
  now: number,
): Promise<void> {
  const tags = await change.tags.of(repository, image.digest, limits.tagsPerImage);
  await judgeSigned(change, repository, { image, tags }, now);
}

/** @throws ImageStorageClassUpdateNotSupported */
async function activate(
  change: MetadataChange,
  repository: Repository,
  image: Image,
  now: number,
): Promise<Image> {
  if (image.state !== "ARCHIVED") throw notSupported(image, `its status is ${image.state}`);
  await startActivation(change, repository, image, now);
  return { ...image, state: "ACTIVATING" };
}

/** Has the image, and the archived children that it needs, come back. */
export async function startActivation(
  change: MetadataChange,
  { registry, id: repositoryId }: RepositoryRef,
  image: Image,
  now: number,
): Promise<void> {
  const repository = { registry, id: repositoryId };
  const waiting = [image];
  const seen = new Set<Digest>();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { digest } = next;
    if (next.state !== "ARCHIVED" || seen.has(digest)) continue;
    seen.add(digest);
    await change.images.setState(repository, digest, { ...next, state: "ACTIVATING" });
    await queueStorage(change, repository, digest, now);
    // After its layers, which are queued for now.
    const candidate = { kind: "activation", registry, repositoryId, digest } as const;
    await change.reclaim.enqueue({ ...candidate, dueAt: now + 1 });
    for (const reference of await change.images.references(repository, digest)) {
      if (reference.kind !== "child") continue;
      const child = await change.images.find(repository, reference.digest);
      if (child !== undefined) waiting.push(child);
    }
  }
}

/**
 * An image on its way back can be pulled once all that it needs is where pulls read it; until then it
 * is looked at again.
 * Source: ECR, "Archiving images": restoring takes at most 20 minutes.
 */
export async function finishActivation(
  ports: Ports,
  repository: RepositoryRef,
  digest: Digest,
): Promise<void> {
  const { registry, id: repositoryId } = repository;
  const candidate = { kind: "activation", registry, repositoryId, digest } as const;
  const isHere = await areStandard(ports, repository, digest);
  const now = ports.clock.now();
  await ports.metadata.transaction(async (change) => {
    const locked = await change.repositories.lockById(repository);
    await change.reclaim.remove({ ...candidate, dueAt: now });
    const image = await change.images.find(repository, digest);
    if (locked === undefined || image?.state !== "ACTIVATING") return;
    if (!isHere || !(await areChildrenActive(change, repository, digest))) {
      await change.reclaim.enqueue({ ...candidate, dueAt: now + limits.activationRetryMs });
      return;
    }
    const active: Image = { ...image, state: "ACTIVE", activatedAt: now };
    await change.images.setState(repository, digest, active);
    await addStorageClassEvent(change, locked, active, now);
    await judgeAgain(change, locked, active, now);
    await queueFollowers(change, repository, digest, now);
    await hastenLifecycle(change, locked, now, "taken");
    await noteService(ports, change, {
      ...{ registry, eventSource: "ecr.amazonaws.com", eventName: "ImageActivationEvent" },
      arn: repositoryArn(registry, locked.name),
      details: { repositoryName: locked.name, imageDigest: digest, result: "SUCCESS" },
    });
  });
}

/** Whether everything that an index lists can be pulled. */
export async function areChildrenActive(
  change: MetadataChange,
  repository: RepositoryRef,
  digest: Digest,
): Promise<boolean> {
  for (const reference of await change.images.references(repository, digest)) {
    if (reference.kind !== "child") continue;
    const child = await change.images.find(repository, reference.digest);
    if (child?.state !== "ACTIVE") return false;
  }
  return true;
}

function notSupported({ digest }: Image, reason: string): RegistryError {
  return new RegistryError(
    "ImageStorageClassUpdateNotSupported",
    `The storage class of the image with digest '${digest}' can't be updated: ${reason}`,
  );
}
