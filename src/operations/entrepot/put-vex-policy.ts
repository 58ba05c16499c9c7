import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import {
  attachedVexCounts,
  putVexPolicy as put,
  type VexPolicy,
} from "../../registry/scanning/suppressions/vex-policy.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

/**
 * Says which VEX documents that are attached to images count in the caller's registry: VOUCHED, those
 * pushed by who might have imported them; ALL; or NONE.
 */
export const putVexPolicy = operation("entrepot:PutVexPolicy", {
  input: request({ attachedDocuments: z.enum(attachedVexCounts) }),
  resource: registryResource,
  access: "Permissions management",
  errors: ["InvalidParameter"],
  async handle(input, { ports, caller }): Promise<VexPolicy> {
    await put(ports, registryOf(caller), input);
    return input;
  },
});
