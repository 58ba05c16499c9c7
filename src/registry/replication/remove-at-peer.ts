/** How a peer is told of removals, and what it answers. */
import { isRefusal, listOf, type PeerAnswer } from "../../ports/peer-registry.ts";
import type { Removal, RemovalFailure } from "./apply-removals.ts";

/** As ECR names images and tags. */
export function idOf({ kind, target }: Pick<Removal, "kind" | "target">) {
  return kind === "TAG" ? { imageTag: target } : { imageDigest: target };
}

/** Which of the removals an answer calls failed. */
export function failuresOf(answer: unknown, removals: readonly Removal[]): RemovalFailure[] {
  const failed: RemovalFailure[] = [];
  for (const { imageDigest, imageTag, failureCode, failureReason, imageId } of listOf(answer)) {
    const id = { imageDigest, imageTag, ...(typeof imageId === "object" ? imageId : {}) };
    const removal = removals.find(({ kind, target }) =>
      kind === "TAG" ? id.imageTag === target : id.imageDigest === target,
    );
    if (removal === undefined) continue;
    const code = typeof failureCode === "string" ? failureCode : "InvalidAnswer";
    const sentence = typeof failureReason === "string" ? failureReason : `The peer says ${code}`;
    failed.push({ removal, code, sentence });
  }
  return failed;
}

type Ask = (operation: string, input: object) => Promise<PeerAnswer>;

/**
 * At ECR itself, which knows no times of removals: images by digest; tags by name where the image has
 * others, as ECR deletes an image with its last tag.
 */
export async function removePlain(
  ask: Ask,
  removals: readonly Removal[],
): Promise<RemovalFailure[]> {
  const failed: RemovalFailure[] = [];
  const wanted: Removal[] = [];
  for (const removal of removals) {
    const known = removal.kind === "TAG" ? await tagCount(ask, removal.target) : 0;
    if (known === undefined) continue;
    if (known === 1 && !(await goesWithImage(ask, removal, removals))) {
      const sentence = "ECR would delete the image with its last tag";
      failed.push({ removal, code: "TagNotRemovable", sentence });
      continue;
    }
    wanted.push(removal);
  }
  if (wanted.length === 0) return failed;
  const { failures } = await ask("BatchDeleteImage", { imageIds: wanted.map(idOf) });
  return [
    ...failed,
    ...failuresOf(failures, wanted).filter(({ code }) => code !== "ImageNotFound"),
  ];
}

/** How many tags the image of a tag has; `undefined` where there is no such tag. */
async function tagCount(ask: Ask, imageTag: string): Promise<number | undefined> {
  const detail = await describe(ask, imageTag);
  return detail === undefined ? undefined : listLength(detail.imageTags);
}

async function goesWithImage(
  ask: Ask,
  { target }: Removal,
  removals: readonly Removal[],
): Promise<boolean> {
  const digest = (await describe(ask, target))?.imageDigest;
  return removals.some(({ kind, target: other }) => kind === "IMAGE" && other === digest);
}

async function describe(ask: Ask, imageTag: string): Promise<PeerAnswer | undefined> {
  try {
    const { imageDetails } = await ask("DescribeImages", { imageIds: [{ imageTag }] });
    return listOf(imageDetails)[0];
  } catch (error) {
    if (isRefusal(error, "ImageNotFound") || isRefusal(error, "RepositoryNotFound"))
      return undefined;
    throw error;
  }
}

function listLength(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
