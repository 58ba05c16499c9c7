import type { MetadataChange } from "../../ports/metadata-store.ts";
import { RegistryError } from "../errors.ts";
import type { Repository } from "../repositories/repository.ts";
import { type Quota, unitOf } from "./quota.ts";

/** What is added to what a repository counts; negative takes away. */
export interface Counted {
  readonly imageCount?: number;
  readonly sizeBytes?: number;
}

/**
 * Adds to what the repository counts and, with that, to its quotas (I12). Giving back never fails.
 * @param repository as this transaction has locked it
 * @throws LimitExceeded when a hard limit would be passed
 */
export async function charge(
  change: MetadataChange,
  repository: Repository,
  by: Counted,
): Promise<void> {
  await change.repositories.adjust(repository, by);
  await chargeQuotas(change, repository, by);
}

/**
 * The same where the repository has counted already, as it does with the layers that are linked.
 * @param force whether hard limits may be passed: by what stands already
 * @throws LimitExceeded
 */
export async function chargeQuotas(
  change: MetadataChange,
  repository: Repository,
  by: Counted,
  { force = false }: { readonly force?: boolean } = {},
): Promise<void> {
  const { registry, quotaIds } = repository;
  const gone: string[] = [];
  // One after the other, in the order of ids: two that charge the same ones do not wait crosswise.
  for (const id of quotaIds) {
    const more = (unitOf(id) === "BYTES" ? by.sizeBytes : by.imageCount) ?? 0;
    if (more < 0) await change.quotaUsage.add(registry, id, more);
    if (more <= 0 || (await change.quotaUsage.charge(registry, id, more))) continue;
    const quota = await change.quotas.lock(registry, id);
    if (quota === undefined) gone.push(id);
    else await chargeAll(change, repository, quota, more, force);
  }
  if (gone.length === 0) return;
  // Deleted: the repositories that name it hear of that when they are charged.
  const left = quotaIds.filter((id) => !gone.includes(id));
  await change.repositories.setQuotas(repository, left);
}

/** Looks at all parts of the quota, which is locked, and deals out anew what they may take. */
async function chargeAll(
  change: MetadataChange,
  repository: Repository,
  quota: Quota,
  more: number,
  force: boolean,
): Promise<void> {
  const { registry, id } = quota;
  const used = (await change.quotaUsage.lock(registry, id)) + more;
  const hard = enforcedLimit(quota);
  if (!force && hard !== undefined && used > hard) throw quotaExceeded(repository, quota, used);
  await change.quotaUsage.add(registry, id, more);
  await change.quotaUsage.allow(registry, id, hard === undefined ? undefined : hard - used);
}

/** While the quota is being counted there is none. */
export function enforcedLimit({ state, hard }: Quota): number | undefined {
  return state === "ACTIVE" ? hard : undefined;
}

/**
 * Lets so much be charged as the limit leaves. The quota is locked, or new.
 * @returns what is used of it
 */
export async function allowWhatIsLeft(change: MetadataChange, quota: Quota): Promise<number> {
  const { registry, id } = quota;
  const used = await change.quotaUsage.lock(registry, id);
  const hard = enforcedLimit(quota);
  await change.quotaUsage.allow(registry, id, hard === undefined ? undefined : hard - used);
  return used;
}

/** @param wouldUse with what is refused */
export function quotaExceeded(
  { registry, name }: Pick<Repository, "registry" | "name">,
  { prefix, unit, hard = 0 }: Quota,
  wouldUse: number,
): RegistryError {
  const whose = prefix === "" ? "all repositories" : `repositories under '${prefix}'`;
  const what = unit.toLowerCase();
  return new RegistryError(
    "LimitExceeded",
    `The repository with name '${name}' in registry with id '${registry.account}' cannot take this: the quota of ${whose} is ${hard} ${what}, and ${wouldUse} would be used`,
  );
}
