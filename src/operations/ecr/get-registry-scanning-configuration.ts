import type {
  GetRegistryScanningConfigurationRequest,
  GetRegistryScanningConfigurationResponse,
} from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { scanningConfiguration } from "../../registry/scanning/scanning-configuration.ts";
import { operation } from "../operation.ts";
import { registryResource } from "./resource.ts";
import { scanningConfigurationAnswer } from "./scanning-answer.ts";
import { type Members, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** How the caller's registry is scanned: BASIC without rules until somebody says otherwise. */
export const getRegistryScanningConfiguration = operation("ecr:GetRegistryScanningConfiguration", {
  input: request({} satisfies Members<GetRegistryScanningConfigurationRequest>),
  resource: registryResource,
  access: "Read",
  errors: ["InvalidParameter", "Validation"],
  async handle(_input, { ports, caller }): Promise<Wire<GetRegistryScanningConfigurationResponse>> {
    const registry = registryOf(caller);
    const configuration = await scanningConfiguration(ports, registry);
    return {
      registryId: registry.account,
      scanningConfiguration: scanningConfigurationAnswer(configuration),
    };
  },
});
