import type { ListRootsRequest, ListRootsResponse } from "@aws-sdk/client-organizations";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { rootAnswer } from "./answers.ts";
import { organizationResource } from "./resource.ts";
import { maxResults, nextToken } from "./shapes.ts";

/** The root in which all accounts are. There is one, so that no page follows. */
export const listRoots = operation("organizations:ListRoots", {
  input: request({
    NextToken: nextToken,
    MaxResults: maxResults,
  } satisfies Members<ListRootsRequest>),
  resource: organizationResource,
  access: "List",
  errors: [],
  async handle(_input, { organization }): Promise<Wire<ListRootsResponse>> {
    return { Roots: [rootAnswer(organization)] };
  },
});
