import type { Ports } from "../../ports/ports.ts";
import { algorithmOf } from "../digest.ts";
import { isRegistryError } from "../errors.ts";
import { addPushers } from "../gates/pusher.ts";
import { storingAlongside } from "../images/push-referrer.ts";
import { putImage } from "../images/put-image.ts";
import { inParallel } from "../in-parallel.ts";
import { completeUpload } from "../layers/complete-upload.ts";
import { findLayers } from "../layers/find-layer.ts";
import { mountLayer } from "../layers/mount-layer.ts";
import { cancelUpload, startUpload } from "../layers/upload-layer.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import { findRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import type { ArrivingImage, ImageTarget, Prepared } from "./copy-image.ts";
import type { SourceLayer } from "./read-source.ts";
import { replicationLimits } from "./replication-limits.ts";

/**
 * Another repository of the same registry, to which images come as they do by a push: it is scanned, gated
 * and told of as any. Who pushed the source is their pusher there, and on whose behalf they are copied.
 */
export class SameRegistryTarget implements ImageTarget {
  readonly #ports: Ports;
  readonly #source: Repository;
  readonly #registry: Registry;
  readonly #name: RepositoryName;
  readonly #since: number;

  /** @param since when it was decided: a tag that was moved later stays. Milliseconds since the epoch. */
  constructor(ports: Ports, source: Repository, name: RepositoryName, since: number) {
    this.#since = since;
    this.#ports = ports;
    this.#source = source;
    this.#registry = source.registry;
    this.#name = name;
  }

  get destination(): Registry {
    return this.#registry;
  }

  /** One image goes there, with the tags that it is to have. */
  readonly needsOrder = false;

  /** Whoever may put environments has said so, or the caller may push there. */
  async admit(): Promise<void> {}

  /** @throws RepositoryNotFound: what is copied makes no repository */
  async prepare(digests: readonly Digest[]): Promise<Prepared> {
    await findRepository(this.#ports, this.#registry, this.#name);
    return { isNew: false, missing: await this.missingLayers(digests) };
  }

  async hasImage(digest: Digest): Promise<boolean> {
    const { images } = this.#ports.metadata;
    const found = await images.resolve(this.#registry, this.#name, { digest });
    return found?.image?.state === "ACTIVE";
  }

  async missingLayers(digests: readonly Digest[]): Promise<readonly Digest[]> {
    const held = await findLayers(this.#ports, this.#registry, this.#name, digests);
    const there = new Set(held.map(({ digest }) => digest));
    return digests.filter((digest) => !there.has(digest));
  }

  async putLayers(layers: readonly SourceLayer[], signal: AbortSignal): Promise<void> {
    const { layersAtOnce } = replicationLimits;
    await inParallel(layers, layersAtOnce, (layer) => this.#putLayer(layer, signal));
  }

  async #putLayer(layer: SourceLayer, signal: AbortSignal): Promise<void> {
    const [ports, registry, name] = [this.#ports, this.#registry, this.#name] as const;
    const from = this.#source.name;
    const mounted = await mountLayer(
      ports,
      { registry, name },
      layer.digest,
      from,
      async () => true,
    );
    if (mounted !== undefined) return;
    const { id } = await startUpload(ports, registry, name, algorithmOf(layer.digest));
    try {
      await completeUpload(ports, registry, name, id, layer.digest, {
        ...{ content: layer.read(signal), given: true, offset: 0 },
        ...{ repeatable: true, emptyAllowed: true, enforcePartSize: false },
      });
    } catch (error) {
      // What was received is of no use any more; it goes in a day, where it can not go now.
      await cancelUpload(ports, registry, name, id).catch((refusal: unknown) => {
        if (!isRegistryError(refusal)) throw refusal;
      });
      throw error;
    }
  }

  async putImage({ image, manifest, tags, mayLack }: ArrivingImage): Promise<void> {
    const { digest, mediaType } = image;
    const source = { registry: this.#registry, id: this.#source.id };
    const ports = storingAlongside(this.#ports, async (change, { digest: stored }) => {
      const target = await change.repositories.find(this.#registry, this.#name);
      if (target === undefined) return;
      await addPushers(change, target, stored, await change.gates.pushers(source, digest));
    });
    const wanted = { manifest, mediaType, digest, tags, mayLack, tagsAsOf: this.#since };
    await putImage(ports, this.#registry, this.#name, { ...wanted, repeat: "accept" });
  }
}
