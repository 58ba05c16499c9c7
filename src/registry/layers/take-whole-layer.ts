import type { Ports } from "../../ports/ports.ts";
import { algorithmOf } from "../digest.ts";
import { encryptionDomain, requireSameDomain } from "../encryption/domain.ts";
import { isSealed } from "../encryption/stored-object.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import type { Digest } from "../names.ts";
import { chargeQuotas } from "../quotas/charge.ts";
import { requireRoom } from "../quotas/require-room.ts";
import { lockRepository, repositoryNotFound } from "../repositories/find-repository.ts";
import { rekeyedSince } from "../repositories/rekeyed-since.ts";
import type { Repository } from "../repositories/repository.ts";
import { requireSpace } from "../space.ts";
import {
  type Completed,
  keepObject,
  linkCharged,
  linkLeased,
  newLayer,
  newObject,
  wrongDigest,
} from "./complete-upload.ts";
import { receive } from "./receive.ts";
import type { Upload } from "./upload.ts";
import { newSession } from "./upload-layer.ts";

const linkTries = 5;

/** The bytes of a small layer, all of them. */
export interface WholeLayer {
  readonly digest: Digest;
  /** Few enough that, sealed, they are kept with the metadata. */
  readonly bytes: Uint8Array;
  /** Called when they are what the digest says, before they are stored. */
  readonly verified?: ((bytes: Uint8Array) => void) | undefined;
}

/**
 * Makes a small layer one of the repository, in one transaction: there is nothing that a session would
 * have to find again. `undefined` where the blob store encrypts by itself, and has to have it.
 * @throws RepositoryNotFound, InvalidLayer, LimitExceeded, Kms, ServiceUnavailable
 */
export async function takeWholeLayer(
  ports: Ports,
  repository: Repository,
  whole: WholeLayer,
): Promise<true | undefined> {
  await requireSpace(ports);
  await requireRoom(ports, repository, 1);
  try {
    return await sealAndLink(ports, repository, whole);
  } catch (error) {
    const rekeyed = await rekeyedSince(ports, repository, error);
    if (rekeyed === undefined) throw error;
    return sealAndLink(ports, rekeyed, whole);
  }
}

async function sealAndLink(
  ports: Ports,
  repository: Repository,
  { digest, bytes, verified }: WholeLayer,
): Promise<true | undefined> {
  const session = await newSession(ports, repository, algorithmOf(digest));
  if (!isSealed(session)) return undefined;
  const received = await receive(ports, repository, session, only(bytes), {
    ...{ asPart: false, given: false },
  });
  ports.memory.runningDigests.delete(session.id); // No other request goes on with it.
  const { next } = received;
  if (next.digestSoFar !== digest) throw wrongDigest(digest, next.digestSoFar!);
  // A file would need a row that leads to it from before it exists (D4).
  if (next.kept === undefined) throw new Error("a layer to be taken at once is not small");
  verified?.(bytes);
  await link(ports, { repository, upload: session, whole: next, digest, published: "" });
  return true;
}

async function link(ports: Ports, completed: Small): Promise<void> {
  const { repository, digest } = completed;
  const { registry } = repository;
  const domain = encryptionDomain(repository);
  const stored = await ports.metadata.objects.findLive(registry, domain, digest);
  if (stored === undefined && (await linkNew(ports, completed))) return;
  for (let tries = 0; tries < linkTries; tries++) if (await linkAny(ports, completed)) return;
  throw new RegistryError("ServiceUnavailable", "The layer could not be linked; try again");
}

type Small = Completed & { readonly whole: Upload };

/** Asks for everything at once. `false`, and nothing done, where something stood in the way of that. */
async function linkNew(ports: Ports, completed: Small): Promise<boolean> {
  const { repository, whole } = completed;
  const now = ports.clock.now();
  const object = newObject(completed, now);
  const layer = newLayer(completed, object, now);
  try {
    await ports.metadata.transaction(async (change) => {
      const [locked, , isNew] = await Promise.all([
        lockRepository(change, repository.registry, repository.name),
        change.objects.insert(object, whole.kept),
        linkLeased(change, layer),
      ]);
      requireSame(locked, repository, object.domain);
      if (isNew) await chargeQuotas(change, locked, { sizeBytes: layer.sizeBytes });
    });
    return true;
  } catch (error) {
    if (isRegistryError(error)) throw error;
    return false;
  }
}

/** The same step by step, on the object that the domain has by now. */
function linkAny(ports: Ports, completed: Small): Promise<boolean> {
  const { repository } = completed;
  const now = ports.clock.now();
  return ports.metadata.transaction(async (change) => {
    const locked = await lockRepository(change, repository.registry, repository.name);
    const object = await keepObject(change, completed, now);
    if (object === undefined) return false;
    requireSame(locked, repository, object.domain);
    await linkCharged(change, locked, newLayer(completed, object, now));
    return true;
  });
}

/** @throws RepositoryNotFound for another one of the same name; ServiceUnavailable under another key */
function requireSame(locked: Repository, repository: Repository, domain: string): void {
  if (locked.id !== repository.id) throw repositoryNotFound(repository.registry, repository.name);
  requireSameDomain(encryptionDomain(locked), domain);
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}
