import type {
  DescribeCreateAccountStatusRequest,
  DescribeCreateAccountStatusResponse,
} from "@aws-sdk/client-organizations";
import { RegistryError } from "../../registry/errors.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { requestAnswer } from "./answers.ts";
import { organizationResource } from "./resource.ts";
import { createAccountRequestId } from "./shapes.ts";

/** What became of a call of CreateAccount. */
export const describeCreateAccountStatus = operation("organizations:DescribeCreateAccountStatus", {
  input: request({
    CreateAccountRequestId: createAccountRequestId,
  } satisfies Members<DescribeCreateAccountStatusRequest>),
  resource: organizationResource,
  access: "Read",
  errors: ["CreateAccountStatusNotFound"],
  async handle(input, { ports }): Promise<Wire<DescribeCreateAccountStatusResponse>> {
    const { accounts } = ports.metadata.identity;
    const found = await accounts.findRequest(input.CreateAccountRequestId);
    if (found !== undefined) return { CreateAccountStatus: requestAnswer(found) };
    throw new RegistryError(
      "CreateAccountStatusNotFound",
      "We can't find a create account request with the CreateAccountRequestId that you specified.",
    );
  },
});
