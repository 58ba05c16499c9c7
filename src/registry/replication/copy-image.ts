import type { Ports } from "../../ports/ports.ts";
import { isRegistryError } from "../errors.ts";
import type { Image, ImageReference } from "../images/image.ts";
import { isIndexType, parseManifest } from "../images/parse-manifest.ts";
import { inParallel } from "../in-parallel.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry, Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { aliveAt } from "./alive-at.ts";
import type { Removal, RemovalFailure } from "./apply-removals.ts";
import { queueSettings, type SettingValues } from "./carried-settings.ts";
import { platformChoice } from "./platform-choice.ts";
import {
  readSourceImage,
  readSourceLayer,
  type SourceImage,
  type SourceLayer,
} from "./read-source.ts";
import { replicationLimits } from "./replication-limits.ts";

/** Where copies come from; it may lie in the trash, or be gone. */
export type SourceRepository = Pick<Repository, "registry" | "id" | "name">;

/** A repository that images are put into: of another registry, or another one of the same. */
export interface ImageTarget {
  readonly destination: Registry;
  /**
   * Whether of two images with one tag that is copied first which came first: where nothing there can
   * tell which move was later.
   */
  readonly needsOrder: boolean;
  /**
   * Whether the source may put images into it, as far as that can be told from here. Changes nothing.
   * @throws AccessDenied
   */
  admit(): Promise<void>;
  /**
   * Sees to it that the repository is there, and tells which of the layers it does not have.
   * @param digests at most `limits.batchItems`
   * @param alive since when what comes there is alive: of a repository that was removed later, nothing does
   * @throws AccessDenied, LimitExceeded, RemovedLater
   */
  prepare(digests: readonly Digest[], alive: number, signal: AbortSignal): Promise<Prepared>;
  /** Whether it has the image, and it can be pulled. */
  hasImage(digest: Digest, signal: AbortSignal): Promise<boolean>;
  /** Those of the layers that it does not have; the others stay for some hours. */
  missingLayers(digests: readonly Digest[], signal: AbortSignal): Promise<readonly Digest[]>;
  /**
   * Takes the layers, or what is missing of them, several at once. Nothing of one is to be seen before
   * all of it is there; of several some may be there when it rejects.
   */
  putLayers(layers: readonly SourceLayer[], signal: AbortSignal): Promise<void>;
  /**
   * Puts the manifest, whose parts are there, and those of the tags that still name it.
   * @throws RemovedLater
   */
  putImage(arriving: ArrivingImage, signal: AbortSignal): Promise<void>;
}

/** An image whose parts are at the target. */
export interface ArrivingImage {
  readonly image: Image;
  readonly manifest: Uint8Array;
  readonly tags: readonly Tag[];
  /** Since when it is here, or what needs it is. */
  readonly alive: number;
  /** Of an index, what it lists and is not copied. */
  readonly mayLack: ReadonlySet<Digest>;
}

/** What a target says when it is asked for a place. */
export interface Prepared {
  /** Whether the repository was made for that. */
  readonly isNew: boolean;
  readonly missing: readonly Digest[];
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
   * Removes the repository, which was removed here as a whole at that time, unless something there is later.
   * @throws AccessDenied
   */
  removeRepository(at: number, signal: AbortSignal): Promise<void>;
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

export interface Wanted {
  readonly digest: Digest;
  /** Of those that were pushed with it. */
  readonly tags: readonly Tag[];
}

interface Parts {
  /** False where all of it is for platforms that were not chosen. */
  readonly isChosen: boolean;
  readonly children: readonly Digest[];
  readonly layers: readonly Digest[];
  readonly mayLack: ReadonlySet<Digest>;
}

/**
 * Copies images of a repository to one target, several at once if they are asked for so: what two of
 * them share is copied once, and the other one waits for it.
 */
export class Copying {
  readonly #ports: Ports;
  readonly #repository: Repository;
  readonly #target: ImageTarget;
  readonly #platforms: readonly string[];
  readonly #images = new Map<Digest, Promise<void>>();
  readonly #layers = new Map<Digest, Promise<void>>();

  /** @param platforms what is copied of what is for one; empty: all */
  constructor(
    ports: Ports,
    repository: Repository,
    target: ImageTarget,
    platforms: readonly string[] = [],
  ) {
    this.#ports = ports;
    this.#repository = repository;
    this.#target = target;
    this.#platforms = platforms;
  }

  /** Whether images with a tag in common are to be copied one after the other. */
  get needsOrder(): boolean {
    return this.#target.needsOrder;
  }

