import { Readable } from "node:stream";
import type { Ports } from "../../ports/ports.ts";
import type { StoredObject } from "../encryption/stored-object.ts";
import { invariant } from "../errors.ts";
import { openManifest } from "../images/get-image.ts";
import type { Image } from "../images/image.ts";
import { containerConfigTypes } from "../images/parse-manifest.ts";
import { readLayer } from "../layers/read-layer.ts";
import type { Digest } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { inTurns, type Steps } from "../steps.ts";
import { distributionOf } from "./distribution.ts";
import { ImageBounds } from "./image-bounds.ts";
import { type ImageConfig, parseImageConfig } from "./image-config.ts";
import type { ImageInventory } from "./image-inventory.ts";
import type { SealedDocument } from "./image-scan.ts";
import { preferredPackages } from "./language-packages/preferred-packages.ts";
import type { LayerInventory } from "./layer-inventory.ts";
import { isFileLayer } from "./layer-media-types.ts";
import { mergeLayers } from "./merge-layers.ts";
import { marksOfInventory, sketchOf } from "./name-sketch.ts";
import { ScanRefusal } from "./scan-refusal.ts";
import { scanningLimits } from "./scanning-limits.ts";
import { openDocument, openForLayer, sealDocument, sealForLayer } from "./sealed-document.ts";

/** What is in an image, and what it says of itself. */
export interface ScannedImage {
  readonly inventory: ImageInventory;
  readonly config: ImageConfig;
}

/** Whether an image has a file system that can be looked at. */
export function isScannable({ configMediaType }: Pick<Image, "configMediaType">): boolean {
  return configMediaType !== undefined && containerConfigTypes.has(configMediaType);
}

/**
 * What is in an image, from its layers if it is not known. A layer is read once, in whichever images of
 * the registry it is. Both are kept, sealed.
 * @throws ScanRefusal for what is no image, or can not be read whole
 * @throws Kms when the repository's key may not be used
 */
export async function inventoryOf(
  ports: Ports,
  repository: Repository,
  image: Image,
  signal?: AbortSignal,
): Promise<ScannedImage> {
  const madeBy = ports.layerAnalysis.madeBy;
  const known = await ports.metadata.scans.inventory(repository, image.digest);
  if (known !== undefined && known.madeBy === madeBy) {
    const opened = await openInventory(ports, repository, image, known);
    if (opened !== undefined) return opened;
  }
  const scanned = await readImage(ports, repository, image, signal);
  const sealed = await sealDocument(ports, repository, image, "inventory", scanned);
  const names = sketchOf(ports, repository.registry, marksOfInventory(scanned.inventory));
  await ports.metadata.transaction(async (change) => {
    if ((await change.repositories.lockById(repository)) === undefined) return; // For `keepSketches`.
    if ((await change.images.find(repository, image.digest)) === undefined) return;
    await change.scans.putInventory(repository, image.digest, { ...sealed, madeBy, names });
  });
  return scanned;
}

/** Of an image that was looked at before, by whichever analyzers; `undefined` if it was not. */
export async function knownInventory(
  ports: Ports,
  repository: Repository,
  image: Image,
): Promise<ScannedImage | undefined> {
  const stored = await ports.metadata.scans.inventory(repository, image.digest);
  return stored && openInventory(ports, repository, image, stored);
}

/** The same of what was read; `undefined` where it can not be opened any more. */
export async function openInventory(
  ports: Ports,
  repository: Repository,
  image: Image,
  stored: SealedDocument,
): Promise<ScannedImage | undefined> {
  const opened = await opening(openDocument(ports, repository, image, "inventory", stored));
  return opened as ScannedImage | undefined;
}

/** What can not be opened any more, as the image stands on another object now, is made again. */
async function opening(document: Promise<unknown>): Promise<unknown> {
  try {
    return await document;
  } catch (error) {
    if (error instanceof Error && error.name === "RegistryError") throw error;
    return undefined;
  }
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
}

async function readImage(
  ports: Ports,
  repository: Repository,
  image: Image,
  signal: AbortSignal | undefined,
): Promise<ScannedImage> {
  return inTurns(assembleImage(await readContents(ports, repository, image, signal)));
}

/** What is in an image, from what was found in its layers. */
export function* assembleImage({ layers, config }: ImageContents): Steps<ScannedImage> {
  const merged = yield* mergeLayers(layers, distributionOf);
  const packages = yield* preferredPackages(merged.packages);
  return {
    inventory: { ...merged, packages },
    config: parseImageConfig(config),
  };
}

