import type {
  GetLifecyclePolicyPreviewRequest,
  GetLifecyclePolicyPreviewResponse,
  LifecyclePolicyPreviewResult,
} from "@aws-sdk/client-ecr";
import { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import { invalidParameter } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { lifecycleLimits } from "../../registry/lifecycle/lifecycle-limits.ts";
import { findPreview } from "../../registry/lifecycle/preview-lifecycle.ts";
import type {
  LifecyclePreview,
  PreviewedImage,
} from "../../registry/lifecycle/stored-lifecycle.ts";
import { limits } from "../../registry/limits.ts";
import type { Registry } from "../../registry/names.ts";
import type { Repository } from "../../registry/repositories/repository.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { namedImage } from "./image-id.ts";
import { repositoryResource } from "./resource.ts";
import {
  imageIdentifiers,
  type Members,
  nextToken,
  registryId,
  repositoryName,
  request,
  tagStatus,
} from "./shapes.ts";
import { epochSeconds, type Wire } from "./wire.ts";

const input = request({
  registryId,
  repositoryName,
  imageIds: imageIdentifiers.optional(),
  nextToken,
  maxResults: z.int().min(1).max(lifecycleLimits.previewPage).optional(),
  filter: z.object({ tagStatus: tagStatus.optional() }).optional(),
} satisfies Members<GetLifecyclePolicyPreviewRequest>);
type Input = z.output<typeof input>;

/** What the preview found: the images that its rules would act on, and how many those are. */
export const getLifecyclePolicyPreview = operation("ecr:GetLifecyclePolicyPreview", {
  input,
  resource: repositoryResource,
  access: "Read",
  errors: [
    "InvalidParameter",
    "RepositoryNotFound",
    "LifecyclePolicyPreviewNotFound",
    "Validation",
  ],
  async handle(input, { ports, caller }): Promise<Wire<GetLifecyclePolicyPreviewResponse>> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name } = input;
    checkNamed(input);
    const { preview, repository, isExpired } = await findPreview(ports, registry, name);
    const answer = {
      registryId: registry.account,
      repositoryName: name,
      lifecyclePolicyText: preview.policy,
      status: isExpired ? ("EXPIRED" as const) : preview.status,
    };
    const { summary } = preview;
    if (isExpired || summary === undefined) return answer;
    const { results, next } = await page(ports, registry, repository, preview, input);
    const { expiring, transitioning } = summary;
    return {
      ...answer,
      previewResults: results.map(result),
      nextToken: next,
      summary: {
        expiringImageTotalCount: expiring,
        transitioningImageTotalCounts:
          transitioning === 0
            ? undefined
            : [{ targetStorageClass: "ARCHIVE", imageTotalCount: transitioning }],
      },
    };
  },
});

/** @throws InvalidParameter for a page of named images, and for names of none */
function checkNamed({ imageIds, nextToken: token, maxResults }: Input): void {
  if (imageIds === undefined) return;
  if (token !== undefined) {
    throw invalidParameter("nextToken", "nextToken can't be set when imageIds is set");
  }
  if (maxResults !== undefined) {
    throw invalidParameter("maxResults", "maxResults can't be set when imageIds is set");
  }
  for (const imageId of imageIds) namedImage(imageId);
}

async function page(
  ports: Ports,
  registry: Registry,
  repository: Repository,
  { id }: LifecyclePreview,
  { repositoryName: name, imageIds, filter, nextToken: token, maxResults }: Input,
): Promise<{ results: readonly PreviewedImage[]; next: string | undefined }> {
  const isNamed = imageIds !== undefined;
  const status = filter?.tagStatus ?? "ANY";
  const tagged = status === "ANY" ? undefined : status === "TAGGED";
  const listing = {
    operation: "GetLifecyclePolicyPreview",
    registry,
    narrowedBy: [name, id, status],
  };
  const start = openPosition(ports, listing, token);
  const size = isNamed ? limits.batchItems : (maxResults ?? lifecycleLimits.previewPage);
  const results: PreviewedImage[] = [];
  // What would stay all the same is in a listing of ours: in ECR's are those that would not.
  for (let after = start === undefined ? 0 : Number(start); ; ) {
    const limit = lifecycleLimits.previewRows;
    const rows = await ports.metadata.lifecycle.previewed(repository, { after, limit }, { tagged });
    for (const image of rows) {
      const isWanted = isActedOn(image) && (!isNamed || isAmong(imageIds, image));
      if (isWanted && results.length === size) {
        return { results, next: sealPosition(ports, listing, String(after)) };
      }
      if (isWanted) results.push(image);
      after = image.position;
    }
    if (rows.length < limit) return { results, next: undefined };
  }
}

/** ECR has no words for tags that go alone. */
function isActedOn({ blockedBy, action }: PreviewedImage): boolean {
  return blockedBy === undefined && action !== "untag";
}

function isAmong(imageIds: NonNullable<Input["imageIds"]>, image: PreviewedImage): boolean {
  return imageIds.some(
    ({ imageDigest, imageTag }) =>
      (imageDigest === undefined || imageDigest === image.digest) &&
      (imageTag === undefined || image.tags.some((tag) => tag === imageTag)) &&
      (imageDigest !== undefined || imageTag !== undefined),
  );
}

function result(image: PreviewedImage): Wire<LifecyclePolicyPreviewResult> {
  const isExpiring = image.action === "expire";
  return {
    imageTags: image.tags.length > 0 ? image.tags : undefined,
    imageDigest: image.digest,
    imagePushedAt: epochSeconds(image.pushedAt),
    action: isExpiring ? { type: "EXPIRE" } : { type: "TRANSITION", targetStorageClass: "ARCHIVE" },
    appliedRulePriority: image.rulePriority,
    storageClass: image.storageClass === "archive" ? "ARCHIVE" : "STANDARD",
  };
}
