import type { DeleteSigningConfigurationResponse } from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { deleteSigningRules } from "../../registry/signing/signing-configuration.ts";
import { operation } from "../operation.ts";
import { registryResource } from "./resource.ts";
import { request } from "./shapes.ts";
import { signingConfigurationAnswer } from "./signing-shapes.ts";
import type { Wire } from "./wire.ts";

/** Nothing is signed when it is pushed any more. Signatures stay. */
export const deleteSigningConfiguration = operation("ecr:DeleteSigningConfiguration", {
  input: request({}),
  resource: registryResource,
  access: "Write",
  errors: ["SigningConfigurationNotFound", "Validation"],
  async handle(_input, { ports, caller }): Promise<Wire<DeleteSigningConfigurationResponse>> {
    const registry = registryOf(caller);
    const rules = await deleteSigningRules(ports, registry);
    const signingConfiguration = signingConfigurationAnswer(rules);
    return { registryId: registry.account, signingConfiguration };
  },
});
