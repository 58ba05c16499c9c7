import type {
  ReplicationConfiguration as Answer,
  ReplicationDestination,
} from "@aws-sdk/client-ecr";
import { z } from "zod";
import type { Region, Registry } from "../../registry/names.ts";
import type { ReplicationConfiguration } from "../../registry/replication/replication-configuration.ts";
import { replicationLimits } from "../../registry/replication/replication-limits.ts";
import { accountId } from "./shapes.ts";
import type { Wire } from "./wire.ts";

const regionPattern = /^[0-9a-z-]{2,25}$/;
// ECR's own pattern, written so that it is matched in linear time.
const prefixPattern = /^(?:[a-z0-9][a-z0-9._-]*\/)*[a-z0-9._-]*$/;

const region = z
  .string()
  .regex(regionPattern, { message: "must satisfy regular expression '[0-9a-z-]{2,25}'" })
  .transform((text) => text as Region);

/** How names of repositories begin. */
export const repositoryPrefix = z
  .string()
  .min(2)
  .max(replicationLimits.filterCharacters)
  .regex(prefixPattern, {
    message:
      "must satisfy regular expression '^(?:[a-z0-9]+(?:[._-][a-z0-9]*)*/)*[a-z0-9]*(?:[._-][a-z0-9]*)*$'",
  });

export const replicationDestination = z.object({ region, registryId: accountId });

const rule = z.object({
  destinations: z.array(replicationDestination).max(replicationLimits.destinationsPerRule),
  repositoryFilters: z
    .array(
      z.object({
        filter: repositoryPrefix,
        filterType: z.enum(["PREFIX_MATCH"]),
      }),
    )
    .min(1)
    .max(replicationLimits.filtersPerRule)
    .optional(),
});

export const replicationConfigurationInput = z
  .object({ rules: z.array(rule).max(replicationLimits.rules) })
  .transform(
    ({ rules }): ReplicationConfiguration => ({
      rules: rules.map(({ destinations, repositoryFilters = [] }) => ({
        destinations: destinations.map(destinationOf),
        prefixes: repositoryFilters.map(({ filter }) => filter),
      })),
    }),
  );

export function destinationOf({
  region: of,
  registryId: account,
}: z.output<typeof replicationDestination>): Registry {
  return { account, region: of };
}

export function destinationAnswer({ account, region: of }: Registry) {
  return { region: of, registryId: account } satisfies Wire<ReplicationDestination>;
}

export function replicationAnswer({ rules }: ReplicationConfiguration): Wire<Answer> {
  return {
    rules: rules.map(({ destinations, prefixes }) => ({
      destinations: destinations.map(destinationAnswer),
      ...(prefixes.length === 0
        ? {}
        : {
            repositoryFilters: prefixes.map((filter) => ({
              filter,
              filterType: "PREFIX_MATCH" as const,
            })),
          }),
    })),
  };
}
