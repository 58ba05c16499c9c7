import type { Ports } from "../../ports/ports.ts";
import { requireKey } from "../encryption/data-keys.ts";
import { invalidParameter, RegistryError } from "../errors.ts";
import type { ImageWithTags } from "../images/image.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { activeImage, type NamedImage, notLookedInto } from "../scanning/active-image.ts";
import { isLookedInto, isScannable, layerOf } from "../scanning/inventory-image.ts";
import type { LayerInventory } from "../scanning/layer-inventory.ts";
import { isFileLayer } from "../scanning/layer-media-types.ts";
import { cleanPath } from "../scanning/layer-path.ts";
import { LayerRefused } from "../scanning/layer-refused.ts";
import { pathParts } from "../scanning/path-parts.ts";
import { scanningLimits } from "../scanning/scanning-limits.ts";
import { type ListedLayer, listedImage } from "./image-layers.ts";
import { type FileChange, type LayerListing, type ListedFile, listLayer } from "./layer-listing.ts";
import { searchLimits } from "./search-limits.ts";

export const fileSorts = ["NAME", "SIZE"] as const;

export interface AskedFiles {
  readonly layer: Digest;
  /** As layers write it; of the root, the empty text. */
  readonly path: string;
  readonly changes?: readonly FileChange[] | undefined;
  readonly sort: (typeof fileSorts)[number];
  readonly descending: boolean;
}

export interface LayerFiles {
  readonly image: ImageWithTags;
  readonly layer: ListedLayer;
  readonly listing: LayerListing;
  readonly path: string;
  /** What is wanted of the directory, in order. */
  readonly files: readonly ListedFile[];
}

/**
 * What a layer of an image has in one directory, as changes of what the layers below have there. Layers that
 * nobody looked into are looked into now, if they are not too large for somebody to wait for.
 * @throws RepositoryNotFound, ImageNotFound, ImageArchived, Kms
 * @throws LayersNotFound for a layer that is not in the image
 * @throws UnsupportedImageType for what has no files, or can not be read
 * @throws ScanNotFound for an image that has to be scanned first
 * @throws InvalidParameter for a directory that the layer has not
 * @throws Throttling while too many wait for layers
 */
export async function listFiles(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: NamedImage,
  { layer: digest, path: written, changes, sort, descending }: AskedFiles,
): Promise<LayerFiles> {
  const { repository, image } = await activeImage(ports, registry, name, id);
  if (!isScannable(image)) throw unsupported("This is no container image: it has no file system");
  const { layers } = await listedImage(ports, repository, image);
  const at = layers.findIndex((each) => each.digest === digest);
  const layer = layers[at];
  if (layer === undefined) {
    throw new RegistryError("LayersNotFound", `The image has no layer '${digest}'`);
  }
  const listing = await listingOf(ports, repository, image, layers.slice(0, at + 1));
  const path = cleanPath(written);
  const found = listing.directory(path);
  if (found === undefined) throw invalidParameter("path", "The layer has no such directory");
  const wanted = changes === undefined ? found : found.filter((each) => has(each, changes));
  const files = wanted.sort(sort === "SIZE" ? bySize : byName);
  return { image, layer, listing, path, files: descending ? files.reverse() : files };
}

/** @param layers those below it, and itself */
async function listingOf(
  ports: Ports,
  repository: Repository,
  image: ImageWithTags,
  layers: readonly ListedLayer[],
): Promise<LayerListing> {
  const { layerListings } = ports.memory;
  const key = `${image.object} ${layers.length}`;
  const known = layerListings.get(key);
  if (known !== undefined) {
    await requireKey(ports, repository);
    return known;
  }
  const inventories = await inventoriesOf(ports, repository, image, layers);
  const own = inventories.pop();
  if (own === undefined) throw unsupported("The layer is elsewhere");
  const listing = listLayer(
    inventories.filter((each) => each !== undefined),
    own,
  );
  layerListings.set(key, listing);
  return listing;
}

async function inventoriesOf(
  ports: Ports,
  repository: Repository,
  image: ImageWithTags,
  layers: readonly ListedLayer[],
): Promise<(LayerInventory | undefined)[]> {
  if (layers.length > scanningLimits.layers) {
    throw unsupported(`The image has more than ${scanningLimits.layers} layers`);
  }
  const other = layers.find(({ mediaType }) => !isFileLayer(mediaType));
  if (other !== undefined) {
    throw unsupported(`Layers of type ${other.mediaType} are not looked into`);
  }
  const read = async () => {
    const found: (LayerInventory | undefined)[] = [];
    let parts = 0;
    for (const each of layers) {
      const inventory = await layerOf(ports, repository, each, undefined);
      parts += inventory === undefined ? 0 : pathParts(inventory);
      if (parts > searchLimits.listedPaths) throw unsupported("The image has too many files");
      found.push(inventory);
    }
    return found;
  };
  const missingBytes = await unknownBytes(ports, repository, layers);
  if (missingBytes > searchLimits.lookedIntoBytes) throw notLookedInto(repository.name, image);
  try {
    return await (missingBytes === 0 ? read() : ports.memory.lookTurns.take(read));
  } catch (error) {
    if (!(error instanceof LayerRefused)) throw error;
    throw unsupported(`A layer could not be read: ${error.message}`);
  }
}

/** Of layers that nobody looked into yet. */
async function unknownBytes(
  ports: Ports,
  repository: Repository,
  layers: readonly ListedLayer[],
): Promise<number> {
  let bytes = 0;
  for (const { digest, sizeBytes } of layers) {
    if (!(await isLookedInto(ports, repository, digest))) bytes += Math.max(1, sizeBytes);
  }
  return bytes;
}

/** A directory is wanted as what it holds is. */
function has({ change, sums, isOpaque }: ListedFile, changes: readonly FileChange[]): boolean {
  if (changes.includes(change)) return true;
  if (sums === undefined) return false;
  const removes = sums.removed > 0 || isOpaque;
  return (
    (sums.added > 0 && changes.includes("ADDED")) ||
    (sums.changed > 0 && changes.includes("CHANGED")) ||
    (removes && changes.includes("REMOVED"))
  );
}

function byName(one: ListedFile, other: ListedFile): number {
  return one.name < other.name ? -1 : Number(one.name > other.name);
}

function bySize(one: ListedFile, other: ListedFile): number {
  return one.sizeBytes - other.sizeBytes || byName(one, other);
}

function unsupported(sentence: string): RegistryError {
  return new RegistryError("UnsupportedImageType", sentence);
}
