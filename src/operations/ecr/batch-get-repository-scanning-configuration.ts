import type {
  BatchGetRepositoryScanningConfigurationRequest,
  BatchGetRepositoryScanningConfigurationResponse,
  RepositoryScanningConfiguration,
  RepositoryScanningConfigurationFailure,
} from "@aws-sdk/client-ecr";
import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { repositoryAsResource } from "../../registry/policy/authorize.ts";
import { repositoryNotFound } from "../../registry/repositories/find-repository.ts";
import { scanningConfiguration } from "../../registry/scanning/scanning-configuration.ts";
import { scanningLimits } from "../../registry/scanning/scanning-limits.ts";
import { operation } from "../operation.ts";
import { repositoryScanningAnswer } from "./scanning-answer.ts";
import { type Members, repositoryName, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** How each of the repositories is scanned. One that is not there is a failure beside the others. */
export const batchGetRepositoryScanningConfiguration = operation(
  "ecr:BatchGetRepositoryScanningConfiguration",
  {
    input: request({
      repositoryNames: z.array(repositoryName).min(1).max(scanningLimits.repositoriesPerBatch),
    } satisfies Members<BatchGetRepositoryScanningConfigurationRequest>),
    resource: ({ repositoryNames: [first] }, caller) =>
      repositoryAsResource(registryOf(caller), first!),
    further: ({ repositoryNames: [, ...others] }, caller) =>
      others.map((name) => ({
        action: "ecr:BatchGetRepositoryScanningConfiguration",
        resource: repositoryAsResource(registryOf(caller), name),
      })),
    access: "Read",
    errors: ["InvalidParameter", "RepositoryNotFound", "Validation"],
    async handle(
      input,
      { ports, caller },
    ): Promise<Wire<BatchGetRepositoryScanningConfigurationResponse>> {
      const registry = registryOf(caller);
      const configuration = await scanningConfiguration(ports, registry);
      const scanningConfigurations: Wire<RepositoryScanningConfiguration>[] = [];
      const failures: Wire<RepositoryScanningConfigurationFailure>[] = [];
      for (const name of new Set(input.repositoryNames)) {
        const repository = await ports.metadata.repositories.find(registry, name);
        if (repository === undefined) {
          failures.push({
            repositoryName: name,
            failureCode: "REPOSITORY_NOT_FOUND",
            failureReason: repositoryNotFound(registry, name).message,
          });
        } else {
          scanningConfigurations.push(repositoryScanningAnswer(configuration, repository));
        }
      }
      return { scanningConfigurations, failures };
    },
  },
);
