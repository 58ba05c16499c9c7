import type { DeleteOpenIDConnectProviderRequest } from "@aws-sdk/client-iam";
import { deleteOidcProvider } from "../../registry/identity/oidc-providers.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { providerResource, providerUrl } from "./provider-resource.ts";
import { providerArn } from "./provider-shapes.ts";
import { request } from "./shapes.ts";

/** Takes the account's trust from an issuer. Roles that name it stay, and nobody becomes them by it. */
export const deleteOpenIDConnectProvider = operation("iam:DeleteOpenIDConnectProvider", {
  input: request({
    OpenIDConnectProviderArn: providerArn,
  } satisfies Members<DeleteOpenIDConnectProviderRequest>),
  resource: providerResource,
  access: "Write",
  errors: ["InvalidInput", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    await deleteOidcProvider(ports, caller.principal.account, providerUrl(input));
  },
});
