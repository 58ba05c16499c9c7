import { z } from "zod";
import { operation } from "../operation.ts";

/**
 * Says whose credentials signed the request. Needs no permission: whoever holds the credentials may
 * know that much, and no policy can deny it. Source: STS API, GetCallerIdentity.
 */
export const getCallerIdentity = operation("sts:GetCallerIdentity", {
  input: z.object({}),
  resource: (_input, caller) => ({ arn: "*", account: caller.principal.account }),
  action: null,
  access: "Read",
  errors: [],
  async handle(_input, { caller }) {
    const { arn, userId, account } = caller.principal;
    return { Arn: arn, UserId: userId, Account: account };
  },
});
