import type {
  PutImageScanningConfigurationRequest,
  PutImageScanningConfigurationResponse,
} from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { setScanOnPush } from "../../registry/scanning/set-scan-on-push.ts";
import { operation } from "../operation.ts";
import { repositoryResource } from "./resource.ts";
import {
  imageScanningConfiguration,
  type Members,
  registryId,
  repositoryName,
  request,
} from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Sets the repository's own flag, which counts where no rule of the registry fits it. Idempotent. */
export const putImageScanningConfiguration = operation("ecr:PutImageScanningConfiguration", {
  input: request({
    registryId,
    repositoryName,
    imageScanningConfiguration,
  } satisfies Members<PutImageScanningConfigurationRequest>),
  resource: repositoryResource,
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<PutImageScanningConfigurationResponse>> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name } = input;
    const scanOnPush = input.imageScanningConfiguration.scanOnPush ?? false;
    await setScanOnPush(ports, registry, name, scanOnPush);
    return {
      registryId: registry.account,
      repositoryName: name,
      imageScanningConfiguration: { scanOnPush },
    };
  },
});
