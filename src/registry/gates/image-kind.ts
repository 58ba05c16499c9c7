import type { Image, ImageReference } from "../images/image.ts";
import { isScannable } from "../scanning/inventory-image.ts";
import { isRunnableLayer } from "../scanning/layer-media-types.ts";
import { isAboutAnother } from "../signing/verify/signature-sources.ts";

/**
 * What gates take something for. An artifact is what no runtime can run, since none of its layers is of
 * files: a chart, a signature. Its config may say what it likes.
 */
export type ImageKind = "image" | "index" | "artifact";

export function kindOfImage(
  image: Pick<Image, "configMediaType">,
  references: readonly Pick<ImageReference, "kind" | "mediaType">[],
): ImageKind {
  if (references.some(({ kind }) => kind === "child")) return "index";
  const layers = references.filter(({ kind }) => kind === "layer");
  if (layers.some(({ mediaType }) => isRunnableLayer(mediaType))) return "image";
  return layers.length === 0 && isScannable(image) ? "image" : "artifact";
}

/** Whether gates may ask a signature of it: of all that can be run, and of what is about nothing else. */
export function isSignable(
  image: Pick<Image, "configMediaType" | "subject">,
  references: readonly Pick<ImageReference, "kind" | "mediaType">[],
): boolean {
  return kindOfImage(image, references) !== "artifact" || !isAboutAnother(image, references);
}
