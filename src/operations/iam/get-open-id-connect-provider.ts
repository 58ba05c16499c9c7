import type {
  GetOpenIDConnectProviderRequest,
  GetOpenIDConnectProviderResponse,
} from "@aws-sdk/client-iam";
import { findOidcProvider } from "../../registry/identity/oidc-providers.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { isoTime, type QueryWire } from "../query-wire.ts";
import { providerResource, providerUrl } from "./provider-resource.ts";
import { providerArn } from "./provider-shapes.ts";
import { request } from "./shapes.ts";
import { tagsAnswer } from "./tags-and-boundary.ts";

export const getOpenIDConnectProvider = operation("iam:GetOpenIDConnectProvider", {
  input: request({
    OpenIDConnectProviderArn: providerArn,
  } satisfies Members<GetOpenIDConnectProviderRequest>),
  resource: providerResource,
  access: "Read",
  errors: ["InvalidInput", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<GetOpenIDConnectProviderResponse>> {
    const { account } = caller.principal;
    const provider = await findOidcProvider(ports, account, providerUrl(input));
    return {
      Url: shownUrl(provider.url),
      ClientIDList: provider.clientIds,
      ThumbprintList: provider.thumbprints,
      CreateDate: isoTime(provider.createdAt),
      Tags: tagsAnswer(provider.tags),
    };
  },
});

/**
 * Without the scheme, as in IAM. Differs from IAM: there an issuer has no port; one with a port is
 * shown whole, since "host:port/path" would read as another scheme (Terraform does so).
 */
function shownUrl(url: string): string {
  return /^[^/]*:/.test(url) ? `https://${url}` : url;
}
