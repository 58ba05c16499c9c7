import type {
  PutReplicationConfigurationRequest,
  PutReplicationConfigurationResponse,
} from "@aws-sdk/client-ecr";
import {
  hasServiceRole,
  makeServiceRole,
  serviceRoleArn,
} from "../../registry/identity/own-service-role.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { putReplicationConfiguration as put } from "../../registry/replication/replication-configuration.ts";
import { operation } from "../operation.ts";
import { replicationAnswer, replicationConfigurationInput } from "./replication-shapes.ts";
import { registryResource } from "./resource.ts";
import { type Members, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

const service = "replication.ecr.amazonaws.com";

/**
 * Replaces the rules by which images of the caller's registry are copied to others. The first time, the
 * role is made that ECR replicates with, which the caller must be allowed to do.
 */
export const putReplicationConfiguration = operation("ecr:PutReplicationConfiguration", {
  input: request({
    replicationConfiguration: replicationConfigurationInput,
  } satisfies Members<PutReplicationConfigurationRequest>),
  resource: registryResource,
  async further(_input, { account }, { ports }) {
    if (await hasServiceRole(ports, account, service)) return [];
    const arn = serviceRoleArn(account, service);
    return [{ action: "iam:CreateServiceLinkedRole", resource: { arn, account } }];
  },
  access: "Write",
  errors: ["InvalidParameter", "Validation"],
  async handle(
    { replicationConfiguration: configuration },
    { ports, caller, deployment },
  ): Promise<Wire<PutReplicationConfigurationResponse>> {
    const registry = registryOf(caller);
    await put(ports, registry, configuration, deployment);
    await makeServiceRole(ports, registry.account, service);
    return { replicationConfiguration: replicationAnswer(configuration) };
  },
});
