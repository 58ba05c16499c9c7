import type {
  ListOpenIDConnectProvidersRequest,
  ListOpenIDConnectProvidersResponse,
} from "@aws-sdk/client-iam";
import { oidcProviderArn } from "../../registry/identity/stored-credential.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { allProviders } from "./provider-resource.ts";
import { request } from "./shapes.ts";

/** All of them: an account has few. */
export const listOpenIDConnectProviders = operation("iam:ListOpenIDConnectProviders", {
  input: request({} satisfies Members<ListOpenIDConnectProvidersRequest>),
  resource: allProviders,
  access: "List",
  errors: [],
  async handle(_input, { ports, caller }): Promise<QueryWire<ListOpenIDConnectProvidersResponse>> {
    const { oidcProviders } = ports.metadata.identity;
    const providers = await oidcProviders.list(caller.principal.account);
    return {
      OpenIDConnectProviderList: providers.map((each) => ({ Arn: oidcProviderArn(each) })),
    };
  },
});
