import type { DescribeRegistryRequest, DescribeRegistryResponse } from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { replicationConfiguration } from "../../registry/replication/replication-configuration.ts";
import { operation } from "../operation.ts";
import { replicationAnswer } from "./replication-shapes.ts";
import { registryResource } from "./resource.ts";
import { type Members, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** The registry's own settings: where its images are copied to. It always exists. */
export const describeRegistry = operation("ecr:DescribeRegistry", {
  input: request({} satisfies Members<DescribeRegistryRequest>),
  resource: registryResource,
  access: "Read",
  errors: ["InvalidParameter", "Validation"],
  async handle(_input, { ports, caller }): Promise<Wire<DescribeRegistryResponse>> {
    const registry = registryOf(caller);
    const configuration = await replicationConfiguration(ports, registry);
    return {
      registryId: registry.account,
      replicationConfiguration: replicationAnswer(configuration),
    };
  },
});
