/** What is done to images that are there: their storage class and their tags. */
import { call } from "./call.ts";
import { describeImage, type ImageAnswer } from "./ecr.ts";
import { ApiError } from "./errors.ts";
import { ask } from "./own.ts";

export type StorageClass = "ARCHIVE" | "STANDARD";

export interface Refusal {
  readonly imageDigest: string;
  readonly reason: string;
}

/** ECR changes one image at a time; a few are under way at once. */
const atOnce = 4;

/** Changes each image that can be changed, and tells those that were refused. */
export async function changeStorageClass(
  repositoryName: string,
  digests: readonly string[],
  targetStorageClass: StorageClass,
): Promise<readonly Refusal[]> {
  const waiting = [...digests];
  const refused: Refusal[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const imageDigest = next;
      const input = { repositoryName, imageId: { imageDigest }, targetStorageClass };
      await call("ecr", "UpdateImageStorageClass", input).catch((error: unknown) => {
        // What the server refuses of one image says nothing of the others; all else is of all.
        if (!(error instanceof ApiError) || error.status < 400 || error.status >= 500) throw error;
        refused.push({ imageDigest, reason: `${error.code}: ${error.message}` });
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return refused;
}

/** Which image a tag names, with its other tags; `null`: none. */
export async function imageOfTag(
  repositoryName: string,
  imageTag: string,
  signal: AbortSignal,
): Promise<ImageAnswer | null> {
  // Its history has where it points now, and no error where it never pointed anywhere.
  const input = { repositoryName, imageTag, maxResults: 1 };
  const { moves } = await ask("ListTagHistory", input, signal);
  const digest = moves[0]?.imageDigest;
  return digest === undefined ? null : describeImage(repositoryName, digest, signal);
}

/**
 * Points a tag at an image, wherever it pointed before. ECR's way, to get the manifest and put it again,
 * would count as a pull.
 */
export function putTag(repositoryName: string, imageTag: string, imageDigest: string) {
  return ask("RestoreTag", { repositoryName, imageTag, imageDigest });
}

/** The image goes with its last tag. @throws ApiError, also of what ECR tells as a failure */
export async function removeTag(repositoryName: string, imageTag: string): Promise<void> {
  interface Answer {
    readonly failures?: readonly { readonly failureCode: string; readonly failureReason: string }[];
  }
  const input = { repositoryName, imageIds: [{ imageTag }] };
  const { failures = [] } = await call<Answer>("ecr", "BatchDeleteImage", input);
  const [failure] = failures;
  if (failure !== undefined)
    throw new ApiError(failure.failureCode, failure.failureReason, 400, "");
}
