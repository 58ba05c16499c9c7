import type { AddClientIDToOpenIDConnectProviderRequest } from "@aws-sdk/client-iam";
import { changeOidcProvider, checkClientIds } from "../../registry/identity/oidc-providers.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { providerResource, providerUrl } from "./provider-resource.ts";
import { clientId, providerArn } from "./provider-shapes.ts";
import { request } from "./shapes.ts";

/** Takes tokens for one more audience; that it is there already is no error. */
export const addClientIDToOpenIDConnectProvider = operation(
  "iam:AddClientIDToOpenIDConnectProvider",
  {
    input: request({
      OpenIDConnectProviderArn: providerArn,
      ClientID: clientId,
    } satisfies Members<AddClientIDToOpenIDConnectProviderRequest>),
    resource: providerResource,
    access: "Write",
    errors: ["InvalidInput", "LimitExceeded", "NoSuchEntity"],
    async handle(input, { ports, caller }): Promise<void> {
      const { account } = caller.principal;
      await changeOidcProvider(ports, account, providerUrl(input), (provider) => ({
        ...provider,
        clientIds: checkClientIds([...provider.clientIds, input.ClientID]),
      }));
    },
  },
);
