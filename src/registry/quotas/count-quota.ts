import type { MetadataReads } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { limits } from "../limits.ts";
import type { Registry, RepositoryName } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { allowWhatIsLeft } from "./charge.ts";
import { countIn } from "./membership.ts";
import { covers, type Quota } from "./quota.ts";

/**
 * Counts the repositories under the quota's prefix that were there before it, a few at a time in the
 * order of names, and then has its hard limit enforced. May be begun again anywhere, and by several at
 * once: a repository says itself whether it is counted.
 */
export async function countQuota(
  ports: Pick<Ports, "metadata">,
  registry: Registry,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const quota = await ports.metadata.quotas.find(registry, id);
    if (quota === undefined || quota.state === "ACTIVE") return;
    const page = await coveredRepositories(
      ports.metadata,
      quota,
      quota.position as RepositoryName,
      limits.quotaCountRepositories,
    );
    if (page.length === 0) await activate(ports, quota);
    else await countPage(ports, quota, page);
  }
}

async function countPage(
  { metadata }: Pick<Ports, "metadata">,
  { registry, id }: Quota,
  page: readonly Repository[],
): Promise<void> {
  await metadata.transaction(async (change) => {
    // Repositories first, as in every push.
    const locked: Repository[] = [];
    for (const { name } of page) {
      const now = await change.repositories.lock(registry, name);
      if (now !== undefined) locked.push(now);
    }
    const quota = await change.quotas.lock(registry, id);
    if (quota === undefined || quota.state === "ACTIVE") return;
    for (const repository of locked) await countIn(change, repository, quota);
    await change.quotas.replace({ ...quota, position: page.at(-1)!.name });
  });
}

async function activate(
  { metadata }: Pick<Ports, "metadata">,
  { registry, id }: Quota,
): Promise<void> {
  await metadata.transaction(async (change) => {
    const quota = await change.quotas.lock(registry, id);
    if (quota === undefined || quota.state === "ACTIVE") return;
    const active: Quota = { ...quota, state: "ACTIVE", position: "" };
    await change.quotas.replace(active);
    await allowWhatIsLeft(change, active);
  });
}

/** Repositories that the quota covers, by name, after `after`; empty when there are no more. */
export async function coveredRepositories(
  { repositories }: Pick<MetadataReads, "repositories">,
  { registry, prefix }: Quota,
  after: RepositoryName | "",
  limit: number,
): Promise<Repository[]> {
  if (prefix === "") {
    return repositories.list(registry, { after: after === "" ? undefined : after, limit });
  }
  if (after === "") {
    // Others may lie between this name and those below it: `team-b` is before `team/app`.
    const named = await repositories.find(registry, prefix as RepositoryName);
    if (named !== undefined) return [named];
  }
  const below = `${prefix}/` as RepositoryName;
  const start = after === "" || after === prefix ? below : after;
  const found = await repositories.list(registry, { after: start, limit });
  return found.filter(({ name }) => covers(prefix, name));
}
