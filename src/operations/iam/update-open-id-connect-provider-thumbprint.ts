import type { UpdateOpenIDConnectProviderThumbprintRequest } from "@aws-sdk/client-iam";
import { changeOidcProvider, checkThumbprints } from "../../registry/identity/oidc-providers.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { providerResource, providerUrl } from "./provider-resource.ts";
import { providerArn, thumbprints } from "./provider-shapes.ts";
import { request } from "./shapes.ts";

/** Puts other thumbprints in the place of those that there are. */
export const updateOpenIDConnectProviderThumbprint = operation(
  "iam:UpdateOpenIDConnectProviderThumbprint",
  {
    input: request({
      OpenIDConnectProviderArn: providerArn,
      ThumbprintList: thumbprints,
    } satisfies Members<UpdateOpenIDConnectProviderThumbprintRequest>),
    resource: providerResource,
    access: "Write",
    errors: ["InvalidInput", "NoSuchEntity"],
    async handle(input, { ports, caller }): Promise<void> {
      const { account } = caller.principal;
      const wanted = checkThumbprints(input.ThumbprintList);
      await changeOidcProvider(ports, account, providerUrl(input), (provider) => ({
        ...provider,
        thumbprints: wanted,
      }));
    },
  },
);
