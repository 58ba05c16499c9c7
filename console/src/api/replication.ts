/** Where images are copied to, how far that is, and copies of what was there before. */
import type { describeRegistry } from "../../../src/operations/ecr/describe-registry.ts";
import type { describeReplicationBackfillResults } from "../../../src/operations/ecr/describe-replication-backfill-results.ts";
import type { listReplicationBackfills } from "../../../src/operations/ecr/list-replication-backfills.ts";
import type { describeReplication } from "../../../src/operations/entrepot/describe-replication.ts";
import type { getReplicationOptions } from "../../../src/operations/entrepot/get-replication-options.ts";
import { call } from "./call.ts";
import { type AnswerOf, ask } from "./own.ts";

export interface Destination {
  readonly region: string;
  readonly registryId: string;
}

export interface Rule {
  readonly destinations: readonly Destination[];
  /** How names begin; every name without any. */
  readonly prefixes: readonly string[];
}

export type Standing = AnswerOf<typeof describeReplication>["destinations"][number];
export type Backfills = AnswerOf<typeof listReplicationBackfills>;
export type Backfill = NonNullable<Backfills["backfills"]>[number];
export type BackfillResults = AnswerOf<typeof describeReplicationBackfillResults>;
export type BackfillResult = NonNullable<BackfillResults["results"]>[number];

interface Token {
  readonly nextToken?: string;
}

export async function replicationRules(signal: AbortSignal): Promise<readonly Rule[]> {
  const { replicationConfiguration: told } = await call<AnswerOf<typeof describeRegistry>>(
    ...(["ecr", "DescribeRegistry", {}, signal] as const),
  );
  return (told?.rules ?? []).map(({ destinations = [], repositoryFilters = [] }) => ({
    destinations: destinations.map(({ region = "", registryId = "" }) => ({ region, registryId })),
    prefixes: repositoryFilters.map(({ filter = "" }) => filter),
  }));
}

export async function replicationStanding(signal: AbortSignal): Promise<readonly Standing[]> {
  const told = await ask("DescribeReplication", {}, signal);
  return told.destinations;
}

/** As the API takes rules. */
export function configurationOf(rules: readonly Rule[]) {
  return {
    rules: rules.map(({ destinations, prefixes }) => ({
      destinations,
      ...(prefixes.length > 0 && {
        repositoryFilters: prefixes.map((filter) => ({ filter, filterType: "PREFIX_MATCH" })),
      }),
    })),
  };
}

export function putRules(rules: readonly Rule[]): Promise<object> {
  const replicationConfiguration = configurationOf(rules);
  return call("ecr", "PutReplicationConfiguration", { replicationConfiguration });
}

export type ReplicationOption = AnswerOf<typeof getReplicationOptions>["options"][number];

/** What goes along with copies, of all destinations. */
export async function replicationOptions(
  signal?: AbortSignal,
): Promise<readonly ReplicationOption[]> {
  return (await ask("GetReplicationOptions", {}, signal)).options;
}

/** Refused where by now there are others than those to replace. */
export function putReplicationOptions(
  options: readonly ReplicationOption[],
  replacing: readonly ReplicationOption[],
): Promise<object> {
  return ask("PutReplicationOptions", { options, replacing });
}

export function listBackfills(token: Token, signal: AbortSignal): Promise<Backfills> {
  return call("ecr", "ListReplicationBackfills", { maxResults: 20, ...token }, signal);
}

export function startBackfill(destination: Destination): Promise<object> {
  return call("ecr", "StartReplicationBackfill", { destination });
}

export function stopBackfill(replicationBackfillId: string): Promise<object> {
  return call("ecr", "StopReplicationBackfill", { replicationBackfillId });
}

/** What could not be copied. */
export function failedResults(
  replicationBackfillId: string,
  token: Token,
  signal: AbortSignal,
): Promise<BackfillResults> {
  const input = { replicationBackfillId, resultStatusFilter: "FAILED", maxResults: 50, ...token };
  return call("ecr", "DescribeReplicationBackfillResults", input, signal);
}

export function isSame(one: Partial<Destination>, other: Partial<Destination>): boolean {
  return one.region === other.region && one.registryId === other.registryId;
}
