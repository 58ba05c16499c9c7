import type {
  GetAuthorizationTokenRequest,
  GetAuthorizationTokenResponse,
} from "@aws-sdk/client-ecr-public";
import { issueToken } from "../../registry/identity/authorization-token.ts";
import { publicRegion } from "../../registry/names.ts";
import { type Members, request } from "../ecr/shapes.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { inOwnRegistry } from "./resource.ts";

/**
 * What `docker login -u AWS` takes at the public registry; the text as it is also is a bearer token
 * (ECR 2.7). It opens nothing private: it is for the public registry alone.
 */
export const getAuthorizationToken = operation("ecr-public:GetAuthorizationToken", {
  input: request({} satisfies Members<GetAuthorizationTokenRequest>),
  resource: inOwnRegistry("GetAuthorizationToken"),
  further: (_input, _caller, _environment, resource) => [
    { action: "sts:GetServiceBearerToken", resource },
  ],
  access: "Read",
  errors: ["InvalidParameter", "UnsupportedCommand"],
  async handle(_input, { ports, caller }): Promise<Wire<GetAuthorizationTokenResponse>> {
    const { principal } = caller;
    const { password, expiresAt } = issueToken(ports, { principal, region: publicRegion });
    const authorizationToken = Buffer.from(`AWS:${password}`).toString("base64");
    return { authorizationData: { authorizationToken, expiresAt: epochSeconds(expiresAt) } };
  },
});
