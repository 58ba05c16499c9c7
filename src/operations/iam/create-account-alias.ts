import type { CreateAccountAliasRequest } from "@aws-sdk/client-iam";
import { setAccountAlias } from "../../registry/identity/account-alias.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { accountResource } from "./account-resource.ts";
import { accountAlias, request } from "./shapes.ts";

/** Names the account where people sign in, in place of the alias that it had. */
export const createAccountAlias = operation("iam:CreateAccountAlias", {
  input: request({ AccountAlias: accountAlias } satisfies Members<CreateAccountAliasRequest>),
  resource: accountResource,
  access: "Write",
  errors: ["EntityAlreadyExists"],
  async handle({ AccountAlias }, { ports, caller }): Promise<void> {
    await setAccountAlias(ports, caller.principal.account, AccountAlias);
  },
});
