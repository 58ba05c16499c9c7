/** Stores with many images in them: the rows that pushes over a hundred days would have left. */
import { createHash, randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { KeyService } from "../../src/ports/key-service.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { encryptionDomain } from "../../src/registry/encryption/domain.ts";
import { sealWhole } from "../../src/registry/encryption/sealed-format.ts";
import type { StoredObject } from "../../src/registry/encryption/stored-object.ts";
import { newObjectId } from "../../src/registry/layers/upload-layer.ts";
import { limits } from "../../src/registry/limits.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../../src/registry/names.ts";
import { type Blob, blobOf, manifestOf, manifestType } from "../registry-client.ts";
import type { Rows } from "./rows.ts";

export interface Contents {
  readonly images: number;
  readonly repositories: number;
  /** Of the images, those of one repository. */
  readonly inLargest: number;
}

/** An image that is there, and what a push beside it can build on. */
export interface KnownImage {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly config: Blob;
}

/** What there is to ask for. */
export interface Known {
  readonly largest: { readonly repository: string; readonly images: number };
  readonly manyTags: { readonly repository: string; readonly digest: string };
  /** From all over the other repositories, at most one of each where these suffice. */
  readonly images: readonly KnownImage[];
}

/** What every push finds already there. */
export interface Ground {
  readonly registry: Registry;
  readonly keys: Pick<KeyService, "createDataKey">;
  /** Layers that repositories share: stored once, each repository has two of them, or none. */
  readonly bases: readonly StoredObject[];
}

const domain = encryptionDomain({ encryption: { type: "AES256" } });
const hourMs = 3_600_000;
const spreadMs = 100 * 24 * hourMs;
const knownImages = 700;
const layerType = "application/vnd.oci.image.layer.v1.tar+gzip";
const configType = "application/vnd.oci.image.config.v1+json";

/** Looks up the layers that were pushed, and makes sure that data keys can be made without the store. */
export async function groundOf(
  ports: Ports,
  registry: Registry,
  bases: readonly Blob[],
): Promise<Ground> {
  const found = bases.map(({ digest }) =>
    ports.metadata.objects.findLive(registry, domain, digest as Digest),
  );
  const objects = (await Promise.all(found)).filter((object) => object !== undefined);
  if (objects.length < bases.length) throw new Error("a base layer is not there");
  await ports.keys.createDataKey({ registry, object: newObjectId() });
  return { registry, keys: ports.keys, bases: objects };
}

/** The tag of an image by its number in its repository: sorts by it. */
export function tagOf(image: number): string {
  return `build-${String(image).padStart(6, "0")}`;
}

/**
 * Fills an empty store. Each image has a manifest, a config and a tag of its own, shares its layers with
 * the others of its repository, and was once what `latest` pointed to.
 */
export async function fill(ground: Ground, rows: Rows, contents: Contents): Promise<Known> {
  const filling = new Filling(ground, rows);
  const { images, repositories, inLargest } = contents;
  const others = repositories - 3; // Those two and the one that the base layers were pushed to.
  const spread = images - inLargest - 1;
  await filling.repository("bench/largest", inLargest, 0);
  await filling.repository("bench/many-tags", 1, spreadMs / 2);
  const known: KnownImage[] = [];
  const every = Math.max(1, Math.floor(spread / knownImages));
  let done = 0;
  for (let index = 0; index < others; index++) {
    const count =
      Math.floor((spread * (index + 1)) / others) - Math.floor((spread * index) / others);
    const age = (spreadMs * index) / others;
    const made = await filling.repository(`team-${index % 97}/app-${index}`, count, age);
    for (const image of made) if (done++ % every === 0) known.push(image);
    if (index % 100 === 0) await setImmediate(); // So that Ctrl-C ends it.
  }
  await filling.counters();
  const manyTags = filling.manyTags!;
  shuffle(known);
  return {
    largest: { repository: "bench/largest", images: inLargest },
    manyTags,
    images: known.slice(0, knownImages),
  };
}

class Filling {
  readonly #ground: Ground;
  readonly #rows: Rows;
  readonly #now = Date.now();
  readonly #counts = { repositories: 0, images: 0, sizeBytes: 0, objects: 0, sealedBytes: 0 };
  manyTags: Known["manyTags"] | undefined;

  constructor(ground: Ground, rows: Rows) {
    this.#ground = ground;
    this.#rows = rows;
  }

  /** @param ageMs how long ago its last image was pushed; the others came an hour apart */
  async repository(name: string, images: number, ageMs: number): Promise<KnownImage[]> {
    const { registry, bases } = this.#ground;
    const first = this.#counts.repositories;
    const shared = bases.length === 0 ? [] : [0, 1];
    const layers = shared.map((index) => bases[(first + index) % bases.length]!);
    const place = { ...registry, repository: randomUUID() };
    const lastPush = Math.round(this.#now - ageMs);
    const isTagged = name === "bench/many-tags";
    const made: KnownImage[] = [];
    let sizeBytes = layers.reduce((sum, layer) => sum + layer.sizeBytes, 0);
    const firstPush = lastPush - (images - 1) * hourMs;
    for (const layer of layers) await this.#layer(place, layer, layerType, firstPush);
    for (let index = 0; index < images; index++) {
      const at = firstPush + index * hourMs;
      const tags = isTagged ? limits.tagsPerImage : index === images - 1 ? 2 : 1;
      const { image, bytes } = await this.#image({ place, name, layers, index, at, tags });
      sizeBytes += bytes;
      made.push(image);
      await this.#move(place, "latest" as Tag, image.digest as Digest, index + 1, at);
    }
    const last = made.at(-1)!;
    await this.#tag(place, "latest" as Tag, last.digest as Digest, lastPush);
    if (isTagged) await this.#moreTags(place, last, lastPush);
    await this.#rows.add("repository", {
      ...registry,
      name: name as RepositoryName,
      id: place.repository,
      created_at: lastPush - images * hourMs,
      tag_mutability: "MUTABLE",
      exclusion_filters: "[]",
      scan_on_push: 0,
      encryption_type: "AES256",
      encryption_key: null,
      image_count: images,
      size_bytes: sizeBytes,
      lifecycle_due_at: null,
      quotas: null,
      last_pushed_at: lastPush,
      worst_basic: 0,
      worst_enhanced: 0,
    });
    this.#counts.repositories += 1;
    this.#counts.images += images;
    this.#counts.sizeBytes += sizeBytes;
    return made;
  }

  /** Adds to those of what was there before. */
  async counters(): Promise<void> {
    const { repositories, images, sizeBytes, objects, sealedBytes } = this.#counts;
    await this.#rows.add("registry_counter", {
      ...this.#ground.registry,
      slot: counterSlot,
      repository_count: repositories,
      image_count: images,
      size_bytes: sizeBytes,
      object_count: objects,
      object_sealed_bytes: sealedBytes,
    });
  }

  async #image(wanted: {
    readonly place: Place;
    readonly name: string;
    readonly layers: readonly StoredObject[];
    readonly index: number;
    readonly at: number;
    readonly tags: number;
  }): Promise<{ image: KnownImage; bytes: number }> {
    const { place, name, layers, index, at } = wanted;
    const config = configOf(name, index, layers);
    const manifest = blobOf(manifestOf(config, layers));
    await this.#layer(place, await this.#object(config, domain, at), configType, at);
    const kept = await this.#object(manifest, `${domain}/manifest/${place.repository}`, at);
    await this.#rows.add("image", {
      ...place,
      digest: kept.digest,
      media_type: manifestType,
      artifact_type: null,
      config_media_type: configType,
      manifest_bytes: kept.sizeBytes,
      size_bytes: layers.reduce((sum, layer) => sum + layer.sizeBytes, config.sizeBytes),
      subject: null,
      pushed_at: at,
      pulled_at: this.#now, // So that no pull has to write down that it took place.
      state: "ACTIVE",
      object: kept.id,
      archived_at: null,
      activated_at: null,
      alive_at: null,
      hold: null,
      pushers: null,
      tag_count: wanted.tags,
      worst_basic: 0,
      worst_enhanced: 0,
    });
    await this.#references(place, kept.digest, [config, ...layers]);
    await this.#tag(place, tagOf(index) as Tag, kept.digest, at);
    await this.#move(place, tagOf(index) as Tag, kept.digest, 1, at);
    const image = { repository: name, tag: tagOf(index), digest: kept.digest, config };
    return { image, bytes: manifest.sizeBytes + config.sizeBytes };
  }

  async #references(
    place: Place,
    image: Digest,
    [config, ...layers]: readonly Pick<Blob, "digest" | "sizeBytes">[],
  ): Promise<void> {
    for (const [position, to] of [config!, ...layers].entries()) {
      await this.#rows.add("manifest_reference", {
        ...place,
        image,
        position,
        kind: position === 0 ? "config" : "layer",
        digest: to.digest as Digest,
        media_type: position === 0 ? configType : layerType,
        size_bytes: to.sizeBytes,
      });
    }
  }

  /** Sealed under a key of its own, kept beside its row. */
  async #object(content: Blob, inDomain: string, at: number): Promise<StoredObject> {
    const { registry, keys } = this.#ground;
    const id = newObjectId();
    const { plain, wrapped } = await keys.createDataKey({ registry, object: id });
    const sealed = sealWhole(plain, id, content.content as Uint8Array);
    const object: StoredObject = {
      id,
      registry,
      domain: inDomain,
      digest: content.digest as Digest,
      sizeBytes: content.sizeBytes,
      sealedBytes: sealed.length,
      wrappedKey: wrapped,
      state: "live",
      placement: "metadata",
      place: "",
      layout: String(content.sizeBytes),
      createdAt: at,
    };
    await this.#rows.add("object", {
      ...registry,
      id,
      domain: object.domain,
      digest: object.digest,
      size_bytes: object.sizeBytes,
      sealed_bytes: object.sealedBytes,
      wrapped_key: wrapped,
      state: object.state,
      placement: object.placement,
      place: object.place,
      layout: object.layout,
      created_at: at,
    });
    await this.#rows.add("object_content", { ...registry, object: id, content: sealed });
    this.#counts.objects += 1;
    this.#counts.sealedBytes += sealed.length;
    return object;
  }

  /** Waits for a look by the reclaimer as long as its lease lasts. */
  async #layer(place: Place, object: StoredObject, mediaType: string, at: number): Promise<void> {
    const leasedUntil = at + limits.layerLeaseMs;
    await this.#rows.add("layer", {
      ...place,
      digest: object.digest,
      object: object.id,
      size_bytes: object.sizeBytes,
      media_type: mediaType,
      linked_at: at,
      leased_until: leasedUntil,
    });
    if (leasedUntil < this.#now + hourMs) return; // Looked at, or soon to be.
    await this.#rows.add("reclaim", {
      ...place,
      kind: "layer",
      target: object.digest,
      due_at: leasedUntil,
    });
  }

  async #tag(place: Place, tag: Tag, digest: Digest, at: number): Promise<void> {
    await this.#rows.add("tag", { ...place, tag, digest, moved_at: at, fresh_until: null });
  }

  async #move(place: Place, tag: Tag, digest: Digest, sequence: number, at: number): Promise<void> {
    await this.#rows.add("tag_history", { ...place, tag, sequence, digest, at });
  }

  /** As many as an image may have, with those that it has already. */
  async #moreTags(place: Place, image: KnownImage, at: number): Promise<void> {
    const digest = image.digest as Digest;
    for (let index = 2; index < limits.tagsPerImage; index++) {
      const tag = `release-${index}` as Tag;
      await this.#tag(place, tag, digest, at);
      await this.#move(place, tag, digest, 1, at);
    }
    this.manyTags = { repository: image.repository, digest };
  }
}

/** One that no transaction of a small deployment has used: the others keep what they have. */
const counterSlot = 1_000;

type Place = Registry & { readonly repository: string };

function configOf(name: string, index: number, layers: readonly StoredObject[]): Blob {
  return blobOf(
    Buffer.from(
      JSON.stringify({
        architecture: "amd64",
        os: "linux",
        config: { Env: ["PATH=/usr/local/bin:/usr/bin:/bin"], Cmd: [`/bin/${name}`, `${index}`] },
        rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
      }),
    ),
  );
}

/** The same order every time: by a hash of what is in it. */
function shuffle(images: KnownImage[]): void {
  const order = ({ repository, tag }: KnownImage) =>
    createHash("sha256").update(`${repository}:${tag}`).digest("hex");
  images.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}
