import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { algorithmOf, digestOf } from "../digest.ts";
import { manifestDomain, requireSameDomain } from "../encryption/domain.ts";
import { EqualObjectStands } from "../encryption/stored-object.ts";
import { RegistryError } from "../errors.ts";
import { addPushEvents } from "../events/image-action-event.ts";
import { addStorageClassEvent } from "../events/storage-class-event.ts";
import { holdArrival, readArrivalFacts } from "../gates/hold-arrival.ts";
import { addPushers, pushersOf } from "../gates/pusher.ts";
import type { Layer } from "../layers/layer.ts";
import { queueStorage } from "../layers/queue-storage.ts";
import { hastenLifecycle } from "../lifecycle/hasten-lifecycle.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import { charge } from "../quotas/charge.ts";
import { imagesQuota, serviceQuotaValue } from "../quotas/service-quotas.ts";
import { requireNotRemoved } from "../replication/alive-at.ts";
import { type DatedTag, type Replica, tagsOfReplica } from "../replication/replica.ts";
import { addReplicationEvents } from "../replication/replication-event.ts";
import {
  findRepository,
  lockRepository,
  repositoryNotFound,
} from "../repositories/find-repository.ts";
import { rekeyedSince } from "../repositories/rekeyed-since.ts";
import type { Repository } from "../repositories/repository.ts";
import { voucherOf } from "../scanning/attached/vouch-for.ts";
import { queueSigning, type SigningWish, signingWishes } from "../signing/sign-pushed.ts";
import { requireSpace } from "../space.ts";
import {
  completeChildren,
  lockLayers,
  requireChildren,
  requireLayers,
  sizedBy,
} from "./closure.ts";
import type { Image } from "./image.ts";
import { requireRoomForImage } from "./image-limits.ts";
import { isOfCache, requireMovable, requireUnmoved } from "./movable-tag.ts";
import { type Manifest, parseManifest } from "./parse-manifest.ts";
import { queueFollowers } from "./queue-followers.ts";
import { judgeAgain } from "./storage-class.ts";
import { keepManifest, type SealedManifest, sealManifest } from "./stored-manifest.ts";
import { tagMoveTime } from "./tag-time.ts";

export interface WantedImage {
  readonly manifest: Uint8Array;
  /** The media type that came beside the manifest. */
  readonly mediaType: string | undefined;
  /** All of them are to name the image; none twice. */
  readonly tags: readonly Tag[];
  /** What the caller believes the digest to be; the image is named by its algorithm. */
  readonly digest?: Digest | undefined;
  /** A tag that was moved after that time has to stay. Milliseconds since the epoch. */
  readonly tagsAsOf?: number | undefined;
  /** What an equal push again is: a success on `/v2/`, ImageAlreadyExists in ECR's API. */
  readonly repeat: "accept" | "refuse";
  /** Told the digest before anything is stored. */
  readonly named?: (digest: Digest) => void;
  /**
   * Of what an index lists, that which need not be here, as it is not copied: ADR-0075. What is here all
   * the same is referred to like the rest.
   */
  readonly mayLack?: ReadonlySet<Digest> | undefined;
  /** Where it is a copy. Then it takes those of the tags that `tagsOfReplica` leaves it. */
  readonly replica?: Replica | undefined;
  /** Where the pull-through cache stores it. */
  readonly cached?: CachedImage | undefined;
}

/** What a manifest that was fetched from an upstream is stored with. */
export interface CachedImage {
  /** Until when its tags are served without asking the upstream. Milliseconds since the epoch. */
  readonly freshUntil: number;
  /** Tells of it, in the transaction that stores it. */
  tell(
    change: MetadataChange,
    repository: Repository,
    image: Image,
    tags: readonly Tag[],
  ): Promise<void>;
}

