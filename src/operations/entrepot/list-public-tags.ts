import { limits } from "../../registry/limits.ts";
import type { Tag } from "../../registry/names.ts";
import { listTagDetails, type TagDetail } from "../../registry/public/tag-details.ts";
import { maxResults, nextToken, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { aliasName, publicRepositoryName } from "../ecr-public/shapes.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { galleryRepository, galleryResource } from "./gallery-resource.ts";

export interface PublicTagAnswer {
  readonly imageTag: string;
  readonly imageDigest: string;
  readonly imageSizeInBytes: number;
  readonly imageManifestMediaType: string;
  readonly artifactMediaType?: string | undefined;
  /** When the tag was set, and its image pushed. Seconds since the epoch. */
  readonly createdAt: number;
  readonly imagePushedAt: number;
}

/** The tags of a public repository, for everybody. */
export const listPublicTags = operation("entrepot:ListPublicTags", {
  input: request({
    registryAlias: aliasName,
    repositoryName: publicRepositoryName,
    nextToken,
    maxResults,
  }),
  resource: galleryResource,
  action: null,
  access: "List",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  isAnonymous: true,
  async handle(
    input,
    context,
  ): Promise<{ tags: PublicTagAnswer[]; nextToken?: string | undefined }> {
    const { ports } = context;
    const repository = await galleryRepository(context, input);
    const listing = {
      ...{ operation: "ListPublicTags", registry: repository.registry },
      narrowedBy: [repository.name],
    };
    const { items, more, last } = await readPage<TagDetail, Tag>({
      after: openPosition(ports, listing, input.nextToken) as Tag | undefined,
      size: input.maxResults ?? limits.pageDefault,
      fetch: (page) => listTagDetails(ports, repository, page),
      key: ({ tag }) => tag,
      atOnce: 50,
    });
    return {
      tags: items.flatMap((detail) => tagAnswer(detail) ?? []),
      nextToken: more && last !== undefined ? sealPosition(ports, listing, last) : undefined,
    };
  },
});

function tagAnswer({ tag, image, setAt }: TagDetail): PublicTagAnswer | undefined {
  return (
    image && {
      imageTag: tag,
      imageDigest: image.digest,
      imageSizeInBytes: image.sizeBytes,
      imageManifestMediaType: image.mediaType,
      artifactMediaType: image.artifactType ?? image.configMediaType,
      createdAt: epochSeconds(setAt),
      imagePushedAt: epochSeconds(image.pushedAt),
    }
  );
}