  /**
   * Copies an image: first the images that it lists and its layers, then its manifest, so that at no
   * time anything can be pulled there that is not whole (I2), but for what an index lists for platforms
   * that were not chosen (ADR-0075).
   * @returns false, and nothing done, for what is for other platforms alone
   * @throws what the target refuses with, or reading the source
   * @throws SubImageFailure for an index that can not be complete
   */
  async image({ digest, tags }: Wanted, signal: AbortSignal): Promise<boolean> {
    // An index that lists it brings it just now, but without its tags.
    await this.#images.get(digest)?.catch(() => undefined);
    let isChosen = false;
    await this.#asOne(digest, async () => {
      isChosen = await this.#whole(digest, tags, signal);
    });
    return isChosen;
  }

  async #whole(digest: Digest, tags: readonly Tag[], signal: AbortSignal): Promise<boolean> {
    const [ports, repository, target] = [this.#ports, this.#repository, this.#target];
    // Before all else that can fail: who lets nothing in is told nothing, of failures neither.
    await target.admit();
    const source = await readSourceImage(ports, repository, digest);
    const parts = await this.#partsOf(source);
    if (!parts.isChosen) return false;
    const { layers } = parts;
    const alive = await this.#aliveWith(source.image, tags);
    const first = layers.slice(0, limits.batchItems);
    const { isNew, missing } = await target.prepare(first, alive, signal);
    if (isNew) await queueSettings(ports, repository, target.destination);
    await this.#copyChildren(parts.children, alive, signal);
    await this.#copyLayers(missing, signal);
    await this.#copyMissing(layers.slice(limits.batchItems), signal);
    await target.putImage({ ...source, tags, alive, mayLack: parts.mayLack }, signal);
    return true;
  }

  /** For who asks while it is under way it is the same. */
  #asOne(digest: Digest, work: () => Promise<void>): Promise<void> {
    const copy = work().finally(() => {
      if (this.#images.get(digest) === copy) this.#images.delete(digest);
    });
    this.#images.set(digest, copy);
    return copy;
  }

  /** A tag that was moved to it shows that it is meant to be there. */
  async #aliveWith(image: Image, tags: readonly Tag[]): Promise<number> {
    const { metadata } = this.#ports;
    let alive = aliveAt(image);
    for (const tag of tags) {
      if ((await metadata.tags.find(this.#repository, tag)) !== image.digest) continue;
      const [last] = await metadata.tags.history(this.#repository, tag, { limit: 1 });
      alive = Math.max(alive, last?.at ?? 0);
    }
    return alive;
  }

  async #partsOf({ image, manifest }: SourceImage): Promise<Parts> {
    const [ports, repository] = [this.#ports, this.#repository];
    const references = await ports.metadata.images.references(repository, image.digest);
    const digests = (...kinds: ImageReference["kind"][]) => [
      ...new Set(references.filter(({ kind }) => kinds.includes(kind)).map((each) => each.digest)),
    ];
    const layers = digests("config", "layer");
    const choice = await platformChoice(ports, repository, image, this.#platforms);
    if (!isIndexType(image.mediaType)) {
      const isChosen = choice(image.digest);
      return { isChosen, children: [], layers, mayLack: new Set() };
    }
    const here = digests("child");
    const children = here.filter(choice);
    const isChosen = children.length > 0 || here.length === 0;
    const listed = parseManifest(manifest, image.mediaType).references;
    const mayLack = new Set(
      listed.filter(({ kind }) => kind === "child").map((each) => each.digest),
    );
    for (const digest of children) mayLack.delete(digest);
    return { isChosen, children, layers, mayLack };
  }

  /** An index nests a few times at most, as it was pushed. */
  async #copyChildren(children: readonly Digest[], alive: number, signal: AbortSignal) {
    await inParallel(children, replicationLimits.childrenAtOnce, async (digest) => {
      signal.throwIfAborted();
      try {
        const underWay = this.#images.get(digest);
        if (underWay !== undefined) await underWay;
        else if (!(await this.#target.hasImage(digest, signal))) {
          await (this.#images.get(digest) ??
            this.#asOne(digest, () => this.#copyChild(digest, alive, signal)));
        }
      } catch (error) {
        if (signal.aborted || isRegistryError(error, "AccessDenied")) throw error;
        throw new SubImageFailure(digest, error);
      }
    });
  }

  async #copyChild(digest: Digest, least: number, signal: AbortSignal): Promise<void> {
    const source = await readSourceImage(this.#ports, this.#repository, digest);
    // The index that lists it needs it as long as it is there itself.
    const alive = Math.max(least, aliveAt(source.image));
    // Whether it is chosen, what lists it has said.
    const parts = await this.#partsOf(source);
    await this.#copyChildren(parts.children, alive, signal);
    await this.#copyMissing(parts.layers, signal);
    await this.#target.putImage({ ...source, tags: [], alive, mayLack: parts.mayLack }, signal);
  }

  async #copyMissing(digests: readonly Digest[], signal: AbortSignal): Promise<void> {
    for (let from = 0; from < digests.length; from += limits.batchItems) {
      const some = digests.slice(from, from + limits.batchItems);
      await this.#copyLayers(await this.#target.missingLayers(some, signal), signal);
    }
  }

  async #copyLayers(missing: readonly Digest[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const mine = missing.filter((digest) => !this.#layers.has(digest));
    const theirs = missing.flatMap((digest) => this.#layers.get(digest) ?? []);
    if (mine.length > 0) {
      const sent = this.#sendLayers(mine, signal).finally(() => {
        for (const digest of mine) this.#layers.delete(digest);
      });
      for (const digest of mine) this.#layers.set(digest, sent);
      theirs.push(sent);
    }
    const outcomes = await Promise.allSettled(theirs);
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }

  async #sendLayers(digests: readonly Digest[], signal: AbortSignal): Promise<void> {
    const read = (digest: Digest) => readSourceLayer(this.#ports, this.#repository, digest);
    await this.#target.putLayers(await Promise.all(digests.map(read)), signal);
  }
}
