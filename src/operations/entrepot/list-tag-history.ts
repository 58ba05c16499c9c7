import { registryOf } from "../../registry/identity/principal.ts";
import type { TagEvent } from "../../registry/images/image.ts";
import { limits } from "../../registry/limits.ts";
import { parseTag } from "../../registry/names.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import {
  imageTag,
  maxResults,
  nextToken,
  registryId,
  repositoryName,
  request,
} from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";

interface TagHistory {
  readonly imageTag: string;
  readonly moves: readonly {
    /** Where it pointed from then on; absent: it was removed. */
    readonly imageDigest?: string;
    readonly movedAt: number;
  }[];
  readonly nextToken?: string;
}

/** Where a tag pointed, the newest first. RestoreTag points it back. */
export const listTagHistory = operation("entrepot:ListTagHistory", {
  input: request({ registryId, repositoryName, imageTag, nextToken, maxResults }),
  resource: repositoryResource,
  conditions: ({ imageTag: tag }) => imageTagConditions([tag]),
  access: "List",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, caller }): Promise<TagHistory> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name } = input;
    const tag = parseTag(input.imageTag);
    const repository = await findRepository(ports, registry, name);
    const listing = { operation: "ListTagHistory", registry, narrowedBy: [name, tag] };
    const start = openPosition(ports, listing, input.nextToken);
    const { items, more, last } = await readPage<TagEvent, number>({
      after: start === undefined ? undefined : Number(start),
      size: input.maxResults ?? limits.pageDefault,
      fetch: (page) => ports.metadata.tags.history(repository, tag, page),
      key: ({ sequence }) => sequence,
    });
    return {
      imageTag: tag,
      moves: items.map(({ digest, at }) => ({
        ...(digest === undefined ? {} : { imageDigest: digest }),
        movedAt: epochSeconds(at),
      })),
      ...(more && last !== undefined
        ? { nextToken: sealPosition(ports, listing, String(last)) }
        : {}),
    };
  },
});
