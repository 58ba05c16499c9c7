import type { Ports } from "../../ports/ports.ts";
import type { Registry } from "../names.ts";
import type { ImageFinding } from "../scanning/image-finding.ts";
import { knownInventory } from "../scanning/inventory-image.ts";
import { type FindingPriority, findingPriority } from "../scanning/severity/finding-priority.ts";
import { type Priority, priorityOf } from "../scanning/severity/priority.ts";
import { findingFacts, weigh } from "../scanning/weighed-finding.ts";
import type { FindingCriteria } from "./finding-criteria.ts";
import { inspectorLimits } from "./inspector-limits.ts";
import { tooMuch } from "./inspector-refusal.ts";
import { type RegistryFinding, withWholeSubjects } from "./registry-finding.ts";
import { type OrderedPosition, TopFindings } from "./top-findings.ts";
import { walkFindings } from "./walk-findings.ts";

/** A finding of a registry, with how soon it is to be seen to, as of now. */
export interface UrgentFinding extends RegistryFinding {
  readonly priority: Priority;
}

export interface UrgentPage {
  readonly findings: readonly UrgentFinding[];
  /** Absent at the end. */
  readonly next: OrderedPosition | undefined;
}

/**
 * Findings of a registry, the most urgent first. All that is meant is looked at for each page, but what an
 * image is, who uses it and how it is tagged, only where that can bring one of its findings onto the page.
 * @throws Validation where so much is meant that it is not looked at for one request
 */
export async function urgentFindings(
  ports: Ports,
  registry: Registry,
  criteria: FindingCriteria,
  { after, size }: { readonly after: OrderedPosition | undefined; readonly size: number },
): Promise<UrgentPage> {
  const weights = await findingPriority(ports, registry);
  const top = new TopFindings<UrgentFinding>(true, size + 1);
  let opened = 0;
  for await (const { findings, isOpened } of walkFindings(ports, registry, criteria)) {
    if (isOpened) opened += 1;
    if (opened > inspectorLimits.openedPerLook) throw tooMuch(inspectorLimits.openedPerLook);
    const least = top.items.length > size ? Number(top.items.at(-1)!.key) : 0;
    if (!findings.some(({ finding }) => mostOf(finding, weights) >= least)) continue;
    for (const found of await weighedOf(ports, findings)) {
      const keyed = { key: found.priority.number, findingId: found.finding.id, found };
      if (after === undefined || top.compare(keyed, after) > 0) top.add(keyed);
    }
  }
  const page = top.items.slice(0, size);
  const last = top.items.length > size ? page.at(-1) : undefined;
  const found = page.map((item) => item.found);
  const whole = await withWholeSubjects(ports, found);
  return {
    findings: whole.map((each, at) => ({ ...each, priority: found[at]!.priority })),
    next: last && { key: last.key, findingId: last.findingId },
  };
}

/** What it would be in the worst of images: no image makes it more. */
function mostOf(finding: ImageFinding, { weights }: FindingPriority): number {
  const worst = {
    ...{ runsAsRoot: true, exposesPorts: true, hasProductionTag: true },
    ...{ pulledDaysAgo: 0, isInUse: true },
  };
  return priorityOf({ ...findingFacts(finding), ...worst }, weights).number;
}

/** Those of one image. */
async function weighedOf(
  ports: Ports,
  found: readonly RegistryFinding[],
): Promise<readonly UrgentFinding[]> {
  const [first] = found;
  if (first === undefined) return [];
  const { repository, image } = first.subject;
  const known = await knownInventory(ports, repository, image);
  const kept = found.map(({ finding }) => finding);
  const weighed = await weigh(ports, repository, image, kept, known);
  return found.map((each, at) => ({ ...each, priority: weighed[at]!.priority }));
}
