/** Which quotas a repository is counted in. */
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Repository } from "../repositories/repository.ts";
import { chargeQuotas } from "./charge.ts";
import { prefixesOf, type Quota } from "./quota.ts";

/**
 * Counts a repository that has just come, or come back, under its name in the quotas that cover it. The
 * transaction has counted it in its registry before: so it waits for whoever makes a quota, or that one
 * waits for it and then finds it.
 * @returns the repository as it stands
 * @throws LimitExceeded when what is in it passes a hard limit
 */
export async function joinQuotas(
  change: MetadataChange,
  repository: Repository,
): Promise<Repository> {
  const { registry, name } = repository;
  const quotas = await change.quotas.at(registry, prefixesOf(name));
  if (quotas.length === 0) return repository;
  const joined = withQuotas(repository, quotas);
  await change.repositories.setQuotas(joined, joined.quotaIds);
  await chargeQuotas(change, joined, joined);
  return joined;
}

/**
 * Takes a repository that goes out of its quotas, with all that it counted. The transaction has taken it
 * out of its registry's counters before: who pushes locks those before quotas too.
 * @param repository as this transaction has locked it
 */
export async function leaveQuotas(change: MetadataChange, repository: Repository): Promise<void> {
  if (repository.quotaIds.length === 0) return;
  const { imageCount, sizeBytes } = repository;
  await chargeQuotas(change, repository, { imageCount: -imageCount, sizeBytes: -sizeBytes });
  await change.repositories.setQuotas(repository, []);
}

/**
 * Counts a repository that was there before in the quota, once: where it is counted already, nothing
 * is done. Hard limits may be passed by that.
 * @param repository as this transaction has locked it; then it has locked the quota
 * @returns whether it was not counted
 */
export async function countIn(
  change: MetadataChange,
  repository: Repository,
  quota: Quota,
): Promise<boolean> {
  if (repository.quotaIds.includes(quota.id)) return false;
  const joined = withQuotas(repository, [quota]);
  await change.repositories.setQuotas(joined, joined.quotaIds);
  await chargeQuotas(change, { ...joined, quotaIds: [quota.id] }, joined, { force: true });
  return true;
}

/** Their ids in order, as everybody charges them in it. */
function withQuotas(repository: Repository, quotas: readonly Quota[]): Repository {
  const ids = [...repository.quotaIds, ...quotas.map(({ id }) => id)];
  return { ...repository, quotaIds: ids.toSorted() };
}
