import type { UntagOpenIDConnectProviderRequest } from "@aws-sdk/client-iam";
import { withoutTags } from "../../registry/identity/entity-tags.ts";
import { changeOidcProvider } from "../../registry/identity/oidc-providers.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { providerResource, providerUrl } from "./provider-resource.ts";
import { providerArn } from "./provider-shapes.ts";
import { request, tagKeys } from "./shapes.ts";

/** Removes tags by key; keys that the provider does not have are no error. */
export const untagOpenIDConnectProvider = operation("iam:UntagOpenIDConnectProvider", {
  input: request({
    OpenIDConnectProviderArn: providerArn,
    TagKeys: tagKeys,
  } satisfies Members<UntagOpenIDConnectProviderRequest>),
  resource: providerResource,
  conditions: ({ TagKeys }) => ({ "aws:TagKeys": TagKeys }),
  access: "Tagging",
  errors: ["InvalidInput", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    const { account } = caller.principal;
    await changeOidcProvider(ports, account, providerUrl(input), (provider) => ({
      ...provider,
      tags: withoutTags(provider.tags, input.TagKeys),
    }));
  },
});
