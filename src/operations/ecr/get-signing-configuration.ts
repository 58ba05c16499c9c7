import type { GetSigningConfigurationResponse } from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { requireSigningRules } from "../../registry/signing/signing-configuration.ts";
import { operation } from "../operation.ts";
import { registryResource } from "./resource.ts";
import { request } from "./shapes.ts";
import { signingConfigurationAnswer } from "./signing-shapes.ts";
import type { Wire } from "./wire.ts";

/** Which profiles sign images that are pushed, and where to. */
export const getSigningConfiguration = operation("ecr:GetSigningConfiguration", {
  input: request({}),
  resource: registryResource,
  access: "Read",
  errors: ["InvalidParameter", "SigningConfigurationNotFound", "Validation"],
  async handle(_input, { ports, caller }): Promise<Wire<GetSigningConfigurationResponse>> {
    const registry = registryOf(caller);
    const rules = await requireSigningRules(ports, registry);
    const signingConfiguration = signingConfigurationAnswer(rules);
    return { registryId: registry.account, signingConfiguration };
  },
});
