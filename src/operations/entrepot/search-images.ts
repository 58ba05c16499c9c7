import { z } from "zod";
import { type ImageFilter, imageKinds, imageSorts } from "../../ports/search-store.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import type { Digest } from "../../registry/names.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { scanningConfiguration } from "../../registry/scanning/scanning-configuration.ts";
import { severities } from "../../registry/scanning/severity/severity.ts";
import { severityRank } from "../../registry/scanning/severity/severity-rank.ts";
import { foldImages } from "../../registry/search/fold-images.ts";
import { searchLimits } from "../../registry/search/search-limits.ts";
import { repositoryResource } from "../ecr/resource.ts";
import {
  imageTag,
  nextToken,
  registryId,
  repositoryName,
  request,
  tagStatus,
} from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type ImageRow, imageRowAnswer } from "./image-row-answer.ts";
import { openSearchPosition, sealSearchPosition, searchPageDefault } from "./search-page.ts";

interface Answer {
  readonly registryId: string;
  readonly repositoryName: string;
  /** Of all pages. */
  readonly totalCount: number;
  readonly images: readonly ImageRow[];
  readonly nextToken?: string;
}

/**
 * The images of a repository as a screen lists them: one row for each that stands for itself, with what an
 * index lists and what is attached folded under it; filtered, sorted and counted by the server.
 */
export const searchImages = operation("entrepot:SearchImages", {
  input: request({
    registryId,
    repositoryName,
    tagStatus: tagStatus.default("ANY"),
    imageStatus: z
      .array(z.enum(["ACTIVE", "ARCHIVED", "ACTIVATING"]))
      .min(1)
      .max(3)
      .optional(),
    held: z.boolean().optional(),
    kind: z.enum(imageKinds).optional(),
    tagWord: imageTag.optional(),
    digestPrefix: z
      .string()
      .regex(/^sha(256|512):[a-f0-9]{1,128}$/)
      .optional(),
    minimumSeverity: z.enum(severities).optional(),
    sortBy: z.enum(imageSorts).default("PUSHED"),
    sortOrder: z.enum(["ASCENDING", "DESCENDING"]).default("DESCENDING"),
    maxResults: z.int().min(1).max(searchLimits.imagesPerPage).default(searchPageDefault),
    nextToken,
  }),
  resource: repositoryResource,
  access: "List",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, caller }): Promise<Answer> {
    const { repositoryName: name, sortBy, sortOrder, maxResults: size } = input;
    const registry = registryOf(caller, input.registryId);
    const repository = await findRepository(ports, registry, name);
    const { type } = await scanningConfiguration(ports, registry);
    const filter: ImageFilter = {
      tagged: input.tagStatus === "ANY" ? undefined : input.tagStatus === "TAGGED",
      ...{ states: input.imageStatus, isHeld: input.held, kind: input.kind },
      ...{ tagWord: input.tagWord, digestPrefix: input.digestPrefix },
      worstAtLeast: input.minimumSeverity && severityRank(input.minimumSeverity),
    };
    const narrowedBy = [name, JSON.stringify([filter, sortBy, sortOrder])];
    const listing = { operation: "SearchImages", registry, narrowedBy };
    const { search } = ports.metadata;
    const found = await search.images(repository, type, filter, {
      ...{ sort: sortBy, descending: sortOrder === "DESCENDING", limit: size + 1 },
      after: openSearchPosition<Digest>(ports, listing, input.nextToken),
    });
    const page = found.slice(0, size);
    const last = page.at(-1);
    return {
      ...{ registryId: registry.account, repositoryName: name },
      totalCount: await search.countImages(repository, type, filter),
      images: (await foldImages(ports, repository, page)).map(imageRowAnswer),
      ...(found.length > size &&
        last !== undefined && { nextToken: sealSearchPosition(ports, listing, last.position) }),
    };
  },
});
