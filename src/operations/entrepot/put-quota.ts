import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { putQuota as put } from "../../registry/quotas/put-quota.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type QuotaAnswer, quotaAnswer, quotaPrefix, quotaUnit } from "./quota-answer.ts";

const limit = z.int().min(0).max(limits.quotaMaximum).optional();

/**
 * Limits what the repositories of the caller's registry under a prefix hold together, or changes these
 * limits: one that is absent is none from then on. Beyond the soft one it is told of, beyond the hard
 * one pushes are refused.
 */
export const putQuota = operation("entrepot:PutQuota", {
  input: request({ prefix: quotaPrefix, unit: quotaUnit, soft: limit, hard: limit }),
  resource: registryResource,
  access: "Write",
  errors: ["InvalidParameter", "LimitExceeded"],
  async handle(input, { ports, caller }): Promise<{ quota: QuotaAnswer }> {
    const { prefix, unit, soft, hard } = input;
    const standing = await put(ports, registryOf(caller), { prefix, unit, soft, hard });
    return { quota: quotaAnswer(standing) };
  },
});
