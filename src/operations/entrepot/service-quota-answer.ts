import { z } from "zod";
import type { AppliedServiceQuota } from "../../registry/quotas/service-quotas.ts";

export const quotaCode = z.string().min(1).max(128);

/** A service quota as AWS Service Quotas tells of it, and what it is where nobody adjusted it. */
export interface ServiceQuotaAnswer {
  readonly quotaCode: string;
  readonly quotaName: string;
  readonly unit: AppliedServiceQuota["unit"];
  readonly value: number;
  readonly defaultValue: number;
  readonly adjustable: boolean;
}

export function serviceQuotaAnswer(quota: AppliedServiceQuota): ServiceQuotaAnswer {
  const { code: quotaCode, name: quotaName, unit, value, defaultValue, adjustable } = quota;
  return { quotaCode, quotaName, unit, value, defaultValue, adjustable };
}
