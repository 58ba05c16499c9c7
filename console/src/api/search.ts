/** Lists that the server sorts, filters and counts. */
import type { getImageOverview as overviewOperation } from "../../../src/operations/entrepot/get-image-overview.ts";
import type { searchImages as imagesOperation } from "../../../src/operations/entrepot/search-images.ts";
import type { searchRepositories as repositoriesOperation } from "../../../src/operations/entrepot/search-repositories.ts";
import { type AnswerOf, ask } from "./own.ts";

export interface ListRequest {
  readonly sortBy: string;
  readonly sortOrder: "ASCENDING" | "DESCENDING";
  readonly maxResults: number;
  readonly nextToken?: string | undefined;
}

export type RepositoryRow = AnswerOf<typeof repositoriesOperation>["repositories"][number];
export type ImageRow = AnswerOf<typeof imagesOperation>["images"][number];
export type ImageOverview = AnswerOf<typeof overviewOperation>;

export interface RepositoryFilter {
  /** A part of the name. */
  readonly word?: string | undefined;
  /** What the name begins with. */
  readonly prefix?: string | undefined;
  readonly minimumSeverity?: string | undefined;
  readonly imageTagMutability?: readonly string[] | undefined;
  /** All of them; without a value whatever it is. */
  readonly tags?: readonly { readonly Key: string; readonly Value?: string }[] | undefined;
  readonly encryptionTypes?: readonly string[] | undefined;
  /** The ARN of a key. */
  readonly kmsKey?: string | undefined;
}

export function searchRepositories(input: RepositoryFilter & ListRequest, signal: AbortSignal) {
  return ask("SearchRepositories", input, signal);
}

export interface ImageFilter {
  readonly tagWord?: string | undefined;
  readonly digestPrefix?: string | undefined;
  readonly minimumSeverity?: string | undefined;
}

export function searchImages(
  input: ImageFilter & ListRequest & { readonly repositoryName: string },
  signal: AbortSignal,
) {
  return ask("SearchImages", input, signal);
}

export function getImageOverview(
  repositoryName: string,
  imageDigest: string,
  signal: AbortSignal,
): Promise<ImageOverview> {
  const input = { repositoryName, imageId: { imageDigest } };
  return ask("GetImageOverview", input, signal);
}
