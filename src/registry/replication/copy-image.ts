import type { Ports } from "../../ports/ports.ts";
import { isRegistryError } from "../errors.ts";
import type { Image } from "../images/image.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry, Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { aliveAt } from "./alive-at.ts";
import type { Removal, RemovalFailure } from "./apply-removals.ts";
import { queueSettings, type SettingValues } from "./carried-settings.ts";
import { readSourceImage, readSourceLayer, type SourceLayer } from "./read-source.ts";

/** A repository that images are put into: of another registry, or another one of the same. */
export interface ImageTarget {
  readonly destination: Registry;
  /**
   * Whether the source may put images into it, as far as that can be told from here. Changes nothing.
   * @throws AccessDenied
   */
  admit(): Promise<void>;
  /**
   * Sees to it that the repository is there.
   * @returns whether it was made for that
   * @throws AccessDenied, LimitExceeded
   */
  prepare(signal: AbortSignal): Promise<boolean>;
  /** Whether it has the image, and it can be pulled. */
  hasImage(digest: Digest, signal: AbortSignal): Promise<boolean>;
  /** Those of the layers that it does not have; the others stay for some hours. */
  missingLayers(digests: readonly Digest[], signal: AbortSignal): Promise<readonly Digest[]>;
  /** Takes the layer, or what is missing of it. Nothing of it is to be seen before all of it is there. */
  putLayer(layer: SourceLayer, signal: AbortSignal): Promise<void>;
  /**
   * Puts the manifest, all of whose parts are there, and those of the tags that still name it.
   * @param alive since when it is here, or what needs it is
   * @throws RemovedLater
   */
  putImage(
    image: Image,
    manifest: Uint8Array,
    tags: readonly Tag[],
    alive: number,
    signal: AbortSignal,
  ): Promise<void>;
}

/** A repository of another registry that images are copied to: of this deployment, or of a peer. */
export interface ReplicationTarget extends ImageTarget {
  /**
   * Removes what was removed here, unless something there is later.
   * @returns what could not be removed
   * @throws AccessDenied
   */
  remove(removals: readonly Removal[], signal: AbortSignal): Promise<readonly RemovalFailure[]>;
  /**
   * Gives the repository these settings; where there is none yet, they come when it is made.
   * @throws AccessDenied, InvalidParameter
   */
  putSettings(values: SettingValues, signal: AbortSignal): Promise<void>;
}

/** A part of an index could not be copied: the index can not be, either. */
export class SubImageFailure extends Error {
  override readonly name = "SubImageFailure";
  readonly digest: Digest;

  constructor(digest: Digest, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : "it failed";
    super(`The image ${digest} that it lists could not be copied: ${reason}`, { cause });
    this.digest = digest;
  }
}

export interface Copied {
  readonly repository: Repository;
  readonly digest: Digest;
  /** Of those that were pushed with it. */
  readonly tags: readonly Tag[];
}

/**
 * Copies an image: first the images that it lists, then its layers, then its manifest, so that at no
 * time anything can be pulled there that is not whole (I2).
 * @throws what the target refuses with, or reading the source
 * @throws SubImageFailure for an index that can not be complete
 */
export async function copyImage(
  ports: Ports,
  { repository, digest, tags }: Copied,
  target: ImageTarget,
  signal: AbortSignal,
): Promise<void> {
  // Before all else that can fail: who lets nothing in is told nothing, of failures neither.
  await target.admit();
  const { image, manifest } = await readSourceImage(ports, repository, digest);
  if (await target.prepare(signal)) await queueSettings(ports, repository, target.destination);
  const alive = await aliveWith(ports, repository, image, tags);
  await copyParts(ports, repository, { image, alive }, target, signal);
  await target.putImage(image, manifest, tags, alive, signal);
}

/** A tag that was moved to it shows that it is meant to be there. */
async function aliveWith(
  { metadata }: Ports,
  repository: Repository,
  image: Image,
  tags: readonly Tag[],
): Promise<number> {
  let alive = aliveAt(image);
  for (const tag of tags) {
    if ((await metadata.tags.find(repository, tag)) !== image.digest) continue;
    const [last] = await metadata.tags.history(repository, tag, { limit: 1 });
    alive = Math.max(alive, last?.at ?? 0);
  }
  return alive;
}

interface LivingImage {
  readonly image: Image;
  readonly alive: number;
}

/** An index nests a few times at most, as it was pushed. */
async function copyParts(
  ports: Ports,
  repository: Repository,
  { image, alive }: LivingImage,
  target: ImageTarget,
  signal: AbortSignal,
): Promise<void> {
  const references = await ports.metadata.images.references(repository, image.digest);
  for (const { kind, digest } of references) {
    if (kind !== "child") continue;
    signal.throwIfAborted();
    if (!(await target.hasImage(digest, signal))) {
      await copyChild(ports, repository, { digest, alive }, target, signal);
    }
  }
  const layers = references.filter(({ kind }) => kind === "config" || kind === "layer");
  const digests = [...new Set(layers.map(({ digest }) => digest))];
  for (let from = 0; from < digests.length; from += limits.batchItems) {
    const some = digests.slice(from, from + limits.batchItems);
    for (const digest of await target.missingLayers(some, signal)) {
      signal.throwIfAborted();
      await target.putLayer(await readSourceLayer(ports, repository, digest), signal);
    }
  }
}

async function copyChild(
  ports: Ports,
  repository: Repository,
  { digest, alive: least }: { readonly digest: Digest; readonly alive: number },
  target: ImageTarget,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { image, manifest } = await readSourceImage(ports, repository, digest);
    // The index that lists it needs it as long as it is there itself.
    const alive = Math.max(least, aliveAt(image));
    await copyParts(ports, repository, { image, alive }, target, signal);
    await target.putImage(image, manifest, [], alive, signal);
  } catch (error) {
    if (signal.aborted || isRegistryError(error, "AccessDenied")) throw error;
    throw new SubImageFailure(digest, error);
  }
}
