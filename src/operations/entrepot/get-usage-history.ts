import { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import { invalidParameter } from "../../registry/errors.ts";
import { type Caller, registryOf } from "../../registry/identity/principal.ts";
import type { AccountId, RepositoryName } from "../../registry/names.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import {
  type UsageCounter,
  type UsageLevel,
  type UsageRange,
  type UsageRepository,
  type UsageScope,
  usageCounters,
  usageLevels,
  wholeRegistry,
} from "../../registry/usage/usage.ts";
import {
  type UsageHistory,
  usageHistory,
  wholePeriods,
} from "../../registry/usage/usage-history.ts";
import { usageLimits } from "../../registry/usage/usage-limits.ts";
import { registryResource, repositoryResource } from "../ecr/resource.ts";
import { nextToken, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";

interface Series {
  readonly metricName: UsageCounter | UsageLevel;
  /** Counters are summed over a period, of what is there it is the average. */
  readonly statistic: "Sum" | "Average";
  /** Periods without any are left out. */
  readonly points: readonly { readonly timestamp: number; readonly value: number }[];
}

interface History {
  /** Both absent for the registry as a whole. */
  readonly repositoryName?: RepositoryName;
  /** Which of those that had the name, one after the other. */
  readonly repositoryId?: string;
  readonly metrics: readonly Series[];
}

interface UsageAnswer {
  readonly period: "hour" | "day";
  /** Of whole periods. Epoch seconds. */
  readonly startTime: number;
  readonly endTime: number;
  readonly histories: readonly History[];
  readonly nextToken?: string;
}

const metric = z.enum([...usageCounters, ...usageLevels]);
const time = z.int().min(0).max(4_102_444_800);

/**
 * What was used of a repository, or without a name of the registry as a whole, by hour (kept for 14
 * days) or day (800 days) of UTC. A name may stand for several repositories, of which all but one are
 * deleted: each has a history of its own, some of them on a page.
 */
export const getUsageHistory = operation("entrepot:GetUsageHistory", {
  input: request({
    registryId,
    repositoryName: repositoryName.optional(),
    metricNames: z.array(metric).min(1).max(metric.options.length).optional(),
    period: z.enum(["hour", "day"]),
    startTime: time,
    endTime: time,
    nextToken,
  }),
  resource: ({ registryId, repositoryName }, caller) =>
    repositoryName === undefined
      ? registryResource(undefined, caller)
      : repositoryResource({ registryId, repositoryName }, caller),
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, caller }): Promise<UsageAnswer> {
    const { period } = input;
    const given = { from: input.startTime * 1000, to: input.endTime * 1000 };
    const range = wholePeriods(period, given);
    const wanted = new Set(input.metricNames ?? metric.options);
    const page = await scopesOf(ports, caller, input);
    const histories: History[] = [];
    for (const scope of page.scopes) {
      const history = await usageHistory(ports, scope, period, range);
      const { name, repository } = scope;
      histories.push({
        ...(name === undefined ? {} : { repositoryName: name, repositoryId: repository }),
        metrics: seriesOf(history, wanted),
      });
    }
    return { period, ...timesOf(range), histories, ...page.next };
  },
});

type AskedScope = UsageScope & { readonly name?: UsageRepository["name"] };

interface Asked {
  readonly registryId?: AccountId | undefined;
  readonly repositoryName?: RepositoryName | undefined;
  readonly nextToken?: string | undefined;
}

/** @throws RepositoryNotFound where none has or had the name, as far as it is known */
async function scopesOf(
  ports: Pick<Ports, "metadata" | "keys">,
  caller: Caller,
  { registryId, repositoryName: name, nextToken }: Asked,
): Promise<{ scopes: readonly AskedScope[]; next: { readonly nextToken?: string } }> {
  const registry = registryOf(caller, name === undefined ? undefined : registryId);
  const listing = { operation: "GetUsageHistory", registry, narrowedBy: [name] };
  const after = openPosition(ports, listing, nextToken);
  if (name === undefined) {
    if ((registryId ?? registry.account) !== registry.account) {
      throw invalidParameter("registryId", "Of another account's registry, name a repository");
    }
    return { scopes: [{ registry, repository: wholeRegistry }], next: {} };
  }
  const limit = usageLimits.historiesPerAnswer + 1;
  const found = await ports.metadata.usage.repositories.named(registry, name, { after, limit });
  if (found.length === 0 && after === undefined) {
    const unused = await findRepository(ports, registry, name);
    return { scopes: [{ registry, repository: unused.id, name }], next: {} };
  }
  const scopes = found.slice(0, usageLimits.historiesPerAnswer);
  const last = scopes.at(-1);
  if (found.length < limit || last === undefined) return { scopes, next: {} };
  return { scopes, next: { nextToken: sealPosition(ports, listing, last.repository) } };
}

function seriesOf({ buckets, averages }: UsageHistory, wanted: ReadonlySet<string>): Series[] {
  const sums = usageCounters.map((metricName): Series => {
    const points = buckets.flatMap(({ at, counts }) =>
      counts[metricName] === 0 ? [] : [{ timestamp: epochSeconds(at), value: counts[metricName] }],
    );
    return { metricName, statistic: "Sum", points };
  });
  const means = usageLevels.map((metricName): Series => {
    const points = averages.map(({ at, levels }) => ({
      timestamp: epochSeconds(at),
      value: levels[metricName],
    }));
    return { metricName, statistic: "Average", points };
  });
  return [...sums, ...means].filter(({ metricName }) => wanted.has(metricName));
}

function timesOf({ from, to }: UsageRange): { startTime: number; endTime: number } {
  return { startTime: epochSeconds(from), endTime: epochSeconds(to) };
}
