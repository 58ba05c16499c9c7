import type { GetAccountSummaryResponse } from "@aws-sdk/client-iam";
import { accountSummary } from "../../registry/identity/account-summary.ts";
import { operation } from "../operation.ts";
import { request } from "./shapes.ts";

/** How many of everything the account has, and may have. */
export const getAccountSummary = operation("iam:GetAccountSummary", {
  input: request({}),
  resource: (_input, { principal: { account } }) => ({ arn: "*", account }),
  access: "List",
  errors: [],
  async handle(_input, { ports, deployment, caller }) {
    const summary = await accountSummary(ports, deployment, caller.principal.account);
    return { SummaryMap: summary } satisfies { [M in keyof GetAccountSummaryResponse]: unknown };
  },
});
