import type { ImageIdentifier, ListImagesRequest, ListImagesResponse } from "@aws-sdk/client-ecr";
import type { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { describeImages, listTags } from "../../registry/images/list-images.ts";
import { limits } from "../../registry/limits.ts";
import type { Digest, Registry, Tag } from "../../registry/names.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { imageFilter, statesOf } from "./image-filter.ts";
import { repositoryResource } from "./resource.ts";
import {
  type Members,
  maxResults,
  nextToken,
  registryId,
  repositoryName,
  request,
} from "./shapes.ts";
import type { Wire } from "./wire.ts";

const input = request({
  registryId,
  repositoryName,
  nextToken,
  maxResults,
  filter: imageFilter,
} satisfies Members<ListImagesRequest>);
type Input = z.output<typeof input>;

/** One entry for each tag, then one for each image without any. */
export const listImages = operation("ecr:ListImages", {
  input,
  resource: repositoryResource,
  access: "List",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, caller }): Promise<Wire<ListImagesResponse>> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name, filter } = input;
    await findRepository(ports, registry, name);
    const listing = {
      operation: "ListImages",
      registry,
      narrowedBy: [name, filter.tagStatus, filter.imageStatus],
    };
    const start = openPosition(ports, listing, input.nextToken);
    const { imageIds, next } = await page(ports, registry, input, start);
    return { imageIds, nextToken: next && sealPosition(ports, listing, next) };
  },
});

// A position is where the listing stands in either of its two parts: "tag <tag>" in that of the tags,
// "untagged <digest>" in that of the images without one, where no digest means its beginning.
const inTags = "tag ";
const inUntagged = "untagged ";

interface Page {
  readonly imageIds: Wire<ImageIdentifier>[];
  readonly next: string | undefined;
}

async function page(
  ports: Ports,
  registry: Registry,
  input: Input,
  start: string | undefined,
): Promise<Page> {
  const { repositoryName: name, filter } = input;
  const size = input.maxResults ?? limits.pageDefault;
  const imageIds: Wire<ImageIdentifier>[] = [];
  const states = statesOf(filter.imageStatus);
  if (filter.tagStatus !== "UNTAGGED" && !start?.startsWith(inUntagged)) {
    const tags = await readPage<{ tag: Tag; digest: Digest }, Tag>({
      after: start?.slice(inTags.length) as Tag | undefined,
      size,
      fetch: (request) => listTags(ports, registry, name, request, { states }),
      key: ({ tag }) => tag,
    });
    for (const { tag, digest } of tags.items) imageIds.push({ imageDigest: digest, imageTag: tag });
    if (tags.more) return { imageIds, next: `${inTags}${tags.last}` };
  }
  if (filter.tagStatus === "TAGGED") return { imageIds, next: undefined };

  const after = start?.startsWith(inUntagged) ? start.slice(inUntagged.length) : "";
  const untagged = await readPage<{ digest: Digest }, Digest>({
    after: after === "" ? undefined : (after as Digest),
    size: size - imageIds.length,
    fetch: (request) => describeImages(ports, registry, name, request, { tagged: false, states }),
    key: ({ digest }) => digest,
  });
  for (const { digest } of untagged.items) imageIds.push({ imageDigest: digest });
  const next = untagged.more ? `${inUntagged}${untagged.last ?? ""}` : undefined;
  return { imageIds, next };
}
