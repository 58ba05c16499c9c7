import type { TagOpenIDConnectProviderRequest } from "@aws-sdk/client-iam";
import { checkTags, withTags } from "../../registry/identity/entity-tags.ts";
import { changeOidcProvider } from "../../registry/identity/oidc-providers.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import { providerResource, providerUrl } from "./provider-resource.ts";
import { providerArn } from "./provider-shapes.ts";
import { request, tags } from "./shapes.ts";

/** Sets tags by key and leaves the others. */
export const tagOpenIDConnectProvider = operation("iam:TagOpenIDConnectProvider", {
  input: request({
    OpenIDConnectProviderArn: providerArn,
    Tags: tags,
  } satisfies Members<TagOpenIDConnectProviderRequest>),
  resource: providerResource,
  conditions: ({ Tags }) => tagConditions(Tags),
  access: "Tagging",
  errors: ["InvalidInput", "LimitExceeded", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    const { account } = caller.principal;
    const added = checkTags(input.Tags);
    await changeOidcProvider(ports, account, providerUrl(input), (provider) => ({
      ...provider,
      tags: withTags(provider.tags, added),
    }));
  },
});
