/** What a deletion would take. */
import type { previewDeletion as operation } from "../../../src/operations/entrepot/preview-deletion.ts";
import { type AnswerOf, ask } from "./own.ts";

export type Deletion = AnswerOf<typeof operation>;

export type DeletedImage = { readonly imageDigest: string } | { readonly imageTag: string };

/** Without images: the repository with all that is in it. */
export function previewDeletion(
  repositoryName: string,
  imageIds: readonly DeletedImage[] | undefined,
  signal: AbortSignal,
): Promise<Deletion> {
  return ask("PreviewDeletion", { repositoryName, imageIds }, signal);
}