/**
 * Stores the manifest and moves the tags in one transaction (D3): afterwards everything that the
 * manifest refers to is in the repository and stays there (I2, I4).
 * Source: ECR PutImage; OCI 1.1, "Pushing manifests".
 * @throws InvalidParameter, UnsupportedImageType for what is no manifest
 * @throws ImageDigestDoesNotMatch when `digest` is not the manifest's
 * @throws LayersNotFound, ReferencedImagesNotFound when something that it refers to is not here
 * @throws ImageTagAlreadyExists when a tag is immutable and points elsewhere
 * @throws ImageAlreadyExists for an equal push again, where that is refused
 * @throws LimitExceeded when the repository, the image or a quota is full
 * @throws RemovedLater for a copy of what was removed here after it had come to its source
 * @throws Kms when the repository's key may not be used
 */
export async function putImage(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  wanted: WantedImage,
): Promise<Image> {
  const repository = await findRepository(ports, registry, name);
  const manifest = parseManifest(wanted.manifest, wanted.mediaType);
  const digest = digestOf(manifest.digested, algorithmOf(wanted.digest));
  if (wanted.digest !== undefined && wanted.digest !== digest) {
    throw digestDiffers(registry, name, wanted.digest);
  }
  wanted.named?.(digest);
  await requireSpace(ports);
  const mostImages = await serviceQuotaValue(ports, registry, imagesQuota);
  const pushers = pushersOf(ports.onBehalfOf?.principal);
  const vouchedBy = await voucherOf(ports, repository, manifest);
  // What is copied brings its signatures with it.
  const isPush = wanted.replica === undefined;
  const wishes = isPush ? await signingWishes(ports, repository, manifest) : [];
  const pushed = { wanted, manifest, digest, mostImages, pushers, vouchedBy, wishes };
  const image = await sealAndStoreRekeyed(ports, repository, pushed);
  ports.memory.usage.pushed(repository, ports.clock.now());
  return image;
}

/** Once more where the repository was put under another key meanwhile. */
async function sealAndStoreRekeyed(
  ports: Ports,
  repository: Repository,
  pushed: Omit<Pushed, "sealed">,
): Promise<Image> {
  try {
    return await sealAndStore(ports, repository, pushed);
  } catch (error) {
    const rekeyed = await rekeyedSince(ports, repository, error);
    if (rekeyed === undefined) throw error;
    return sealAndStore(ports, rekeyed, pushed);
  }
}

async function sealAndStore(
  ports: Ports,
  repository: Repository,
  pushed: Omit<Pushed, "sealed">,
): Promise<Image> {
  const { digest, wanted, manifest } = pushed;
  // What is stored goes by the digest of its own bytes, signatures and all.
  const isWhole = manifest.digested === wanted.manifest;
  const stored = isWhole ? digest : digestOf(wanted.manifest, algorithmOf(digest));
  const sealed = await sealManifest(ports, repository, stored, wanted.manifest);
  try {
    return await storeImage(ports, repository, { ...pushed, sealed }, "first");
  } catch (error) {
    if (!(error instanceof EqualObjectStands)) throw error;
    return storeImage(ports, repository, { ...pushed, sealed }, "again");
  }
}

interface Pushed {
  readonly wanted: WantedImage;
  readonly manifest: Manifest;
  readonly digest: Digest;
  /** That a repository may have. */
  readonly mostImages: number;
  /** All that who pushes is known by; nothing where the deployment pushes by itself. */
  readonly pushers: readonly string[];
  readonly sealed: SealedManifest;
  /** Who answers for a VEX document in it. */
  readonly vouchedBy: string | undefined;
  /** Who is to sign it. */
  readonly wishes: readonly SigningWish[];
}

interface Arriving extends Pushed {
  /** Of a copy: since when it is where it comes from. */
  readonly alive: number | undefined;
}

/**
 * @param presumed whether the sealed manifest is taken to be the first of its content, which saves to
 *   wait for an answer; or may be that of an image just deleted
 * @throws EqualObjectStands when it was taken to be the first and is not
 */
