import type { Ports } from "../../ports/ports.ts";
import type { Registry } from "../names.ts";
import { type CoveragePlace, type Covered, useOfCovered, walkCoverage } from "./coverage.ts";
import {
  type NumberTest,
  passesNumbers,
  passesTexts,
  passesTimes,
  type TextTest,
  type TimeTest,
} from "./finding-criteria.ts";
import { inspectorLimits } from "./inspector-limits.ts";
import { tooMuch } from "./inspector-refusal.ts";

type Tests<Test> = readonly Test[] | undefined;

/** Which repositories and images are meant. Source: Inspector API, CoverageFilterCriteria. */
export interface CoverageCriteria {
  readonly accountId?: Tests<TextTest>;
  readonly resourceId?: Tests<TextTest>;
  readonly resourceType?: Tests<TextTest>;
  readonly scanType?: Tests<TextTest>;
  readonly scanStatusCode?: Tests<TextTest>;
  readonly scanStatusReason?: Tests<TextTest>;
  readonly ecrRepositoryName?: Tests<TextTest>;
  readonly ecrImageTags?: Tests<TextTest>;
  readonly lastScannedAt?: Tests<TimeTest>;
  readonly imagePulledAt?: Tests<TimeTest>;
  readonly ecrImageLastInUseAt?: Tests<TimeTest>;
  readonly ecrImageInUseCount?: Tests<NumberTest>;
}

/** With its use, where it is an image. */
export interface CoveredInUse extends Covered {
  readonly use: { readonly count: number; readonly lastAt: number | undefined } | undefined;
}

/** One page; it may be short although more follows. */
export async function listCoverage(
  ports: Ports,
  registry: Registry,
  criteria: CoverageCriteria,
  { after, size }: { readonly after: CoveragePlace | undefined; readonly size: number },
): Promise<{ readonly items: readonly CoveredInUse[]; readonly next: CoveragePlace | undefined }> {
  const items: CoveredInUse[] = [];
  let last = after;
  let seen = 0;
  for await (const { place, covered } of walkCoverage(ports, registry, after)) {
    const isFull = items.length === size || seen === inspectorLimits.imagesPerPage;
    if (isFull) return { items, next: last };
    seen += 1;
    last = place;
    if (!passesCovered(criteria, covered)) continue;
    const use = await useOfCovered(ports, covered);
    if (passesUse(criteria, use)) items.push({ ...covered, use });
  }
  return { items, next: undefined };
}

export const coverageGroups = [
  "ACCOUNT_ID",
  "ECR_REPOSITORY_NAME",
  "RESOURCE_TYPE",
  "SCAN_STATUS_CODE",
  "SCAN_STATUS_REASON",
] as const;
export type CoverageGroup = (typeof coverageGroups)[number];

export interface CoverageCounts {
  readonly total: number;
  /** How many of each, the most first. Empty where no group is asked for. */
  readonly groups: readonly (readonly [value: string, count: number])[];
}

/**
 * How many are meant, and how many of these are of each group.
 * @throws Validation where there is so much that it is not counted for one request
 */
export async function countCoverage(
  ports: Ports,
  registry: Registry,
  criteria: CoverageCriteria,
  groupBy: CoverageGroup | undefined,
): Promise<CoverageCounts> {
  const { imagesPerCount } = inspectorLimits;
  const asksForUse =
    criteria.ecrImageInUseCount !== undefined || criteria.ecrImageLastInUseAt !== undefined;
  const groups = new Map<string, number>();
  let [seen, total] = [0, 0];
  for await (const { covered } of walkCoverage(ports, registry)) {
    seen += 1;
    if (seen > imagesPerCount) throw tooMuch(imagesPerCount);
    if (!passesCovered(criteria, covered)) continue;
    if (asksForUse && !passesUse(criteria, await useOfCovered(ports, covered))) continue;
    total += 1;
    if (groupBy === undefined) continue;
    const value = groupOf(groupBy, covered);
    groups.set(value, (groups.get(value) ?? 0) + 1);
  }
  const sorted = [...groups].sort(
    ([name, count], [other, than]) => than - count || (name < other ? -1 : 1),
  );
  return { total, groups: sorted };
}

function groupOf(groupBy: CoverageGroup, covered: Covered): string {
  return {
    ACCOUNT_ID: covered.repository.registry.account,
    ECR_REPOSITORY_NAME: covered.repository.name,
    RESOURCE_TYPE: covered.resourceType,
    SCAN_STATUS_CODE: covered.isActive ? "ACTIVE" : "INACTIVE",
    SCAN_STATUS_REASON: covered.reason,
  }[groupBy];
}

function passesUse(criteria: CoverageCriteria, use: CoveredInUse["use"]): boolean {
  return (
    passesNumbers(criteria.ecrImageInUseCount, use?.count) &&
    passesTimes(criteria.ecrImageLastInUseAt, use?.lastAt)
  );
}

function passesCovered(criteria: CoverageCriteria, covered: Covered): boolean {
  const { repository, image } = covered;
  return (
    passesTexts(criteria.accountId, repository.registry.account) &&
    passesTexts(criteria.resourceId, covered.resourceId) &&
    passesTexts(criteria.resourceType, covered.resourceType) &&
    passesTexts(criteria.scanType, "PACKAGE") &&
    passesTexts(criteria.scanStatusCode, covered.isActive ? "ACTIVE" : "INACTIVE") &&
    passesTexts(criteria.scanStatusReason, covered.reason) &&
    passesTexts(criteria.ecrRepositoryName, repository.name) &&
    passesTexts(criteria.ecrImageTags, ...(image?.tags ?? [])) &&
    passesTimes(criteria.lastScannedAt, covered.scannedAt) &&
    passesTimes(criteria.imagePulledAt, image?.pulledAt)
  );
}