/** What an image is made of. */
export interface ImageContents {
  /** The oldest first; without those whose bytes are elsewhere. */
  readonly layers: readonly LayerInventory[];
  /** As it was pushed; empty where it is larger than a config is. */
  readonly config: Uint8Array;
  /** Of its manifest. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Layers that were looked into before are remembered.
 * @throws ScanRefusal, Kms as `inventoryOf` does; LayerRefused
 */
export async function readContents(
  ports: Ports,
  repository: Repository,
  image: Image,
  signal?: AbortSignal,
): Promise<ImageContents> {
  if (!isScannable(image)) {
    throw new ScanRefusal("UNSUPPORTED_IMAGE", "This is no container image: it has no file system");
  }
  const manifest = await openManifest(ports, repository, image);
  // It was parsed strictly when it was pushed. A layer may be in it twice.
  const { config, annotations, ...document } = JSON.parse(manifest.toString()) as {
    config: Descriptor;
    layers: readonly Descriptor[] | null;
    annotations?: Readonly<Record<string, string>> | null;
  };
  const layers = document.layers ?? [];
  if (layers.length > scanningLimits.layers) {
    throw new ScanRefusal("FAILED", `The image has more than ${scanningLimits.layers} layers`);
  }
  const read: LayerInventory[] = [];
  const bounds = new ImageBounds();
  for (const { mediaType, digest } of layers) {
    signal?.throwIfAborted();
    if (!isFileLayer(mediaType)) {
      throw new ScanRefusal("UNSUPPORTED_IMAGE", `Layers of type ${mediaType} are not looked into`);
    }
    const layer = await layerOf(ports, repository, { mediaType, digest }, signal);
    if (layer === undefined) continue;
    bounds.add(layer);
    read.push(layer);
  }
  const content = await readConfig(ports, repository, config.digest);
  return { layers: read, config: content, annotations: annotations ?? {} };
}

/**
 * What a layer of an image holds, looked into if nobody did yet; `undefined` for one whose bytes are
 * elsewhere: a foreign one.
 * @throws LayerRefused, Kms
 */
export async function layerOf(
  ports: Ports,
  repository: Repository,
  { mediaType, digest }: Descriptor,
  signal: AbortSignal | undefined,
): Promise<LayerInventory | undefined> {
  const { registry, name } = repository;
  const found = await ports.metadata.layers.resolve(registry, name, digest);
  const object = found?.object;
  if (object === undefined) return undefined;
  const { layersLookedInto } = ports.memory;
  for (;;) {
    const known = await rememberedLayer(ports, repository, object);
    if (known !== undefined) return known;
    const other = layersLookedInto.get(object.id);
    if (other === undefined) break;
    await other;
  }
  const looking = lookInto(ports, repository, { object, mediaType }, signal);
  const ended = looking.then(
    () => undefined,
    () => undefined, // Who asked has the error; who waited looks for itself.
  );
  layersLookedInto.set(object.id, ended);
  return looking.finally(() => layersLookedInto.delete(object.id));
}

/** Whether a layer was looked into, by the analyzers that are at work now. */
export async function isLookedInto(
  ports: Ports,
  { registry, name }: Repository,
  digest: Digest,
): Promise<boolean> {
  const found = await ports.metadata.layers.resolve(registry, name, digest);
  const object = found?.object;
  if (object === undefined) return true; // There is nothing to look into.
  const known = await ports.metadata.scans.layerInventory(registry, object.id);
  return known?.madeBy === ports.layerAnalysis.madeBy;
}

async function rememberedLayer(
  ports: Ports,
  repository: Repository,
  { id }: StoredObject,
): Promise<LayerInventory | undefined> {
  const known = await ports.metadata.scans.layerInventory(repository.registry, id);
  if (known === undefined || known.madeBy !== ports.layerAnalysis.madeBy) return undefined;
  return (await remembered(openForLayer(ports, repository, id, known))) as
    | LayerInventory
    | undefined;
}

async function lookInto(
  ports: Ports,
  repository: Repository,
  { object, mediaType }: { readonly object: StoredObject; readonly mediaType: string },
  signal: AbortSignal | undefined,
): Promise<LayerInventory> {
  const pieces = Readable.from(copied(readLayer(ports, { repository, object })), {
    ...{ objectMode: false, highWaterMark: scanningLimits.aheadBytes },
  });
  const stop = () => pieces.destroy(new Error("the scan was given up"));
  signal?.addEventListener("abort", stop);
  const inventory = await ports.layerAnalysis.analyze(pieces, mediaType).finally(() => {
    signal?.removeEventListener("abort", stop);
  });
  const sealed = await sealForLayer(ports, repository, object.id, inventory);
  const { madeBy } = ports.layerAnalysis;
  await ports.metadata.transaction(({ scans }) =>
    scans.putLayerInventory(repository.registry, object.id, {
      ...{ ...sealed, madeBy, unpackedBytes: inventory.sizeBytes },
    }),
  );
  return inventory;
}

/** Of a layer nothing is lost by reading it again: also where the key that it was kept under is gone. */
async function remembered(document: Promise<unknown>): Promise<unknown> {
  try {
    return await document;
  } catch {
    return undefined;
  }
}

/** `readLayer` takes its pieces back. */
async function* copied(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield Uint8Array.from(piece);
}

/** An image's config as it was pushed; empty where it is larger than a config is. */
export async function readConfig(
  ports: Ports,
  repository: Repository,
  digest: Digest,
): Promise<Buffer> {
  const found = await ports.metadata.layers.resolve(repository.registry, repository.name, digest);
  const object = found?.object;
  invariant(object !== undefined, "an image's config is in its repository");
  if (object.sizeBytes > scanningLimits.configBytes) return Buffer.alloc(0);
  const pieces: Uint8Array[] = [];
  for await (const piece of copied(readLayer(ports, { repository, object }))) pieces.push(piece);
  return Buffer.concat(pieces);
}
