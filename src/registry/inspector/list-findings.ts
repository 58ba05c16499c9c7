import type { Ports } from "../../ports/ports.ts";
import type { ImagePlace } from "../../ports/scan-store.ts";
import type { Registry } from "../names.ts";
import { vendorSeverityOf } from "../scanning/image-finding.ts";
import { severities } from "../scanning/severity/severity.ts";
import type { FindingCriteria } from "./finding-criteria.ts";
import { findingStatuses } from "./finding-status.ts";
import { inspectorLimits } from "./inspector-limits.ts";
import { tooMuch } from "./inspector-refusal.ts";
import { type RegistryFinding, scoreOf, withWholeSubjects } from "./registry-finding.ts";
import { type OrderedPosition, type SortKey, TopFindings } from "./top-findings.ts";
import { walkFindings } from "./walk-findings.ts";

/** What is the same of all findings here orders nothing; they go by their ids then. */
export const sortFields = [
  "AWS_ACCOUNT_ID",
  "COMPONENT_TYPE",
  "ECR_IMAGE_PUSHED_AT",
  "ECR_IMAGE_REGISTRY",
  "ECR_IMAGE_REPOSITORY_NAME",
  "EPSS_SCORE",
  "FINDING_STATUS",
  "FINDING_TYPE",
  "FIRST_OBSERVED_AT",
  "INSPECTOR_SCORE",
  "LAST_OBSERVED_AT",
  "NETWORK_PROTOCOL",
  "RESOURCE_TYPE",
  "SEVERITY",
  "VENDOR_SEVERITY",
  "VULNERABILITY_ID",
  "VULNERABILITY_SOURCE",
] as const;
export type SortField = (typeof sortFields)[number];

export interface FindingOrder {
  readonly field: SortField;
  readonly isDescending: boolean;
}

/** Where a listing in no order stands: after that finding. */
export interface UnorderedPosition extends ImagePlace {
  /** Empty: before all of the image's. */
  readonly findingId: string;
}
export interface FindingPage<Position> {
  readonly findings: readonly RegistryFinding[];
  /** Absent at the end. */
  readonly next: Position | undefined;
}

/**
 * Findings of a registry in the order in which they lie. A page may be shorter than asked although more
 * follows: so much is opened for one, and no more.
 */
export async function listFindings(
  ports: Ports,
  registry: Registry,
  criteria: FindingCriteria,
  { after, size }: { readonly after: UnorderedPosition | undefined; readonly size: number },
): Promise<FindingPage<UnorderedPosition>> {
  const findings: RegistryFinding[] = [];
  let [opened, seen] = [0, 0];
  const options = { from: after };
  const page = async (next: UnorderedPosition | undefined) => ({
    findings: await withWholeSubjects(ports, findings),
    next,
  });
  for await (const { place, findings: found, isOpened } of walkFindings(
    ports,
    registry,
    criteria,
    options,
  )) {
    const isSame = after?.repositoryId === place.repositoryId && after.digest === place.digest;
    for (const each of found) {
      if (isSame && each.finding.id <= after.findingId) continue;
      if (findings.length === size) {
        const { finding } = findings.at(-1)!;
        const last = placeOf(findings.at(-1)!);
        return page({ ...last, findingId: finding.id });
      }
      findings.push(each);
    }
    if (isOpened) opened += 1;
    seen += 1;
    const isFull = opened >= inspectorLimits.openedPerPage || seen >= inspectorLimits.scansPerPage;
    // No id sorts after this.
    if (isFull) return page({ ...place, findingId: "~" });
  }
  return page(undefined);
}

function placeOf({ subject: { repository, image } }: RegistryFinding): ImagePlace {
  return { repositoryId: repository.id, digest: image.digest };
}

/**
 * Findings of a registry in an order. All that is meant is looked at for each page, and no more than a
 * page of it is held.
 * @throws Validation where so much is meant that it is not looked at for one request
 */
export async function orderFindings(
  ports: Ports,
  registry: Registry,
  criteria: FindingCriteria,
  order: FindingOrder,
  { after, size }: { readonly after: OrderedPosition | undefined; readonly size: number },
): Promise<FindingPage<OrderedPosition>> {
  const top = new TopFindings<RegistryFinding>(order.isDescending, size + 1);
  let opened = 0;
  for await (const { findings, isOpened } of walkFindings(ports, registry, criteria)) {
    if (isOpened) opened += 1;
    if (opened > inspectorLimits.openedPerLook) throw tooMuch(inspectorLimits.openedPerLook);
    for (const each of findings) {
      const keyed = { key: sortKey(order.field, each), findingId: each.finding.id, found: each };
      if (after === undefined || top.compare(keyed, after) > 0) top.add(keyed);
    }
  }
  const page = top.items.slice(0, size);
  const last = top.items.length > size ? page.at(-1) : undefined;
  return {
    findings: await withWholeSubjects(
      ports,
      page.map(({ found }) => found),
    ),
    next: last && { key: last.key, findingId: last.findingId },
  };
}

/** What has none is least. The worst severity is the greatest. */
function sortKey(field: SortField, { subject, finding, status }: RegistryFinding): SortKey {
  switch (field) {
    case "SEVERITY":
      return -severities.indexOf(finding.severity);
    case "INSPECTOR_SCORE":
      return scoreOf(finding) ?? -1;
    case "EPSS_SCORE":
      return finding.epss?.score ?? -1;
    case "FIRST_OBSERVED_AT":
      return finding.firstObservedAt;
    case "LAST_OBSERVED_AT":
      return finding.lastObservedAt;
    case "ECR_IMAGE_PUSHED_AT":
      return subject.image.pushedAt;
    case "ECR_IMAGE_REPOSITORY_NAME":
      return subject.repository.name;
    case "FINDING_STATUS":
      return findingStatuses.indexOf(status);
    case "VENDOR_SEVERITY":
      return vendorSeverityOf(finding) ?? "";
    case "VULNERABILITY_ID":
      return finding.vulnerabilityId;
    case "VULNERABILITY_SOURCE":
      return finding.source;
    default:
      return "";
  }
}
