import type { ListParentsRequest, ListParentsResponse } from "@aws-sdk/client-organizations";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { organizationRootId } from "../../registry/identity/organization.ts";
import { isAccountId } from "../../registry/names.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { organizationResource } from "./resource.ts";
import { maxResults, nextToken } from "./shapes.ts";

/** In what an account is: in the root, as there are no organizational units here. */
export const listParents = operation("organizations:ListParents", {
  input: request({
    ChildId: z
      .string()
      .max(100)
      .regex(/^(?:[0-9]{12}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$/),
    NextToken: nextToken,
    MaxResults: maxResults,
  } satisfies Members<ListParentsRequest>),
  resource: organizationResource,
  access: "List",
  errors: ["ChildNotFound"],
  async handle({ ChildId: id }, { ports, organization }): Promise<ListParentsResponse> {
    const isThere =
      isAccountId(id) && (await ports.metadata.identity.accounts.find(id)) !== undefined;
    if (isThere) return { Parents: [{ Id: organizationRootId(organization), Type: "ROOT" }] };
    throw new RegistryError(
      "ChildNotFound",
      "We can't find an organizational unit (OU) or Amazon Web Services account with the ChildId that you specified.",
    );
  },
});
