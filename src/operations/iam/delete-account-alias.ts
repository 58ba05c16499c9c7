import type { DeleteAccountAliasRequest } from "@aws-sdk/client-iam";
import { removeAccountAlias } from "../../registry/identity/account-alias.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { accountResource } from "./account-resource.ts";
import { accountAlias, request } from "./shapes.ts";

/** Takes the account's alias away; another account may have it from then on. */
export const deleteAccountAlias = operation("iam:DeleteAccountAlias", {
  input: request({ AccountAlias: accountAlias } satisfies Members<DeleteAccountAliasRequest>),
  resource: accountResource,
  access: "Write",
  errors: ["NoSuchEntity"],
  async handle({ AccountAlias }, { ports, caller }): Promise<void> {
    await removeAccountAlias(ports, caller.principal.account, AccountAlias);
  },
});
