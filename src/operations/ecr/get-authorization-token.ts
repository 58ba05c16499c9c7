import type {
  GetAuthorizationTokenRequest,
  GetAuthorizationTokenResponse,
} from "@aws-sdk/client-ecr";
import { z } from "zod";
import { proxyEndpoint } from "../../registry/deployment.ts";
import { issueToken } from "../../registry/identity/authorization-token.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { operation } from "../operation.ts";
import { accountId, type Members, request } from "./shapes.ts";
import { epochSeconds, type Wire } from "./wire.ts";

/** What `docker login -u AWS` takes: one token, once for each registry that was asked for. */
export const getAuthorizationToken = operation("ecr:GetAuthorizationToken", {
  input: request({
    registryIds: z.array(accountId).min(1).max(10).optional(),
  } satisfies Members<GetAuthorizationTokenRequest>),
  // A token is the caller's identity and nothing else: only the caller's own account decides.
  resource: (_input, { principal: { account }, region }) => ({
    arn: "*",
    account,
    registry: { account, region },
    grants: "identity-only",
  }),
  access: "Read",
  errors: ["InvalidParameter"],
  async handle(input, context): Promise<Wire<GetAuthorizationTokenResponse>> {
    const { ports, deployment, caller } = context;
    const { password, expiresAt } = issueToken(ports, caller);
    const authorizationToken = Buffer.from(`AWS:${password}`).toString("base64");
    const accounts = input.registryIds ?? [registryOf(caller).account];
    return {
      authorizationData: accounts.map((account) => ({
        authorizationToken,
        expiresAt: epochSeconds(expiresAt),
        proxyEndpoint: proxyEndpoint(deployment, { account, region: caller.region }),
      })),
    };
  },
});
