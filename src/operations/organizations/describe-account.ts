import type {
  DescribeAccountRequest,
  DescribeAccountResponse,
} from "@aws-sdk/client-organizations";
import { accountNotFound } from "../../registry/identity/change-account.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { accountAnswer } from "./answers.ts";
import { accountResource } from "./resource.ts";
import { accountId } from "./shapes.ts";

/** One account of the organization. */
export const describeAccount = operation("organizations:DescribeAccount", {
  input: request({ AccountId: accountId } satisfies Members<DescribeAccountRequest>),
  resource: ({ AccountId }, _caller, environment) => accountResource(AccountId, environment),
  access: "Read",
  errors: ["AccountNotFound"],
  async handle({ AccountId }, { ports, organization }): Promise<Wire<DescribeAccountResponse>> {
    const account = await ports.metadata.identity.accounts.find(AccountId);
    if (account === undefined) throw accountNotFound();
    return { Account: accountAnswer(organization, account) };
  },
});
