import type { RemoveClientIDFromOpenIDConnectProviderRequest } from "@aws-sdk/client-iam";
import { changeOidcProvider } from "../../registry/identity/oidc-providers.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { providerResource, providerUrl } from "./provider-resource.ts";
import { clientId, providerArn } from "./provider-shapes.ts";
import { request } from "./shapes.ts";

/** Takes no more tokens for an audience; that it is not there is no error. */
export const removeClientIDFromOpenIDConnectProvider = operation(
  "iam:RemoveClientIDFromOpenIDConnectProvider",
  {
    input: request({
      OpenIDConnectProviderArn: providerArn,
      ClientID: clientId,
    } satisfies Members<RemoveClientIDFromOpenIDConnectProviderRequest>),
    resource: providerResource,
    access: "Write",
    errors: ["InvalidInput", "NoSuchEntity"],
    async handle(input, { ports, caller }): Promise<void> {
      const { account } = caller.principal;
      await changeOidcProvider(ports, account, providerUrl(input), (provider) => ({
        ...provider,
        clientIds: provider.clientIds.filter((each) => each !== input.ClientID),
      }));
    },
  },
);
