import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { putServiceQuota as put } from "../../registry/quotas/service-quotas.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { quotaCode, type ServiceQuotaAnswer, serviceQuotaAnswer } from "./service-quota-answer.ts";

/**
 * Gives the caller's registry another value of an adjustable quota of ECR's. What is there stays, also
 * where it is more.
 */
export const putServiceQuota = operation("entrepot:PutServiceQuota", {
  input: request({ quotaCode, desiredValue: z.int().min(1).max(limits.serviceQuotaMaximum) }),
  resource: registryResource,
  access: "Write",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle(input, { ports, caller }): Promise<{ quota: ServiceQuotaAnswer }> {
    const quota = await put(ports, registryOf(caller), input.quotaCode, input.desiredValue);
    return { quota: serviceQuotaAnswer(quota) };
  },
});
