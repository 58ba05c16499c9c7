import type { ListPolicyVersionsRequest, ListPolicyVersionsResponse } from "@aws-sdk/client-iam";
import { findPolicy, policyVersions } from "../../registry/identity/find-managed-policy.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { iamPage } from "./page.ts";
import { listedVersion } from "./policy-answer.ts";
import { policyResource } from "./policy-resource.ts";
import { arn, marker, maxItems, request } from "./shapes.ts";

/** The newest first. */
export const listPolicyVersions = operation("iam:ListPolicyVersions", {
  input: request({
    PolicyArn: arn,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListPolicyVersionsRequest>),
  resource: policyResource,
  access: "List",
  errors: ["InvalidInput", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<ListPolicyVersionsResponse>> {
    const { account } = caller.principal;
    const policy = await findPolicy(ports, account, input.PolicyArn);
    const all = await policyVersions(ports, policy);
    const { items, end } = await iamPage(
      ports,
      {
        ...{ operation: "ListPolicyVersions", account, narrowedBy: [policy.id] },
        fetch: async ({ after, limit }) =>
          all
            .filter(({ version }) => after === undefined || version < Number(after))
            .slice(0, limit),
        key: ({ version }) => String(version),
      },
      input,
    );
    return { Versions: items.map((each) => listedVersion(each, policy.defaultVersion)), ...end };
  },
});
