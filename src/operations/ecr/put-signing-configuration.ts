import type {
  PutSigningConfigurationRequest,
  PutSigningConfigurationResponse,
} from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { putSigningRules } from "../../registry/signing/signing-configuration.ts";
import { operation } from "../operation.ts";
import { registryResource } from "./resource.ts";
import { type Members, request } from "./shapes.ts";
import { rulesOf, signingConfiguration, signingConfigurationAnswer } from "./signing-shapes.ts";
import type { Wire } from "./wire.ts";

/** Says which profiles sign images that are pushed, and where to. Replaces all rules. */
export const putSigningConfiguration = operation("ecr:PutSigningConfiguration", {
  input: request({ signingConfiguration } satisfies Members<PutSigningConfigurationRequest>),
  resource: registryResource,
  access: "Write",
  errors: ["InvalidParameter", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<PutSigningConfigurationResponse>> {
    const rules = rulesOf(input.signingConfiguration);
    await putSigningRules(ports, registryOf(caller), rules);
    return { signingConfiguration: signingConfigurationAnswer(rules) };
  },
});
