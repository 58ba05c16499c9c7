import type { DescribeRegistryRequest, DescribeRegistryResponse } from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { operation } from "../operation.ts";
import { registryResource } from "./resource.ts";
import { type Members, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** The registry's own settings. It always exists. */
export const describeRegistry = operation("ecr:DescribeRegistry", {
  input: request({} satisfies Members<DescribeRegistryRequest>),
  resource: registryResource,
  access: "Read",
  errors: ["InvalidParameter", "Validation"],
  async handle(_input, { caller }): Promise<Wire<DescribeRegistryResponse>> {
    // Replication cannot be set, so there are no rules; which is what ECR answers then.
    return { registryId: registryOf(caller).account, replicationConfiguration: { rules: [] } };
  },
});
