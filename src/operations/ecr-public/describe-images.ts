import type {
  DescribeImagesRequest,
  DescribeImagesResponse,
  ImageDetail,
} from "@aws-sdk/client-ecr-public";
import type { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import type { ImageWithTags } from "../../registry/images/image.ts";
import {
  activeOnly,
  describeImage,
  describeImages as describePage,
} from "../../registry/images/list-images.ts";
import { limits } from "../../registry/limits.ts";
import type { Digest, Registry, RepositoryName } from "../../registry/names.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { namedImage } from "../ecr/image-id.ts";
import {
  imageIdentifiers,
  type Members,
  maxResults,
  nextToken,
  registryId,
  request,
} from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { imageAnswer } from "./answers.ts";
import { inRepository, repositoryOf, requireNoPaging } from "./resource.ts";
import { publicRepositoryName } from "./shapes.ts";

const input = request({
  registryId,
  repositoryName: publicRepositoryName,
  imageIds: imageIdentifiers.optional(),
  nextToken,
  maxResults,
} satisfies Members<DescribeImagesRequest>);
type Input = z.output<typeof input>;

/** The named images, all of them or none, or a page of the repository's; one entry per digest. */
export const describeImages = operation("ecr-public:DescribeImages", {
  input,
  resource: inRepository("DescribeImages"),
  access: "List",
  errors: ["InvalidParameter", "RepositoryNotFound", "ImageNotFound", "UnsupportedCommand"],
  async handle(input, context): Promise<Wire<DescribeImagesResponse>> {
    const { ports } = context;
    const { registry, name } = repositoryOf(context);
    await findRepository(ports, registry, name);
    const found =
      input.imageIds === undefined
        ? await page(ports, registry, name, input)
        : { images: await named(ports, registry, name, input) };
    return {
      imageDetails: found.images.map((image) => detail(registry, name, image)),
      nextToken: found.nextToken,
    };
  },
});

async function named(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  input: Input,
): Promise<ImageWithTags[]> {
  requireNoPaging("imageIds", input);
  const images = new Map<Digest, ImageWithTags>();
  for (const imageId of input.imageIds ?? []) {
    const image = await describeImage(ports, registry, name, namedImage(imageId));
    images.set(image.digest, image);
  }
  return [...images.values()];
}

interface Page {
  readonly images: readonly ImageWithTags[];
  readonly nextToken?: string | undefined;
}

async function page(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  input: Input,
): Promise<Page> {
  const listing = { operation: "ecr-public:DescribeImages", registry, narrowedBy: [name] };
  const { items, more, last } = await readPage<ImageWithTags, Digest>({
    after: openPosition(ports, listing, input.nextToken) as Digest | undefined,
    size: input.maxResults ?? limits.pageDefault,
    fetch: (request) => describePage(ports, registry, name, request, { states: activeOnly }),
    key: (image) => image.digest,
    // An image may have a thousand tags, so a page counts them too.
    weigh: (image) => image.tags.length,
    weightLimit: limits.pageTags,
    atOnce: 50,
  });
  const next = more && last !== undefined ? sealPosition(ports, listing, last) : undefined;
  return { images: items, nextToken: next };
}

function detail(registry: Registry, name: RepositoryName, image: ImageWithTags): Wire<ImageDetail> {
  return {
    registryId: registry.account,
    repositoryName: name,
    imageTags: image.tags.length > 0 ? image.tags : undefined,
    ...imageAnswer(image),
  };
}
