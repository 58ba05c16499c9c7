import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { invariant, RegistryError } from "../errors.ts";
import { newJob } from "../jobs/job.ts";
import { limits } from "../limits.ts";
import type { Registry } from "../names.ts";
import { allowWhatIsLeft } from "./charge.ts";
import {
  checkQuotaLimits,
  newQuotaId,
  parseQuotaPrefix,
  type Quota,
  type QuotaPlace,
  type QuotaStanding,
} from "./quota.ts";
import { forgetTold } from "./tell-quota.ts";

/** The kind of job that counts repositories in. Its key is the quota's id. */
export const countQuotaKind = "count-quota";

/** What such a job must know. */
export interface CountQuotaPayload {
  readonly quotaId: string;
}

export type WantedQuota = Pick<Quota, "prefix" | "unit" | "soft" | "hard">;

/**
 * Makes the quota, or gives the one of that unit at that prefix these limits. A limit below what is
 * used refuses further pushes and nothing else. A new quota enforces its hard limit once it has counted
 * the repositories that are there.
 * @throws InvalidParameter for a prefix that no repository can have, or limits that make no sense
 * @throws LimitExceeded when the registry has too many
 */
export function putQuota(
  ports: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  wanted: WantedQuota,
): Promise<QuotaStanding> {
  const prefix = parseQuotaPrefix(wanted.prefix);
  checkQuotaLimits(wanted);
  const at = ports.clock.now();
  return ports.metadata.transaction(async (change) => {
    const place = { ...wanted, prefix };
    const known = await lockAt(change, registry, place);
    if (known !== undefined) return setLimits(change, known, place);
    // Who makes a repository from here on waits, and then finds the quota; the others are to be counted.
    await change.repositories.lockCount(registry);
    const meanwhile = await lockAt(change, registry, place);
    if (meanwhile !== undefined) return setLimits(change, meanwhile, place);
    return begin(change, registry, place, at);
  });
}

async function lockAt(
  change: MetadataChange,
  registry: Registry,
  { prefix, unit }: QuotaPlace,
): Promise<Quota | undefined> {
  const found = (await change.quotas.at(registry, [prefix])).find((each) => each.unit === unit);
  return found && change.quotas.lock(registry, found.id);
}

async function setLimits(
  change: MetadataChange,
  known: Quota,
  { soft, hard }: WantedQuota,
): Promise<QuotaStanding> {
  const quota = { ...known, soft, hard };
  await change.quotas.replace(quota);
  return { quota, used: await allowWhatIsLeft(change, quota) };
}

async function begin(
  change: MetadataChange,
  registry: Registry,
  { prefix, unit, soft, hard }: WantedQuota,
  at: number,
): Promise<QuotaStanding> {
  const most = limits.quotasPerRegistry;
  if ((await change.quotas.list(registry, { limit: most })).length >= most) {
    throw new RegistryError("LimitExceeded", `A registry has at most ${most} quotas`);
  }
  const quota: Quota = {
    ...{ registry, id: newQuotaId(unit), prefix, unit, soft, hard },
    ...{ state: "COUNTING", position: "", createdAt: at },
  };
  const isFirst = await change.quotas.insertIfAbsent(quota);
  invariant(isFirst, "who makes a quota does so alone");
  await change.quotaUsage.allow(registry, quota.id, undefined);
  const payload: CountQuotaPayload = { quotaId: quota.id };
  const job = { kind: countQuotaKind, key: quota.id, registry, payload, runAt: at };
  await change.jobs.enqueue(newJob(job, at));
  return { quota, used: 0 };
}

/**
 * Removes the quota at once. Repositories that name it are told when they are charged next: what is
 * charged to a quota that is gone is charged to nobody.
 * @throws ResourceNotFound
 */
export async function deleteQuota(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  { unit, ...wanted }: QuotaPlace,
): Promise<void> {
  const prefix = parseQuotaPrefix(wanted.prefix);
  await metadata.transaction(async (change) => {
    const quota = await lockAt(change, registry, { prefix, unit });
    if (quota === undefined) {
      throw new RegistryError("ResourceNotFound", `There is no quota of ${unit} at '${prefix}'`);
    }
    await change.quotaUsage.lock(registry, quota.id);
    await change.quotaUsage.remove(registry, quota.id);
    await change.quotas.remove(registry, quota.id);
    await forgetTold(change, quota);
  });
}

/** What is used of each. */
export async function withUsage(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  quotas: readonly Quota[],
): Promise<QuotaStanding[]> {
  const used = await metadata.quotaUsage.of(
    registry,
    quotas.map(({ id }) => id),
  );
  return quotas.map((quota) => ({ quota, used: used.get(quota.id) ?? 0 }));
}
