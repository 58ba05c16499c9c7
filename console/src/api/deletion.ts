/** What a deletion would take. */
import type { previewDeletion as operation } from "../../../src/operations/entrepot/preview-deletion.ts";
import { type AnswerOf, ask } from "./own.ts";

export type Deletion = AnswerOf<typeof operation>;

/** Without images: the repository with all that is in it. */
export function previewDeletion(
  repositoryName: string,
  imageDigests: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Deletion> {
  const imageIds = imageDigests?.map((imageDigest) => ({ imageDigest }));
  return ask<typeof operation>("PreviewDeletion", { repositoryName, imageIds }, signal);
}
