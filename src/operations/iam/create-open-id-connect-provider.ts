import type {
  CreateOpenIDConnectProviderRequest,
  CreateOpenIDConnectProviderResponse,
} from "@aws-sdk/client-iam";
import { checkTags } from "../../registry/identity/entity-tags.ts";
import {
  checkClientIds,
  checkProviderUrl,
  checkThumbprints,
  createOidcProvider,
} from "../../registry/identity/oidc-providers.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { oidcProviderArn } from "../../registry/identity/stored-credential.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { tagConditions } from "../tag-conditions.ts";
import { clientIds, providerUrl, thumbprints } from "./provider-shapes.ts";
import { request, tags } from "./shapes.ts";
import { tagsAnswer } from "./tags-and-boundary.ts";

/** Makes an issuer of tokens one that trust policies of the account can name. It is not asked here. */
export const createOpenIDConnectProvider = operation("iam:CreateOpenIDConnectProvider", {
  input: request({
    Url: providerUrl,
    ClientIDList: clientIds.default([]),
    ThumbprintList: thumbprints.default([]),
    Tags: tags.default([]),
  } satisfies Members<CreateOpenIDConnectProviderRequest>),
  resource,
  further: (input, caller) =>
    input.Tags.length === 0
      ? []
      : [{ action: "iam:TagOpenIDConnectProvider", resource: resource(input, caller) }],
  conditions: ({ Tags }) => tagConditions(Tags),
  access: "Write",
  errors: ["EntityAlreadyExists", "InvalidInput", "LimitExceeded"],
  async handle(input, { ports, caller }): Promise<QueryWire<CreateOpenIDConnectProviderResponse>> {
    const provider = await createOidcProvider(ports, {
      account: caller.principal.account,
      url: checkProviderUrl(input.Url),
      clientIds: checkClientIds(input.ClientIDList),
      thumbprints: checkThumbprints(input.ThumbprintList),
      tags: checkTags(input.Tags),
    });
    return {
      OpenIDConnectProviderArn: oidcProviderArn(provider),
      Tags: provider.tags.length === 0 ? undefined : tagsAnswer(provider.tags),
    };
  },
});

/** @throws InvalidInput */
function resource({ Url }: { readonly Url: string }, { principal: { account } }: Caller) {
  return { arn: oidcProviderArn({ account, url: checkProviderUrl(Url) }), account };
}
