import { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import {
  type FoundRepository,
  type RepositoryFilter,
  repositorySorts,
} from "../../ports/search-store.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { type Registry, type RepositoryName, repositoryArn } from "../../registry/names.ts";
import { RepositorySight } from "../../registry/policy/repository-sight.ts";
import { tagMutabilityModes } from "../../registry/repositories/repository.ts";
import { scanningConfiguration } from "../../registry/scanning/scanning-configuration.ts";
import { severities } from "../../registry/scanning/severity/severity.ts";
import { severityOfRank, severityRank } from "../../registry/scanning/severity/severity-rank.ts";
import { periodStart, usagePeriodMs } from "../../registry/usage/usage.ts";
import { repositoryAnswer } from "../ecr/repository-answer.ts";
import { maxResults, nextToken, registryId, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { openSearchPosition, sealSearchPosition, searchPageDefault } from "./search-page.ts";

const namePart = z
  .string()
  .min(1)
  .max(limits.repositoryNameCharacters)
  .regex(/^[a-z0-9._/-]+$/);

/** Days of which pulls are told; today is one of them. */
const pullDays = 30;

type RepositoryRow = ReturnType<typeof repositoryAnswer> & {
  readonly imageCount: number;
  /** Bytes of layers and manifests, each layer once. */
  readonly sizeInBytes: number;
  /** Of the last 30 days of UTC, as far as they are counted yet. */
  readonly recentPullCount: number;
  /** Epoch seconds; also of an image that is gone. */
  readonly lastPushedAt?: number;
  /** Of images that can be pulled; absent where nothing was found. */
  readonly worstSeverity?: string | undefined;
  /** By key. Absent where the caller may not ListTagsForResource. */
  readonly tags?: readonly { readonly Key: string; readonly Value: string }[];
};

interface Answer {
  readonly registryId: string;
  /** Of all pages. */
  readonly totalCount: number;
  readonly repositories: readonly RepositoryRow[];
  readonly nextToken?: string;
}

/**
 * The repositories of a registry as a screen lists them: filtered, sorted and counted by the server. Who
 * may list those of a prefix alone asks with it. A repository that a policy denies is left out of the
 * page; `totalCount` has it.
 */
export const searchRepositories = operation("entrepot:SearchRepositories", {
  input: request({
    registryId,
    prefix: namePart.optional(),
    word: namePart.optional(),
    imageTagMutability: z.array(z.enum(tagMutabilityModes)).min(1).max(4).optional(),
    encryptionTypes: z
      .array(z.enum(["AES256", "KMS", "KMS_DSSE"]))
      .min(1)
      .max(3)
      .optional(),
    kmsKey: z.string().min(1).max(2048).optional(),
    tags: z
      .array(z.object({ Key: z.string().max(128), Value: z.string().max(256).optional() }))
      .min(1)
      .max(10)
      .optional(),
    minimumSeverity: z.enum(severities).optional(),
    sortBy: z.enum(repositorySorts).default("NAME"),
    sortOrder: z.enum(["ASCENDING", "DESCENDING"]).default("ASCENDING"),
    maxResults,
    nextToken,
  }),
  resource({ registryId, prefix = "" }, caller) {
    const registry = registryOf(caller, registryId);
    return { arn: repositoryArn(registry, `${prefix}*`), account: registry.account, registry };
  },
  access: "List",
  errors: ["InvalidParameter"],
  async handle(input, { ports, deployment, caller }): Promise<Answer> {
    const registry = registryOf(caller, input.registryId);
    const { sortBy, sortOrder, maxResults: size = searchPageDefault } = input;
    const { type } = await scanningConfiguration(ports, registry);
    const filter: RepositoryFilter = {
      ...{ prefix: input.prefix, word: input.word, mutability: input.imageTagMutability },
      ...{ encryption: input.encryptionTypes, keyArn: input.kmsKey },
      resourceTags: input.tags?.map(({ Key, Value }) => ({ key: Key, value: Value })),
      worstAtLeast: input.minimumSeverity && severityRank(input.minimumSeverity),
    };
    const narrowedBy = [JSON.stringify([filter, sortBy, sortOrder])];
    const listing = { operation: "SearchRepositories", registry, narrowedBy };
    const { search } = ports.metadata;
    const found = await search.repositories(registry, type, filter, {
      ...{ sort: sortBy, descending: sortOrder === "DESCENDING", limit: size + 1 },
      after: openSearchPosition<RepositoryName>(ports, listing, input.nextToken),
    });
    const page = found.slice(0, size);
    const sight = new RepositorySight(ports, caller);
    const seen = await allowed(sight, "entrepot:SearchRepositories", page);
    const labelled = await allowed(sight, "ecr:ListTagsForResource", seen);
    const showsTags = new Set(labelled);
    const pulls = await recentPulls(ports, registry, seen);
    const last = page.at(-1);
    return {
      registryId: registry.account,
      totalCount: await search.countRepositories(registry, type, filter),
      repositories: seen.map((each) => ({
        ...repositoryAnswer(deployment, each.repository),
        ...foundAnswer(each),
        recentPullCount: pulls.get(each.repository.id) ?? 0,
        ...(showsTags.has(each) && { tags: tagsAnswer(each) }),
      })),
      ...(found.length > size &&
        last !== undefined && { nextToken: sealSearchPosition(ports, listing, last.position) }),
    };
  },
});

function foundAnswer({ repository, lastPushedAt, worst }: FoundRepository) {
  return {
    ...{ imageCount: repository.imageCount, sizeInBytes: repository.sizeBytes },
    ...(lastPushedAt !== undefined && { lastPushedAt: epochSeconds(lastPushedAt) }),
    ...(worst > 0 && { worstSeverity: severityOfRank(worst) }),
  };
}

function tagsAnswer({ resourceTags }: FoundRepository) {
  return resourceTags.map(({ key, value }) => ({ Key: key, Value: value }));
}

async function allowed(
  sight: RepositorySight,
  action: "entrepot:SearchRepositories" | "ecr:ListTagsForResource",
  found: readonly FoundRepository[],
): Promise<FoundRepository[]> {
  const decisions = await Promise.all(found.map(({ repository }) => sight.may(action, repository)));
  return found.filter((_, at) => decisions[at]);
}

async function recentPulls(
  ports: Ports,
  registry: Registry,
  found: readonly FoundRepository[],
): Promise<ReadonlyMap<string, number>> {
  const to = periodStart("day", ports.clock.now()) + usagePeriodMs.day;
  const range = { from: to - pullDays * usagePeriodMs.day, to };
  const ids = found.map(({ repository }) => repository.id);
  const sums = await ports.metadata.usage.counts.sums(registry, "day", range, ids);
  return new Map(sums.map(({ repository, counts }) => [repository, counts.pulls]));
}
