import type {
  ListCreateAccountStatusRequest,
  ListCreateAccountStatusResponse,
} from "@aws-sdk/client-organizations";
import { z } from "zod";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { requestAnswer } from "./answers.ts";
import { organizationPage } from "./page.ts";
import { organizationResource } from "./resource.ts";
import { maxResults, nextToken } from "./shapes.ts";

const states = ["IN_PROGRESS", "SUCCEEDED", "FAILED"] as const;

/** What became of calls of CreateAccount, by their ids; a page may be short although more follow. */
export const listCreateAccountStatus = operation("organizations:ListCreateAccountStatus", {
  input: request({
    States: z.array(z.enum(states)).max(3).default([]),
    NextToken: nextToken,
    MaxResults: maxResults,
  } satisfies Members<ListCreateAccountStatusRequest>),
  resource: organizationResource,
  access: "List",
  errors: ["InvalidParameter"],
  async handle(input, { ports, organization }): Promise<Wire<ListCreateAccountStatusResponse>> {
    const { States: wanted } = input;
    const { items, next } = await organizationPage(
      ports,
      organization,
      {
        operation: "ListCreateAccountStatus",
        narrowedBy: wanted,
        fetch: (page) => ports.metadata.identity.accounts.listRequests(page),
        key: ({ id }) => id,
      },
      input,
    );
    const shown = items.filter(({ state }) => wanted.length === 0 || wanted.includes(state));
    return { CreateAccountStatuses: shown.map(requestAnswer), ...next };
  },
});
