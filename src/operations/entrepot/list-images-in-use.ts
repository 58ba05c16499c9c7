import { registryOf } from "../../registry/identity/principal.ts";
import type { ImageUse, ImageUsePosition } from "../../registry/images-in-use/image-use.ts";
import { limits } from "../../registry/limits.ts";
import type { Digest } from "../../registry/names.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { maxResults, nextToken, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";

export interface ImageInUse {
  readonly imageDigest: string;
  readonly reporter: string;
  readonly reportedAt: number;
  readonly expiresAt: number;
}

/** What is said to be in use in a repository, and by whom: by image, then by reporter. */
export const listImagesInUse = operation("entrepot:ListImagesInUse", {
  input: request({ registryId, repositoryName, maxResults, nextToken }),
  resource: repositoryResource,
  access: "List",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(
    input,
    { ports, caller },
  ): Promise<{ imagesInUse: ImageInUse[]; nextToken?: string }> {
    const registry = registryOf(caller, input.registryId);
    const repository = await findRepository(ports, registry, input.repositoryName);
    const narrowedBy = [input.repositoryName];
    const listing = { operation: "ListImagesInUse", registry, narrowedBy };
    const start = openPosition(ports, listing, input.nextToken);
    const now = ports.clock.now();
    const page = await readPage<ImageUse, ImageUsePosition>({
      after: start === undefined ? undefined : toPosition(start),
      size: input.maxResults ?? limits.pageDefault,
      fetch: (part) => ports.metadata.inUse.list(repository, part, now),
      key: ({ digest, reporter }) => ({ digest, reporter }),
    });
    return {
      imagesInUse: page.items.map(({ digest, reporter, reportedAt, expiresAt }) => ({
        ...{ imageDigest: digest, reporter },
        ...{ reportedAt: epochSeconds(reportedAt), expiresAt: epochSeconds(expiresAt) },
      })),
      ...(page.more && page.last !== undefined
        ? { nextToken: sealPosition(ports, listing, toText(page.last)) }
        : {}),
    };
  },
});

// Neither holds a space.
function toText({ digest, reporter }: ImageUsePosition): string {
  return `${digest} ${reporter}`;
}

function toPosition(text: string): ImageUsePosition {
  const [digest, reporter] = text.split(" ") as [Digest, string];
  return { digest, reporter };
}
