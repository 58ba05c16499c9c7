import { registryOf } from "../../registry/identity/principal.ts";
import { deleteQuota as remove } from "../../registry/quotas/put-quota.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { quotaPrefix, quotaUnit } from "./quota-answer.ts";

/** Removes the quota of that unit at that prefix: from then on it refuses nothing. */
export const deleteQuota = operation("entrepot:DeleteQuota", {
  input: request({ prefix: quotaPrefix, unit: quotaUnit }),
  resource: registryResource,
  access: "Write",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle({ prefix, unit }, { ports, caller }): Promise<object> {
    await remove(ports, registryOf(caller), { prefix, unit });
    return {};
  },
});
