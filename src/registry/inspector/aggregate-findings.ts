import type { Ports } from "../../ports/ports.ts";
import type { Registry } from "../names.ts";
import { type FindingCriteria, passesTexts, type TextTest } from "./finding-criteria.ts";
import { inspectorLimits } from "./inspector-limits.ts";
import { invalidInput, tooMuch } from "./inspector-refusal.ts";
import {
  type FindingSubject,
  type RegistryFinding,
  titleOf,
  wholeSubject,
} from "./registry-finding.ts";
import { walkFindings } from "./walk-findings.ts";

/** What findings are counted by. Source: Inspector API, AggregationType: those about images. */
export const aggregationTypes = [
  "ACCOUNT",
  "AWS_ECR_CONTAINER",
  "FINDING_TYPE",
  "IMAGE_LAYER",
  "PACKAGE",
  "REPOSITORY",
  "TITLE",
] as const;
export type AggregationType = (typeof aggregationTypes)[number];

export const groupOrders = ["AFFECTED_IMAGES", "ALL", "CRITICAL", "HIGH"] as const;
export type GroupOrder = (typeof groupOrders)[number];

/** How many active findings there are of one thing. */
export interface FindingGroup {
  /** What tells it from the others: of a layer, image and layer. */
  readonly key: string;
  readonly name: string;
  /** An image of it: the one, where it is of one. */
  readonly subject: FindingSubject;
  readonly vulnerabilityId: string;
  all: number;
  critical: number;
  high: number;
  medium: number;
  exploitable: number;
  fixable: number;
  images: number;
}

export interface Aggregation {
  readonly type: AggregationType;
  /** What is meant, whatever its status: only what is active is counted. */
  readonly criteria: FindingCriteria;
  /** Of layers: which are counted. */
  readonly layers?: readonly TextTest[] | undefined;
  readonly orderBy: GroupOrder;
  readonly isDescending: boolean;
}

/**
 * Counts active findings of a registry, in an order: all that is meant is looked at for each page.
 * @throws Validation where it is so much that it is not looked at for one request
 */
export async function aggregateFindings(
  ports: Ports,
  registry: Registry,
  aggregation: Aggregation,
  { from, size }: { readonly from: number; readonly size: number },
): Promise<{ readonly groups: readonly FindingGroup[]; readonly next: number | undefined }> {
  const groups = new Map<string, FindingGroup>();
  const criteria: FindingCriteria = { ...aggregation.criteria, findingStatus: onlyActive };
  let opened = 0;
  for await (const { findings, isOpened } of walkFindings(ports, registry, criteria)) {
    if (isOpened) opened += 1;
    if (opened > inspectorLimits.openedPerLook) throw tooMuch(inspectorLimits.openedPerLook);
    countImage(groups, aggregation, findings);
    if (groups.size > inspectorLimits.groups) {
      throw invalidInput(`There are more than ${inspectorLimits.groups} groups. Narrow them.`);
    }
  }
  const sorted = [...groups.values()].sort(comparison(aggregation));
  const to = from + size;
  const groupsOfPage = sorted.slice(from, to);
  return {
    groups:
      aggregation.type === "AWS_ECR_CONTAINER"
        ? await withSubjects(ports, groupsOfPage)
        : groupsOfPage,
    next: to < sorted.length ? to : undefined,
  };
}

/** Of an image all is told. */
async function withSubjects(
  ports: Ports,
  groups: readonly FindingGroup[],
): Promise<FindingGroup[]> {
  const whole: FindingGroup[] = [];
  for (const group of groups) {
    whole.push({ ...group, subject: await wholeSubject(ports, group.subject) });
  }
  return whole;
}

const onlyActive = [{ comparison: "EQUALS", value: "ACTIVE" }] as const;

/** Counts the findings of one image. */
function countImage(
  groups: Map<string, FindingGroup>,
  aggregation: Aggregation,
  findings: readonly RegistryFinding[],
): void {
  const met = new Set<FindingGroup>();
  for (const found of findings) {
    for (const [key, name] of keysOf(aggregation, found)) {
      const group = groups.get(key) ?? newGroup(key, name, found);
      groups.set(key, group);
      count(group, found);
      met.add(group);
    }
  }
  for (const group of met) group.images += 1;
}

function newGroup(key: string, name: string, { subject, finding }: RegistryFinding): FindingGroup {
  const counts = { all: 0, critical: 0, high: 0, medium: 0, exploitable: 0, fixable: 0, images: 0 };
  return { key, name, subject, vulnerabilityId: finding.vulnerabilityId, ...counts };
}

function count(group: FindingGroup, { finding }: RegistryFinding): void {
  const { severity, kev, fixedVersion } = finding;
  group.all += 1;
  if (severity === "CRITICAL") group.critical += 1;
  if (severity === "HIGH") group.high += 1;
  if (severity === "MEDIUM") group.medium += 1;
  if (kev !== undefined) group.exploitable += 1;
  if (fixedVersion !== undefined) group.fixable += 1;
}

/** In which groups a finding counts, once in each: of layers in that of each place. */
function keysOf(
  { type, layers }: Aggregation,
  { subject, finding }: RegistryFinding,
): readonly (readonly [key: string, name: string])[] {
  const { repository, image } = subject;
  const ofImage = `${repository.id} ${image.digest}`;
  switch (type) {
    case "ACCOUNT":
    case "FINDING_TYPE":
      return [["", repository.registry.account]];
    case "AWS_ECR_CONTAINER":
      return [[ofImage, image.digest]];
    case "REPOSITORY":
      return [[repository.name, repository.name]];
    case "PACKAGE":
      return [[finding.package.name, finding.package.name]];
    case "TITLE":
      return [[titleOf(finding), titleOf(finding)]];
    case "IMAGE_LAYER": {
      const hashes = new Set(finding.package.places.map(({ layerDiffId }) => layerDiffId));
      return [...hashes]
        .filter((hash) => passesTexts(layers, hash))
        .map((hash) => [`${ofImage} ${hash}`, hash]);
    }
  }
}

function comparison({ orderBy, isDescending }: Aggregation) {
  const weigh = (group: FindingGroup) =>
    ({
      ...{ AFFECTED_IMAGES: group.images, ALL: group.all },
      ...{ CRITICAL: group.critical, HIGH: group.high },
    })[orderBy];
  const sign = isDescending ? -1 : 1;
  return (one: FindingGroup, other: FindingGroup) =>
    sign * (weigh(one) - weigh(other)) || (one.key < other.key ? -1 : 1);
}
