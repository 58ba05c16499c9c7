import { randomBytes } from "node:crypto";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { judgeAllAgain } from "../gates/request-judgement.ts";
import type { Registry } from "../names.ts";
import { type FindingFilter, filterIdOf } from "./finding-filter.ts";
import { inspectorLimits } from "./inspector-limits.ts";
import { invalidInput, notFound } from "./inspector-refusal.ts";

type Needed = Pick<Ports, "metadata" | "clock">;

/** What is said of a filter that is to be made. */
export type NewFilter = Pick<
  FindingFilter,
  "registry" | "name" | "action" | "description" | "reason" | "criteria" | "tags"
>;

/**
 * Makes a filter. What suppresses does so from the next look on, and gates judge all images by it again.
 * @throws BadRequest where another one has the name
 * @throws LimitExceeded for one more than `inspectorLimits.filters`
 * @throws Validation for criteria or tags that are too many
 */
export async function createFilter(
  { metadata, clock }: Needed,
  wanted: NewFilter,
): Promise<FindingFilter> {
  const now = clock.now();
  const id = randomBytes(8).toString("hex");
  const filter: FindingFilter = { ...wanted, id, createdAt: now, updatedAt: now };
  requireSmall(filter);
  return metadata.transaction(async (change) => {
    const { registry, name } = filter;
    await lockFilters(change, registry);
    if (!(await change.findingFilters.insertIfAbsent(filter))) throw nameTaken(name);
    const { filters } = inspectorLimits;
    const all = await change.findingFilters.list(registry, { limit: filters + 1 });
    if (all.length > filters) {
      throw new RegistryError("LimitExceeded", `There can be ${filters} filters at most.`);
    }
    await judgeBy(change, now, filter);
    return filter;
  });
}

/**
 * Puts what `next` makes in the place of a filter. Its name may be another one then.
 * @throws ResourceNotFound; BadRequest where another one has the name; Validation as `createFilter`
 */
export async function changeFilter(
  { metadata, clock }: Needed,
  registry: Registry,
  arn: string,
  next: (filter: FindingFilter) => Partial<NewFilter>,
): Promise<FindingFilter> {
  const now = clock.now();
  return metadata.transaction(async (change) => {
    await lockFilters(change, registry);
    const filter = await requireFilter(change, registry, arn);
    const changed: FindingFilter = { ...filter, ...next(filter), updatedAt: now };
    requireSmall(changed);
    const same = await change.findingFilters.named(registry, changed.name);
    if (same !== undefined && same.id !== filter.id) throw nameTaken(changed.name);
    await change.findingFilters.replace(changed);
    await judgeBy(change, now, filter, changed);
    return changed;
  });
}

/** What it suppressed is active again, for gates too. @throws ResourceNotFound */
export async function deleteFilter(
  { metadata, clock }: Needed,
  registry: Registry,
  arn: string,
): Promise<void> {
  await metadata.transaction(async (change) => {
    await lockFilters(change, registry);
    const filter = await requireFilter(change, registry, arn);
    await change.findingFilters.remove(registry, filter.id);
    await judgeBy(change, clock.now(), filter);
  });
}

/** @throws ResourceNotFound where the registry has no such filter */
export async function requireFilter(
  { findingFilters }: Pick<MetadataChange | Ports["metadata"], "findingFilters">,
  registry: Registry,
  arn: string,
): Promise<FindingFilter> {
  const id = filterIdOf(registry, arn);
  const filter = id === undefined ? undefined : await findingFilters.find(registry, id);
  if (filter === undefined) throw notFound(`No filter has the ARN ${arn}.`);
  return filter;
}

/** Whoever changes filters of a registry does so one after the other. */
function lockFilters({ repositories }: MetadataChange, registry: Registry): Promise<void> {
  return repositories.lockCount(registry);
}

/** What a filter suppresses, or did, holds no image back: those with it are judged again. */
async function judgeBy(
  change: MetadataChange,
  now: number,
  ...filters: readonly [FindingFilter, ...FindingFilter[]]
): Promise<void> {
  if (!filters.some(({ action }) => action === "SUPPRESS")) return;
  await judgeAllAgain(change, filters[0].registry, now);
}

function requireSmall({ criteria, tags }: FindingFilter): void {
  if (JSON.stringify(criteria).length > inspectorLimits.criteriaCharacters) {
    throw invalidInput("The filter criteria are too long.");
  }
  if (Object.keys(tags).length > inspectorLimits.tagsPerFilter) {
    throw invalidInput(`A filter can have ${inspectorLimits.tagsPerFilter} tags at most.`);
  }
}

function nameTaken(name: string): RegistryError {
  return new RegistryError("BadRequest", `A filter with the name ${name} already exists.`);
}
