import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { addQuotaEvent } from "../events/quota-event.ts";
import { isOverSoft, type Quota, type QuotaStanding } from "./quota.ts";

/** The setting that stands while it is told that a quota is over its soft limit. */
const settingOf = ({ id }: Pick<Quota, "id">) => `QUOTA_OVER_SOFT_LIMIT ${id}`;

/**
 * Tells of a quota that has passed its soft limit, once until it is seen below it again, however many
 * look.
 * @returns whether it was told by this
 */
export async function tellQuota(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  standing: QuotaStanding,
): Promise<boolean> {
  const { quota } = standing;
  const { registry } = quota;
  const name = settingOf(quota);
  const at = clock.now();
  const isTold = (await metadata.settings.find(registry, name)) !== undefined;
  if (isOverSoft(standing) === isTold) return false;
  return metadata.transaction(async (change) => {
    if (isTold) {
      await change.settings.remove(registry, name);
      return false;
    }
    // Deleted in between, its setting would stay for ever.
    if ((await change.quotas.lock(registry, quota.id)) === undefined) return false;
    if (!(await change.settings.putIfAbsent(registry, name, String(at)))) return false;
    await addQuotaEvent(change, standing, at);
    return true;
  });
}

/** For a quota that goes, locked by this transaction. */
export async function forgetTold(change: MetadataChange, quota: Quota): Promise<void> {
  await change.settings.remove(quota.registry, settingOf(quota));
}
