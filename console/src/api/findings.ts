/** What scans found in all images, asked for as Amazon Inspector is, and what is to be ignored of it. */
import type {
  FilterCriteria,
  ListCoverageRequest,
  ListFindingAggregationsRequest,
  ListFindingsRequest,
  SortCriteria,
} from "@aws-sdk/client-inspector2";
import type { Wire } from "../../../src/operations/ecr/wire.ts";
import type { findFixedTags } from "../../../src/operations/entrepot/find-fixed-tags.ts";
import type { listWaivers } from "../../../src/operations/entrepot/list-waivers.ts";
import type { searchFindings } from "../../../src/operations/entrepot/search-findings.ts";
import type { batchGetAccountStatus } from "../../../src/operations/inspector2/batch-get-account-status.ts";
import type { enable } from "../../../src/operations/inspector2/enable.ts";
import type { listCoverage } from "../../../src/operations/inspector2/list-coverage.ts";
import type { listCoverageStatistics } from "../../../src/operations/inspector2/list-coverage-statistics.ts";
import type { listFindingAggregations } from "../../../src/operations/inspector2/list-finding-aggregations.ts";
import type { listFindings } from "../../../src/operations/inspector2/list-findings.ts";
import { callPath } from "./call.ts";
import { type AnswerOf, ask, type InputOf } from "./own.ts";

type FindingsInput = Wire<ListFindingsRequest>;
export type Criteria = Wire<FilterCriteria>;
export type Sort = Wire<SortCriteria>;
/** With its priority where that was asked for. */
export type Finding = NonNullable<AnswerOf<typeof listFindings>["findings"]>[number] &
  Partial<Pick<AnswerOf<typeof searchFindings>["findings"][number], "priority" | "explanation">>;
export type FixedTag = AnswerOf<typeof findFixedTags>["fixedTags"][number];
export type Aggregations = AnswerOf<typeof listFindingAggregations>;
export type Group = NonNullable<Aggregations["responses"]>[number];
export type Covered = NonNullable<AnswerOf<typeof listCoverage>["coveredResources"]>[number];

export interface NewWaiver {
  readonly waiverName: string;
  readonly vulnerabilityId: string;
  readonly packageName?: string;
  readonly repositoryFilter: string;
  readonly reason: string;
  readonly owner: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

export type Waiver = AnswerOf<typeof listWaivers>["waivers"][number];

export function findings(input: FindingsInput, signal: AbortSignal) {
  return callPath<AnswerOf<typeof listFindings>>("inspector2", "/findings/list", input, signal);
}

export interface FindingPage {
  readonly findings?: readonly Finding[] | undefined;
  readonly nextToken?: string | undefined;
}

type UrgentInput = Pick<FindingsInput, "filterCriteria" | "maxResults" | "nextToken">;

/** The most urgent first, which is none of Inspector's orders. */
export function urgentFindings(input: UrgentInput, signal: AbortSignal): Promise<FindingPage> {
  // The SDK's criteria may leave out what they must have.
  return ask("SearchFindings", input as InputOf<"SearchFindings">, signal);
}

/** In which tag of each repository a vulnerability is gone. */
export async function fixedTags(
  vulnerabilityId: string,
  repositoryNames: readonly string[],
  signal: AbortSignal,
): Promise<readonly FixedTag[]> {
  const input = { vulnerabilityId, repositoryNames };
  return (await ask("FindFixedTags", input, signal)).fixedTags;
}

export function aggregations(
  input: Wire<ListFindingAggregationsRequest>,
  signal: AbortSignal,
): Promise<Aggregations> {
  return callPath("inspector2", "/findings/aggregation/list", input, signal);
}

export function coverage(input: Wire<ListCoverageRequest>, signal: AbortSignal) {
  return callPath<AnswerOf<typeof listCoverage>>("inspector2", "/coverage/list", input, signal);
}

export function coverageCounts(signal: AbortSignal) {
  const input = { groupBy: "SCAN_STATUS_REASON" };
  return callPath<AnswerOf<typeof listCoverageStatistics>>(
    ...(["inspector2", "/coverage/statistics/list", input, signal] as const),
  );
}

/** Whether findings are told at all: basic scanning tells them image by image only. */
export async function isEnhanced(signal: AbortSignal): Promise<boolean> {
  const { accounts } = await callPath<AnswerOf<typeof batchGetAccountStatus>>(
    ...(["inspector2", "/status/batch/get", {}, signal] as const),
  );
  return accounts[0]?.resourceState.ecr.status === "ENABLED";
}

export const enableInput = { resourceTypes: ["ECR"] } as const;

export function enableScanning() {
  return callPath<AnswerOf<typeof enable>>("inspector2", "/enable", enableInput);
}

export function waivers(
  input: { readonly maxResults: number; readonly nextToken?: string },
  signal: AbortSignal,
) {
  return ask("ListWaivers", input, signal);
}

export function waive(input: NewWaiver) {
  return ask("PutWaiver", input);
}

export function endWaiver(waiverName: string) {
  return ask("DeleteWaiver", { waiverName });
}

/** Patterns of tags that are of production. */
export async function productionTags(signal: AbortSignal): Promise<readonly string[]> {
  const told = await ask("GetFindingPriority", {}, signal);
  return told.productionTags;
}
