import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { limits } from "../limits.ts";
import type { RepositoryName } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { allowWhatIsLeft } from "./charge.ts";
import { coveredRepositories } from "./count-quota.ts";
import { countIn } from "./membership.ts";
import type { Quota } from "./quota.ts";

/** What is wrong with a quota's count. */
export interface Miscount {
  readonly quota: Quota;
  readonly used: number;
  /** What its repositories have together. */
  readonly counted: number;
  /** Repositories under its prefix that it should count and does not. */
  readonly missing: readonly RepositoryName[];
}

/**
 * Compares what a quota counts with its repositories (I12), while nobody charges it, and mends it if
 * that is wished. `undefined` when all is well, or the quota is gone.
 */
export async function recountQuota(
  ports: Pick<Ports, "metadata">,
  quota: Quota,
  { repair }: { readonly repair: boolean },
): Promise<Miscount | undefined> {
  const missing = quota.state === "ACTIVE" ? await missingOf(ports, quota, repair) : [];
  const wrong = await ports.metadata.transaction(async (change) => {
    const { registry, id } = quota;
    const now = await change.quotas.lock(registry, id);
    if (now === undefined) return undefined;
    // Who charges has to change this too: from here on repositories count what they counted.
    const used = await change.quotaUsage.lock(registry, id);
    const counted = await countOf(change, now);
    if (used === counted) return undefined;
    if (repair) {
      await change.quotaUsage.add(registry, id, counted - used);
      await allowWhatIsLeft(change, now);
    }
    return { used, counted };
  });
  if (wrong === undefined && missing.length === 0) return undefined;
  return { quota, used: 0, counted: 0, ...wrong, missing };
}

async function countOf(change: MetadataChange, quota: Quota): Promise<number> {
  let sum = 0;
  for await (const repository of allCovered(change, quota)) {
    if (!repository.quotaIds.includes(quota.id)) continue;
    sum += quota.unit === "BYTES" ? repository.sizeBytes : repository.imageCount;
  }
  return sum;
}

async function missingOf(
  ports: Pick<Ports, "metadata">,
  quota: Quota,
  repair: boolean,
): Promise<RepositoryName[]> {
  const missing: RepositoryName[] = [];
  for await (const repository of allCovered(ports.metadata, quota)) {
    if (repository.quotaIds.includes(quota.id)) continue;
    if (await isMissing(ports, repository, quota, repair)) missing.push(repository.name);
  }
  return missing;
}

function isMissing(
  { metadata }: Pick<Ports, "metadata">,
  { name }: Repository,
  { registry, id }: Quota,
  repair: boolean,
): Promise<boolean> {
  return metadata.transaction(async (change) => {
    const now = await change.repositories.lock(registry, name);
    const quota = await change.quotas.lock(registry, id);
    if (now === undefined || quota === undefined || now.quotaIds.includes(id)) return false;
    if (repair) await countIn(change, now, quota);
    return true;
  });
}

async function* allCovered(
  reads: Parameters<typeof coveredRepositories>[0],
  quota: Quota,
): AsyncGenerator<Repository> {
  for (let after: RepositoryName | "" = ""; ; ) {
    const page = await coveredRepositories(reads, quota, after, limits.pageMaximum);
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.name;
  }
}