function storeImage(
  ports: Ports,
  { id, registry, name }: Repository,
  pushed: Pushed,
  presumed: "first" | "again",
): Promise<Image> {
  const { wanted, manifest, digest, sealed, mostImages, pushers, vouchedBy } = pushed;
  return ports.metadata.transaction(async (change) => {
    const repository = { registry, id };
    // Asked at once, in this order: the repository's row keeps all others from changing.
    const [locked, stored, current, layers, gating] = await Promise.all([
      lockRepository(change, registry, name),
      change.images.findStored(repository, digest),
      Promise.all(wanted.tags.map((tag) => change.tags.find(repository, tag))),
      lockLayers(change, repository, manifest),
      readArrivalFacts(change, repository, digest),
    ]);
    if (locked.id !== id) throw repositoryNotFound(registry, name);
    requireSameDomain(manifestDomain(locked), sealed.object.domain);
    const known = stored?.isTrashed === false ? stored.image : undefined;
    const at = sealed.object.createdAt;
    const { replica } = wanted;
    const moves =
      replica === undefined
        ? await tagsToMove(change, locked, digest, wanted, current, known, at)
        : await tagsOfReplica(change, locked, digest, replica, wanted.tags, current);
    const moved = moves.map(({ tag }) => tag);
    const alive = replica && Math.max(replica.aliveAt, ...moves.map((move) => move.at));
    if (alive !== undefined) await requireNotRemoved(change, locked, digest, known, alive);
    // One in the trash is pushed as if it had never been there; its manifest may stand as well.
    if (known === undefined) requireRoomForImage(locked, mostImages);
    const others = (await replica?.pushers?.(change)) ?? [];
    if (stored?.isTrashed === true) {
      others.push(...(await change.gates.pushers(repository, digest)));
      await change.trash.removeImage(repository, digest);
    }
    const likely = stored === undefined ? presumed : "again";
    const image =
      known === undefined
        ? await insertImage(change, locked, { ...pushed, alive }, layers, likely)
        : await reactivate(change, locked, known, pushed, at);
    const isFuller =
      known !== undefined &&
      (await completeChildren(change, locked, digest, manifest, wanted.mayLack));
    if (vouchedBy !== undefined) {
      await change.suppressions.vouch({ repository, digest, principal: vouchedBy, at });
    }
    if (known !== undefined) await requireRoomForTags(change, locked, moved, digest);
    const freshUntil = wanted.cached?.freshUntil;
    for (const move of moves) await change.tags.put(locked, { ...move, digest, freshUntil });
    const taggers = known !== undefined && moved.length > 0 ? pushers : [];
    await addPushers(change, locked, digest, [...taggers, ...others]);
    if (known === undefined || isFuller || moved.length > 0) {
      const untagged = current
        .filter((held) => held !== undefined)
        .filter((held) => held !== digest);
      const what = known === undefined || isFuller ? "new" : "tagged";
      const arrival = { image, what, tags: moved, untagged, now: at } as const;
      await holdArrival(change, locked, arrival, gating);
    }
    await queueSigning(change, locked, image, pushed.wishes, at);
    if (known?.state !== "ACTIVE" || moved.length > 0) {
      if (replica !== undefined) {
        const { from, claimedBy } = replica;
        const told = { from, claimedBy, digest, tags: moved, at };
        await addReplicationEvents(ports, change, locked, told);
      } else {
        if (known !== undefined && known.state !== "ACTIVE") {
          await addStorageClassEvent(change, locked, image, at);
        }
        if (known === undefined || moved.length > 0) {
          await addPushEvents(change, locked, image, moved, at);
          await wanted.cached?.tell(change, locked, image, moved);
        }
      }
      // A new image that takes no tag from another leaves all others as they were.
      const isAdding = known === undefined && current.every((held) => held === undefined);
      await hastenLifecycle(change, locked, at, isAdding ? "added" : "taken");
    }
    return image;
  });
}

/**
 * The tags that have to be moved; refuses what must not be.
 * @param current where each of them points now
 */
