import type { ListPoliciesRequest, ListPoliciesResponse } from "@aws-sdk/client-iam";
import { z } from "zod";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { filteredPage } from "./filtered-page.ts";
import { awsPolicies, ownPolicies } from "./managed-policy-sections.ts";
import { listedPolicy, type PolicyUsage, policyUsage } from "./policy-answer.ts";
import { policyUsageFilter } from "./policy-shapes.ts";
import { boolean, marker, maxItems, pathPrefix, request } from "./shapes.ts";

/** The account's own managed policies by name, and after them AWS's. */
export const listPolicies = operation("iam:ListPolicies", {
  input: request({
    Scope: z.enum(["All", "AWS", "Local"]).default("All"),
    OnlyAttached: boolean.default(false),
    PathPrefix: pathPrefix,
    PolicyUsageFilter: policyUsageFilter,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListPoliciesRequest>),
  resource: ({ PathPrefix = "/" }, { principal: { account } }) => ({
    arn: `arn:aws:iam::${account}:policy${PathPrefix}`,
    account,
  }),
  access: "List",
  errors: [],
  async handle(input, { ports, caller }): Promise<QueryWire<ListPoliciesResponse>> {
    const { Scope, OnlyAttached, PathPrefix, PolicyUsageFilter } = input;
    const { account } = caller.principal;
    const own = ownPolicies(ports, account, PathPrefix);
    const ofAws = awsPolicies(PathPrefix);
    const { items, end } = await filteredPage(
      ports,
      {
        ...{ operation: "ListPolicies", account },
        narrowedBy: [Scope, String(OnlyAttached), PathPrefix, PolicyUsageFilter],
      },
      Scope === "All" ? [own, ofAws] : [Scope === "Local" ? own : ofAws],
      async (policy) => {
        const usage = await policyUsage(ports, account, policy.arn);
        const isMeant = !OnlyAttached || isUsed(usage, PolicyUsageFilter);
        return isMeant ? listedPolicy(policy, usage) : undefined;
      },
      input,
    );
    return { Policies: items, ...end };
  },
});

function isUsed(
  { attachments, boundaries }: PolicyUsage,
  filter: z.output<typeof policyUsageFilter>,
): boolean {
  return (
    (attachments > 0 && filter !== "PermissionsBoundary") ||
    (boundaries > 0 && filter !== "PermissionsPolicy")
  );
}
