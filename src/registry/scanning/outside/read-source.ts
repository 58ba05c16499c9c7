import type { SourceImage, SourceLayer } from "../../../ports/image-source.ts";
import type { LayerAnalysis } from "../../../ports/layer-analysis.ts";
import { parseImageConfig } from "../advice/image-config.ts";
import { FileRefused } from "../file-analyzer.ts";
import { type ImageContents, isScannable } from "../inventory-image.ts";
import type { LayerInventory } from "../layer-inventory.ts";
import { isFileLayer } from "../layer-media-types.ts";
import { ScanRefusal } from "../scan-refusal.ts";
import { scanningLimits } from "../scanning-limits.ts";

/** What was found in an image that is not in the registry. */
export interface ReadSource extends ImageContents {
  /** Layers whose bytes are elsewhere: what is in them is not known. */
  readonly foreign: number;
}

/**
 * Looks into all layers of an image, as many at once as the analysis takes.
 * @throws ScanRefusal for what is no image, or not what its config says; LayerRefused; what sources reject with
 */
export async function readSource(
  analysis: LayerAnalysis,
  { config, configMediaType, layers }: SourceImage,
): Promise<ReadSource> {
  if (!isScannable({ configMediaType })) {
    throw new ScanRefusal("UNSUPPORTED_IMAGE", "This is no container image: it has no file system");
  }
  if (layers.length > scanningLimits.layers) {
    throw new ScanRefusal("FAILED", `The image has more than ${scanningLimits.layers} layers`);
  }
  const odd = layers.find(({ mediaType }) => !isFileLayer(mediaType));
  if (odd !== undefined) {
    throw new ScanRefusal(
      "UNSUPPORTED_IMAGE",
      `Layers of type ${odd.mediaType} are not looked into`,
    );
  }
  const read = await readLayers(analysis, layers);
  if (config !== undefined) requireAsConfigured(read, config);
  const present = read.filter((layer) => layer !== undefined);
  const foreign = read.length - present.length;
  return { config: config ?? new Uint8Array(0), layers: present, foreign };
}

async function readLayers(analysis: LayerAnalysis, layers: readonly SourceLayer[]) {
  const known = new Map<string, Promise<LayerInventory | undefined>>();
  const settled = await Promise.allSettled(
    layers.map((layer, at) => {
      const key = layer.digest ?? `${at}`;
      const reading = known.get(key) ?? readLayer(analysis, layer);
      known.set(key, reading);
      return reading;
    }),
  );
  return settled.map((each) => {
    if (each.status === "rejected") throw each.reason;
    return each.value;
  });
}

async function readLayer(analysis: LayerAnalysis, layer: SourceLayer) {
  const content = await layer.open();
  return content === undefined ? undefined : analysis.analyze(content, layer.mediaType);
}

/** An image whose config names other layers is not what it says it is. Source: image-spec 1.1, "rootfs". */
function requireAsConfigured(
  read: readonly (LayerInventory | undefined)[],
  config: Uint8Array,
): void {
  const diffIds = diffIdsOf(config);
  if (diffIds.length !== read.length) {
    const sentence = `The config names ${diffIds.length} layers, the image has ${read.length}`;
    throw new ScanRefusal("FAILED", sentence);
  }
  const other = read.findIndex((each, at) => each !== undefined && each.diffId !== diffIds[at]);
  if (other === -1) return;
  throw new ScanRefusal("FAILED", `Layer ${other + 1} is not the one that the config names`);
}

function diffIdsOf(config: Uint8Array): readonly string[] {
  try {
    return parseImageConfig(config).diffIds;
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    throw new ScanRefusal("FAILED", `The image's config ${error.message}`);
  }
}
