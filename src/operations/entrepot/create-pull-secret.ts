import { z } from "zod";
import { proxyEndpoint, registryAddress } from "../../registry/deployment.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import {
  createPullSecret as create,
  pullSecretOwner,
} from "../../registry/identity/pull-secrets.ts";
import { limits } from "../../registry/limits.ts";
import { registryId, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type PullSecretAnswer, pullSecretAnswer, pullSecretArn } from "./pull-secret-answer.ts";

export interface CreatedPullSecret {
  readonly pullSecret: PullSecretAnswer;
  readonly username: "AWS";
  /** Told this once. */
  readonly password: string;
  readonly proxyEndpoint: string;
  /** What a Kubernetes secret of the type kubernetes.io/dockerconfigjson holds. */
  readonly dockerConfigJson: string;
}

const repositoryPattern = "[a-z0-9*][a-z0-9._*/-]*";

/**
 * A long-lived password for `docker login` on a machine outside, which pulls and does nothing else. It
 * acts as the caller, so that it can never pull what the caller may not.
 */
export const createPullSecret = operation("entrepot:CreatePullSecret", {
  input: request({
    /** Names, or patterns with "*". */
    repositoryNames: z
      .array(
        z
          .string()
          .min(1)
          .max(limits.repositoryNameCharacters)
          .regex(new RegExp(`^(?:${repositoryPattern})$`)),
      )
      .min(1)
      .max(limits.pullSecretRepositories),
    description: z.string().max(limits.pullSecretDescriptionCharacters).default(""),
    expiresInDays: z
      .int()
      .min(1)
      .max(limits.pullSecretMaximumDays)
      .default(limits.pullSecretDefaultDays),
    registryId,
  }),
  resource: (_input, { principal: { account }, region }) => ({
    arn: pullSecretArn({ account, region }, "*"),
    account,
  }),
  access: "Write",
  errors: ["InvalidParameter", "LimitExceeded"],
  async handle(input, context): Promise<CreatedPullSecret> {
    const { ports, organization, deployment, caller } = context;
    const registry = registryOf(caller, input.registryId);
    const { secret, password } = await create(ports, organization, caller, {
      description: input.description,
      pulls: { registry, repositories: input.repositoryNames },
      lifeDays: input.expiresInDays,
    });
    const auth = Buffer.from(`AWS:${password}`).toString("base64");
    const host = registryAddress(deployment, registry);
    return {
      pullSecret: pullSecretAnswer(secret, await pullSecretOwner(ports, secret)),
      username: "AWS",
      password,
      proxyEndpoint: proxyEndpoint(deployment, registry),
      dockerConfigJson: JSON.stringify({
        auths: { [host]: { username: "AWS", password, auth } },
      }),
    };
  },
});
