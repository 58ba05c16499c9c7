import type {
  PutRegistryScanningConfigurationRequest,
  PutRegistryScanningConfigurationResponse,
} from "@aws-sdk/client-ecr";
import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { scanFrequencies, scanTypes } from "../../registry/scanning/scan-type.ts";
import { putScanningConfiguration } from "../../registry/scanning/scanning-configuration.ts";
import { scanningLimits } from "../../registry/scanning/scanning-limits.ts";
import { operation } from "../operation.ts";
import { registryResource } from "./resource.ts";
import { scanningConfigurationAnswer } from "./scanning-answer.ts";
import { type Members, request, scanningRepositoryFilters } from "./shapes.ts";
import type { Wire } from "./wire.ts";

const rule = z.object({
  scanFrequency: z.enum(scanFrequencies),
  repositoryFilters: scanningRepositoryFilters,
});

/** Says which images of the registry are scanned, and how. Replaces all rules. */
export const putRegistryScanningConfiguration = operation("ecr:PutRegistryScanningConfiguration", {
  input: request({
    scanType: z.enum(scanTypes).default("BASIC"),
    rules: z.array(rule).max(scanningLimits.rules).default([]),
  } satisfies Members<PutRegistryScanningConfigurationRequest>),
  resource: registryResource,
  access: "Write",
  errors: ["InvalidParameter", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<PutRegistryScanningConfigurationResponse>> {
    const rules = input.rules.map(({ scanFrequency: frequency, repositoryFilters }) => ({
      frequency,
      filters: repositoryFilters.map(({ filter }) => filter),
    }));
    const configuration = { type: input.scanType, rules };
    await putScanningConfiguration(ports, registryOf(caller), configuration);
    return { registryScanningConfiguration: scanningConfigurationAnswer(configuration) };
  },
});
