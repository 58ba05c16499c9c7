import type {
  ListOpenIDConnectProviderTagsRequest,
  ListOpenIDConnectProviderTagsResponse,
} from "@aws-sdk/client-iam";
import { findOidcProvider } from "../../registry/identity/oidc-providers.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { providerResource, providerUrl } from "./provider-resource.ts";
import { providerArn } from "./provider-shapes.ts";
import { marker, maxItems, request } from "./shapes.ts";
import { tagsPage } from "./tags-page.ts";

export const listOpenIDConnectProviderTags = operation("iam:ListOpenIDConnectProviderTags", {
  input: request({
    OpenIDConnectProviderArn: providerArn,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListOpenIDConnectProviderTagsRequest>),
  resource: providerResource,
  access: "List",
  errors: ["InvalidInput", "NoSuchEntity"],
  async handle(
    input,
    { ports, caller },
  ): Promise<QueryWire<ListOpenIDConnectProviderTagsResponse>> {
    const { account } = caller.principal;
    const { url, tags } = await findOidcProvider(ports, account, providerUrl(input));
    const listing = { operation: "ListOpenIDConnectProviderTags", account, of: url };
    return tagsPage(ports, listing, tags, input);
  },
});
