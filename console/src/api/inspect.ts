/** What is in an image, what differs between two, and where things are. */
import type { compareImages as compareOperation } from "../../../src/operations/entrepot/compare-images.ts";
import type { listImagePackages as packagesOperation } from "../../../src/operations/entrepot/list-image-packages.ts";
import type { listLayerFiles as filesOperation } from "../../../src/operations/entrepot/list-layer-files.ts";
import type { search as searchOperation } from "../../../src/operations/entrepot/search.ts";
import { type AnswerOf, ask } from "./own.ts";
import type { ListRequest } from "./search.ts";

export type PackageRow = AnswerOf<typeof packagesOperation>["packages"][number];
export type FileRow = AnswerOf<typeof filesOperation>["files"][number];
export type Comparison = AnswerOf<typeof compareOperation>;
export type Found = AnswerOf<typeof searchOperation>;

interface ImageRequest {
  readonly repositoryName: string;
  readonly imageId: { readonly imageDigest: string };
}

export function listImagePackages(
  input: ImageRequest & ListRequest & { nameWord?: string | undefined; vulnerable?: boolean },
  signal: AbortSignal,
) {
  return ask("ListImagePackages", input, signal);
}

export function listLayerFiles(
  input: ImageRequest & ListRequest & { readonly layerDigest: string; readonly path: string },
  signal: AbortSignal,
) {
  return ask("ListLayerFiles", input, signal);
}

export interface ComparedImage {
  readonly repositoryName: string;
  readonly imageId: { readonly imageTag?: string; readonly imageDigest?: string };
}

export function compareImages(from: ComparedImage, to: ComparedImage, signal: AbortSignal) {
  return ask("CompareImages", { from, to }, signal);
}

/** `team/pay:1.0` or `team/pay@sha256:…`; absent where it is neither. */
export function imageOf(text: string): ComparedImage | undefined {
  const [, byDigest, imageDigest] = /^(.+)@(sha(?:256|512):[0-9a-f]+)$/.exec(text) ?? [];
  if (byDigest !== undefined)
    return { repositoryName: byDigest, imageId: { imageDigest: imageDigest! } };
  const [, repositoryName, imageTag] = /^([^:]+):([\w.-]+)$/.exec(text) ?? [];
  if (repositoryName === undefined) return undefined;
  return { repositoryName, imageId: { imageTag: imageTag! } };
}

export function searchAll(text: string, signal: AbortSignal) {
  return ask("Search", { text }, signal);
}
