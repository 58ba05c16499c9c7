import { registryOf } from "../../registry/identity/principal.ts";
import { deleteServiceQuota as remove } from "../../registry/quotas/service-quotas.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { quotaCode, type ServiceQuotaAnswer, serviceQuotaAnswer } from "./service-quota-answer.ts";

/** Gives the caller's registry the value again that every registry has. */
export const deleteServiceQuota = operation("entrepot:DeleteServiceQuota", {
  input: request({ quotaCode }),
  resource: registryResource,
  access: "Write",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle(input, { ports, caller }): Promise<{ quota: ServiceQuotaAnswer }> {
    return { quota: serviceQuotaAnswer(await remove(ports, registryOf(caller), input.quotaCode)) };
  },
});
