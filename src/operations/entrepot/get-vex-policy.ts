import { registryOf } from "../../registry/identity/principal.ts";
import { type VexPolicy, vexPolicy } from "../../registry/scanning/suppressions/vex-policy.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

/** Which VEX documents that are attached to images count in the caller's registry. */
export const getVexPolicy = operation("entrepot:GetVexPolicy", {
  input: request({}),
  resource: registryResource,
  access: "Read",
  errors: [],
  handle: async (_input, { ports, caller }): Promise<VexPolicy> =>
    vexPolicy(ports, registryOf(caller)),
});