async function tagsToMove(
  change: MetadataChange,
  repository: Repository,
  digest: Digest,
  { tags, tagsAsOf, repeat, cached }: WantedImage,
  current: readonly (Digest | undefined)[],
  known: Image | undefined,
  now: number,
): Promise<DatedTag[]> {
  const { registry, name } = repository;
  const imageActive = known?.state === "ACTIVE";
  if (tags.length === 0 && imageActive && repeat === "refuse") {
    throw alreadyExists(registry, name, digest, undefined);
  }
  const moved: DatedTag[] = [];
  for (const [index, tag] of tags.entries()) {
    const held = current[index];
    if (held === digest) {
      if (repeat === "refuse" && imageActive) throw alreadyExists(registry, name, digest, tag);
      // Differs from ECR: an immutable tag that holds this very digest is no conflict on `/v2/`.
      continue;
    }
    if (held !== undefined && cached !== undefined && !(await isOfCache(change, repository, tag))) {
      continue; // Somebody has pushed it while the image was on its way here.
    }
    if (held !== undefined) requireMovable(repository, tag);
    if (held !== undefined && tagsAsOf !== undefined) {
      await requireUnmoved(change, repository, tag, tagsAsOf);
    }
    const at = held === undefined ? now : await tagMoveTime(change, repository, tag, now);
    moved.push({ tag, at });
  }
  return moved;
}

async function insertImage(
  change: MetadataChange,
  repository: Repository,
  { wanted, digest, manifest, pushers, alive, sealed: { object, content } }: Arriving,
  held: readonly Layer[],
  presumed: "first" | "again",
): Promise<Image> {
  const layers = await requireLayers(change, repository, manifest, held);
  const children = await requireChildren(change, repository, manifest, wanted.mayLack);
  const image: Image = {
    repository: { registry: repository.registry, id: repository.id },
    digest,
    mediaType: manifest.mediaType,
    artifactType: manifest.artifactType,
    configMediaType: manifest.configMediaType,
    manifestBytes: object.sizeBytes,
    sizeBytes: Math.max(layers.bytes, children.bytes),
    subject: manifest.subject,
    pushedAt: object.createdAt,
    pulledAt: undefined,
    state: "ACTIVE",
    archivedAt: undefined,
    activatedAt: undefined,
    aliveAt: alive,
    object: await keepManifest(change, object, content, presumed),
  };
  const there = manifest.references.filter(
    ({ digest: to }) => !layers.absent.has(to) && !children.absent.has(to),
  );
  const stored = manifest.isSized ? there : sizedBy(there, held);
  await change.images.insert(image, stored, pushers);
  await charge(change, repository, { imageCount: 1, sizeBytes: object.sizeBytes });
  return image;
}

/** An archived image that is pushed again can be pulled at once. Source: ECR, "Archiving images". */
async function reactivate(
  change: MetadataChange,
  repository: Repository,
  known: Image,
  { manifest, wanted }: Pushed,
  now: number,
): Promise<Image> {
  if (known.state === "ACTIVE") return known;
  await requireChildren(change, repository, manifest, wanted.mayLack);
  const active: Image = { ...known, state: "ACTIVE", activatedAt: now };
  await change.images.setState(repository, known.digest, active);
  await judgeAgain(change, repository, active, now);
  await queueStorage(change, repository, known.digest, now);
  await queueFollowers(change, repository, known.digest, now);
  return active;
}

async function requireRoomForTags(
  change: MetadataChange,
  repository: Repository,
  moved: readonly Tag[],
  digest: Digest,
): Promise<void> {
  if (moved.length === 0) return;
  const room = limits.tagsPerImage - (await change.tags.count(repository, digest));
  const tag = moved[Math.max(0, room)];
  if (tag !== undefined) {
    throw new RegistryError(
      "LimitExceeded",
      `Adding tag '${tag}' to an image in the repository with name '${repository.name}' in registry with id '${repository.registry.account}' exceeds the maximum allowed number of tags per image which is '${limits.tagsPerImage}'`,
    );
  }
}

function digestDiffers(registry: Registry, name: RepositoryName, digest: Digest): RegistryError {
  return new RegistryError(
    "ImageDigestDoesNotMatch",
    `The image with digest '${digest}' in repository '${name}' and registry ID '${registry.account}' does not match the image digest that Amazon ECR has calculated.`,
  );
}

function alreadyExists(
  registry: Registry,
  name: RepositoryName,
  digest: Digest,
  tag: Tag | undefined,
): RegistryError {
  return new RegistryError(
    "ImageAlreadyExists",
    `Image with digest '${digest}' and tag '${tag ?? null}' already exists in the repository with name '${name}' in registry with id '${registry.account}'`,
  );
}
