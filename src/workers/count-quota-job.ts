import { countQuota } from "../registry/quotas/count-quota.ts";
import { type CountQuotaPayload, countQuotaKind } from "../registry/quotas/put-quota.ts";
import type { JobHandler } from "./job-handler.ts";

/** Counts the repositories that a new quota finds. Never given up, as it enforces nothing before. */
export const countQuotaJob: JobHandler = {
  kind: countQuotaKind,
  leaseMs: 30_000,
  maxAttempts: Number.POSITIVE_INFINITY,
  async run(ports, payload, { registry, signal }) {
    if (registry === undefined) return;
    await countQuota(ports, registry, (payload as CountQuotaPayload).quotaId, signal);
  },
};
