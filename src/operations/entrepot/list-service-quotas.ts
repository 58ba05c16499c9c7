import { registryOf } from "../../registry/identity/principal.ts";
import { listServiceQuotas as list } from "../../registry/quotas/service-quotas.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type ServiceQuotaAnswer, serviceQuotaAnswer } from "./service-quota-answer.ts";

/** ECR's own quotas as they are for the caller's registry. There are few: one answer has them all. */
export const listServiceQuotas = operation("entrepot:ListServiceQuotas", {
  input: request({}),
  resource: registryResource,
  access: "List",
  errors: ["InvalidParameter"],
  async handle(_input, { ports, caller }): Promise<{ quotas: ServiceQuotaAnswer[] }> {
    return { quotas: (await list(ports, registryOf(caller))).map(serviceQuotaAnswer) };
  },
});
