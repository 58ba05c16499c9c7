import { z } from "zod";
import { publicOrigin } from "../../registry/deployment.ts";
import { invalidParameter } from "../../registry/errors.ts";
import { limits } from "../../registry/limits.ts";
import { architectures, artifactKinds, operatingSystems } from "../../registry/public/facets.ts";
import { galleryLimits } from "../../registry/public/gallery-limits.ts";
import { publicRegistryOf } from "../../registry/public/public-registry.ts";
import { searchGallery } from "../../registry/public/search.ts";
import { nextToken, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import {
  type GalleryFacetsAnswer,
  type GalleryRepositoryAnswer,
  galleryAnswer,
} from "./gallery-answer.ts";
import { galleryResource } from "./gallery-resource.ts";

const chosen = <Value extends string>(values: readonly Value[]) =>
  z
    .array(z.enum(values as readonly [Value, ...Value[]]))
    .max(limits.batchItems)
    .optional();

export interface SearchAnswer {
  readonly repositories: readonly GalleryRepositoryAnswer[];
  readonly totalCount: number;
  readonly isComplete: boolean;
  readonly facets: GalleryFacetsAnswer;
  readonly nextToken?: string | undefined;
}

/**
 * Public repositories of all accounts that have the words, and of each facet one of the values. For
 * everybody: nothing that is not in the gallery is looked at.
 */
export const searchPublicRepositories = operation("entrepot:SearchPublicRepositories", {
  input: request({
    query: z.string().max(galleryLimits.queryCharacters).default(""),
    verified: z.boolean().optional(),
    operatingSystems: chosen(operatingSystems),
    architectures: chosen(architectures),
    kinds: chosen(artifactKinds),
    sortBy: z.enum(["RELEVANCE", "PULLS"]).default("RELEVANCE"),
    nextToken,
    maxResults: z.int().min(1).max(galleryLimits.pageMaximum).optional(),
  }),
  resource: galleryResource,
  action: null,
  access: "List",
  errors: ["InvalidParameter"],
  isAnonymous: true,
  async handle(input, { ports, deployment }): Promise<SearchAnswer> {
    const { query, verified, kinds, sortBy: order } = input;
    const facets = {
      ...{ verified, kind: kinds },
      ...{ operatingSystem: input.operatingSystems, architecture: input.architectures },
    };
    const listing = {
      operation: "SearchPublicRepositories",
      registry: publicRegistryOf(deployment.account),
      narrowedBy: [query, order, JSON.stringify(facets)],
    };
    const offset = Number(openPosition(ports, listing, input.nextToken) ?? 0);
    if (offset >= galleryLimits.deepest) throw invalidParameter("nextToken", "Invalid token");
    const limit = input.maxResults ?? galleryLimits.pageDefault;
    const found = await searchGallery(ports, { text: query, facets, order, offset, limit });
    const origin = publicOrigin(deployment);
    return {
      repositories: found.entries.map((entry) => galleryAnswer(origin, entry)),
      totalCount: found.total,
      isComplete: found.isWhole,
      facets: { ...found.counts, verified: found.counts.verified.verified },
      nextToken: found.more ? sealPosition(ports, listing, String(offset + limit)) : undefined,
    };
  },
});
