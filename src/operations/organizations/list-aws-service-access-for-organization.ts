import type {
  ListAWSServiceAccessForOrganizationRequest,
  ListAWSServiceAccessForOrganizationResponse,
} from "@aws-sdk/client-organizations";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { organizationResource } from "./resource.ts";
import { maxResults, nextToken } from "./shapes.ts";

/** Which services act in all accounts of the organization: none does, and none can be let. */
export const listAwsServiceAccessForOrganization = operation(
  "organizations:ListAWSServiceAccessForOrganization",
  {
    input: request({
      NextToken: nextToken,
      MaxResults: maxResults,
    } satisfies Members<ListAWSServiceAccessForOrganizationRequest>),
    resource: organizationResource,
    access: "List",
    errors: [],
    async handle(): Promise<Wire<ListAWSServiceAccessForOrganizationResponse>> {
      return { EnabledServicePrincipals: [] };
    },
  },
);
