import type { DescribeImagesResponse } from "@aws-sdk/client-ecr";
import { call } from "../../api/call.ts";
import { mostInAPage } from "../../api/ecr.ts";
import { ApiError } from "../../api/errors.ts";
import { ask } from "../../api/own.ts";

export interface NotCopied {
  readonly digest: string;
  readonly reason: string;
}

interface Watcher {
  readonly signal: AbortSignal;
  /** Called with how many are there. */
  readonly copied: (count: number) => void;
}

/**
 * Copies all images of a repository, with their tags and what refers to them, one after the other.
 * @returns those that could not be: held back by a gate, or gone meanwhile
 * @throws ApiError where none could be
 */
export async function copyImages(
  repositoryName: string,
  destinationRepositoryName: string,
  { signal, copied }: Watcher,
): Promise<readonly NotCopied[]> {
  const failures: NotCopied[] = [];
  let count = 0;
  for await (const { imageDigest = "", imageTags = [] } of imagesOf(repositoryName, signal)) {
    const input = {
      repositoryName,
      imageId: { imageDigest },
      destinationRepositoryName,
      imageTags,
    };
    try {
      await ask("CopyImage", input, signal);
      count += 1;
      copied(count);
    } catch (error) {
      if (!isOfOneImage(error)) throw error;
      failures.push({ digest: imageDigest, reason: error.message });
    }
  }
  return failures;
}

async function* imagesOf(repositoryName: string, signal: AbortSignal) {
  let nextToken: string | undefined;
  do {
    const input = { repositoryName, maxResults: mostInAPage, ...(nextToken && { nextToken }) };
    const page = await call<Pick<DescribeImagesResponse, "imageDetails" | "nextToken">>(
      ...(["ecr", "DescribeImages", input, signal] as const),
    );
    yield* page.imageDetails ?? [];
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}

/** The others would fail, too, for what is no refusal, or one of who asks. */
function isOfOneImage(error: unknown): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  return error.status >= 400 && error.status < 500 && !/AccessDenied|Session/.test(error.code);
}
