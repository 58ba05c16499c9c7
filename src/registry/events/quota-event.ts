import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { QuotaStanding } from "../quotas/quota.ts";
import { addEvent } from "./new-event.ts";

/** More is used of a quota than its soft limit; told once until it is below again. */
export function addQuotaEvent(
  change: Pick<MetadataChange, "outbox">,
  { quota, used }: QuotaStanding,
  at: number,
): Promise<void> {
  return addEvent(change, quota.registry, {
    source: "entrepot",
    at,
    detailType: "Entrepot Quota",
    detail: {
      "action-type": "SOFT_LIMIT_PASSED",
      "quota-id": quota.id,
      prefix: quota.prefix,
      unit: quota.unit,
      "soft-limit": quota.soft,
      ...(quota.hard === undefined ? {} : { "hard-limit": quota.hard }),
      used,
    },
    partition: quota.id,
  });
}
