import type {
  DescribeImageTagsRequest,
  DescribeImageTagsResponse,
} from "@aws-sdk/client-ecr-public";
import { limits } from "../../registry/limits.ts";
import type { Tag } from "../../registry/names.ts";
import { listTagDetails, type TagDetail } from "../../registry/public/tag-details.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { type Members, maxResults, nextToken, registryId, request } from "../ecr/shapes.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { imageAnswer } from "./answers.ts";
import { inRepository, repositoryOf } from "./resource.ts";
import { publicRepositoryName } from "./shapes.ts";

/** The tags of a public repository, each with when it was set last and what it names. */
export const describeImageTags = operation("ecr-public:DescribeImageTags", {
  input: request({
    registryId,
    repositoryName: publicRepositoryName,
    nextToken,
    maxResults,
  } satisfies Members<DescribeImageTagsRequest>),
  resource: inRepository("DescribeImageTags"),
  access: "List",
  errors: ["InvalidParameter", "RepositoryNotFound", "UnsupportedCommand"],
  async handle(input, context): Promise<Wire<DescribeImageTagsResponse>> {
    const { ports } = context;
    const { registry, name } = repositoryOf(context);
    const repository = await findRepository(ports, registry, name);
    const listing = { operation: "ecr-public:DescribeImageTags", registry, narrowedBy: [name] };
    const { items, more, last } = await readPage<TagDetail, Tag>({
      after: openPosition(ports, listing, input.nextToken) as Tag | undefined,
      size: input.maxResults ?? limits.pageDefault,
      fetch: (page) => listTagDetails(ports, repository, page),
      key: ({ tag }) => tag,
      atOnce: 50,
    });
    return {
      imageTagDetails: items.flatMap(({ tag, setAt, image }) => {
        if (image === undefined) return [];
        const imageDetail = imageAnswer(image);
        return [{ imageTag: tag, createdAt: epochSeconds(setAt), imageDetail }];
      }),
      nextToken: more && last !== undefined ? sealPosition(ports, listing, last) : undefined,
    };
  },
});
