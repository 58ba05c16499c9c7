import type {
  DescribeImagesRequest,
  DescribeImagesResponse,
  ImageDetail,
} from "@aws-sdk/client-ecr";
import type { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import { invalidParameter, RegistryError } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { checkImageId } from "../../registry/images/delete-image.ts";
import type { ImageWithTags } from "../../registry/images/image.ts";
import {
  describeImage,
  describeImages as describePage,
} from "../../registry/images/list-images.ts";
import { limits } from "../../registry/limits.ts";
import type { Digest, Registry, Tag } from "../../registry/names.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import type { Repository } from "../../registry/repositories/repository.ts";
import { scansOf } from "../../registry/scanning/describe-scan.ts";
import type { ImageScan } from "../../registry/scanning/image-scan.ts";
import { indexScansOf } from "../../registry/scanning/index-scans.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { imageFilter, passes, statesOf, taggedOnly } from "./image-filter.ts";
import { repositoryResource } from "./resource.ts";
import { scanStatusAnswer, scanSummaryAnswer } from "./scan-answer.ts";
import {
  imageIdentifiers,
  type Members,
  maxResults,
  nextToken,
  registryId,
  repositoryName,
  request,
} from "./shapes.ts";
import { epochSeconds, type Wire } from "./wire.ts";

const input = request({
  registryId,
  repositoryName,
  imageIds: imageIdentifiers.optional(),
  nextToken,
  maxResults,
  filter: imageFilter,
} satisfies Members<DescribeImagesRequest>);
type Input = z.output<typeof input>;

/** The named images, all of them or none, or a page of the repository's; one entry per digest. */
export const describeImages = operation("ecr:DescribeImages", {
  input,
  resource: repositoryResource,
  access: "List",
  errors: ["InvalidParameter", "RepositoryNotFound", "ImageNotFound"],
  async handle(input, { ports, caller }): Promise<Wire<DescribeImagesResponse>> {
    const registry = registryOf(caller, input.registryId);
    const name = input.repositoryName;
    const repository = await findRepository(ports, registry, name);
    const found =
      input.imageIds === undefined
        ? await page(ports, registry, input)
        : await named(ports, registry, input, input.imageIds);
    const scans = new Map([
      ...(await scansOf(ports, repository, found.images)),
      // Differs from ECR: which tells nothing of an index.
      ...(await indexScansOf(ports, repository, found.images)),
    ]);
    return {
      imageDetails: found.images.map((image) =>
        imageDetail(repository, image, scans.get(image.digest)),
      ),
      nextToken: found.nextToken,
    };
  },
});

interface Found {
  readonly images: readonly ImageWithTags[];
  readonly nextToken?: string | undefined;
}

async function named(
  ports: Ports,
  registry: Registry,
  input: Input,
  imageIds: NonNullable<Input["imageIds"]>,
): Promise<Found> {
  if (input.nextToken !== undefined) {
    throw invalidParameter("nextToken", "nextToken can't be set when imageIds is set");
  }
  if (input.maxResults !== undefined) {
    throw invalidParameter("maxResults", "maxResults can't be set when imageIds is set");
  }
  const tagged = taggedOnly(input.filter);
  const images = new Map<Digest, ImageWithTags>();
  for (const raw of imageIds) {
    const malformed = checkImageId(raw);
    if (malformed !== undefined) {
      throw new RegistryError("InvalidParameter", malformed.failureReason);
    }
    const id = {
      digest: raw.imageDigest as Digest | undefined,
      tag: raw.imageTag as Tag | undefined,
    };
    const image = await describeImage(ports, registry, input.repositoryName, id);
    if (tagged === undefined || tagged === image.tags.length > 0) images.set(image.digest, image);
  }
  const { imageStatus } = input.filter;
  return { images: [...images.values()].filter(({ state }) => passes(imageStatus, state)) };
}

async function page(ports: Ports, registry: Registry, input: Input): Promise<Found> {
  const { repositoryName: name, filter } = input;
  const listing = {
    operation: "DescribeImages",
    registry,
    narrowedBy: [name, filter.tagStatus, filter.imageStatus],
  };
  const after = openPosition(ports, listing, input.nextToken) as Digest | undefined;
  const { items, more, last } = await readPage<ImageWithTags, Digest>({
    after,
    size: input.maxResults ?? limits.pageDefault,
    fetch: (request) =>
      describePage(ports, registry, name, request, {
        tagged: taggedOnly(filter),
        states: statesOf(filter.imageStatus),
      }),
    key: (image) => image.digest,
    // An image may have a thousand tags, so a page counts them too.
    weigh: (image) => image.tags.length,
    weightLimit: limits.pageTags,
    atOnce: 50,
  });
  const next = more && last !== undefined ? sealPosition(ports, listing, last) : undefined;
  return { images: items, nextToken: next };
}

/** Without scan members where nothing was scanned, as in ECR. */
function imageDetail(
  { registry, name }: Repository,
  image: ImageWithTags,
  scan: ImageScan | undefined,
): Wire<ImageDetail> {
  return {
    registryId: registry.account,
    repositoryName: name,
    imageDigest: image.digest,
    imageTags: image.tags.length > 0 ? image.tags : undefined,
    imageSizeInBytes: image.sizeBytes,
    imagePushedAt: epochSeconds(image.pushedAt),
    imageScanStatus: scan && scanStatusAnswer(image, scan),
    imageScanFindingsSummary: scanSummaryAnswer(scan),
    imageManifestMediaType: image.mediaType,
    artifactMediaType: image.artifactType ?? image.configMediaType,
    lastRecordedPullTime: image.pulledAt === undefined ? undefined : epochSeconds(image.pulledAt),
    subjectManifestDigest: image.subject,
    imageStatus: image.state,
    lastArchivedAt: image.archivedAt === undefined ? undefined : epochSeconds(image.archivedAt),
    lastActivatedAt: image.activatedAt === undefined ? undefined : epochSeconds(image.activatedAt),
  };
}
