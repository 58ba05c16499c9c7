import { verifyPublisher } from "../../registry/public/registries.ts";
import { accountId, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { organizationResource } from "../organizations/resource.ts";

/** Vouches for an account no more. For the operator. */
export const deleteVerifiedPublisher = operation("entrepot:DeleteVerifiedPublisher", {
  input: request({ registryId: accountId }),
  resource: organizationResource,
  access: "Write",
  errors: ["InvalidParameter", "RegistryNotFound"],
  async handle({ registryId }, { ports }): Promise<object> {
    await verifyPublisher(ports, registryId, false);
    return {};
  },
});
