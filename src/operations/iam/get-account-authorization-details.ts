import type {
  GetAccountAuthorizationDetailsRequest,
  GetAccountAuthorizationDetailsResponse,
} from "@aws-sdk/client-iam";
import type { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import type { Entity, EntityKind } from "../../registry/identity/entity.ts";
import type { AnyPolicy } from "../../registry/identity/find-managed-policy.ts";
import type { AccountId } from "../../registry/names.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { groupDetail, policyDetail, roleDetail, userDetail } from "./authorization-details.ts";
import { filteredPage, type Section } from "./filtered-page.ts";
import { awsPolicies, ownPolicies } from "./managed-policy-sections.ts";
import { policyUsage } from "./policy-answer.ts";
import { type entityType, entityTypes } from "./policy-shapes.ts";
import { marker, maxItems, request } from "./shapes.ts";

type Answer = QueryWire<GetAccountAuthorizationDetailsResponse>;

/**
 * Users, groups, roles and managed policies of the account, in this order, with all their policies. Of
 * AWS's own policies those that somebody has.
 */
export const getAccountAuthorizationDetails = operation("iam:GetAccountAuthorizationDetails", {
  input: request({
    Filter: entityTypes.default([]),
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<GetAccountAuthorizationDetailsRequest>),
  resource: (_input, { principal: { account } }) => ({ arn: "*", account }),
  access: "List",
  errors: [],
  async handle(input, { ports, caller }): Promise<Answer> {
    const { account } = caller.principal;
    const wanted = new Set(input.Filter);
    const sections = allSections(ports, account)
      .filter(([type]) => wanted.size === 0 || wanted.has(type))
      .map(([, section]) => section);
    const { items, end } = await filteredPage<Listed, Detail>(
      ports,
      {
        ...{ operation: "GetAccountAuthorizationDetails", account },
        narrowedBy: [[...wanted].toSorted()],
      },
      sections,
      (item) => detailOf(ports, account, item),
      input,
    );
    const lists = Map.groupBy(items, ({ list }) => list);
    const of = <List extends Detail["list"]>(list: List) =>
      (lists.get(list) ?? []).map(({ detail }) => detail) as Extract<
        Detail,
        { list: List }
      >["detail"][];
    return {
      UserDetailList: of("UserDetailList"),
      GroupDetailList: of("GroupDetailList"),
      RoleDetailList: of("RoleDetailList"),
      Policies: of("Policies"),
      ...end,
    };
  },
});

type Listed = Entity | AnyPolicy;

/** An item of the answer, and the list that it belongs to. */
type Detail = {
  [List in "UserDetailList" | "GroupDetailList" | "RoleDetailList" | "Policies"]: {
    readonly list: List;
    readonly detail: NonNullable<Answer[List]>[number];
  };
}["UserDetailList" | "GroupDetailList" | "RoleDetailList" | "Policies"];

async function detailOf(
  ports: Ports,
  account: AccountId,
  item: Listed,
): Promise<Detail | undefined> {
  if (!("kind" in item)) {
    const usage = await policyUsage(ports, account, item.arn);
    const isMeant = item.own !== undefined || usage.attachments > 0 || usage.boundaries > 0;
    if (!isMeant) return undefined;
    return { list: "Policies", detail: await policyDetail(ports, item, usage) };
  }
  switch (item.kind) {
    case "user":
      return { list: "UserDetailList", detail: await userDetail(ports, item) };
    case "group":
      return { list: "GroupDetailList", detail: await groupDetail(ports, item) };
    case "role":
      return { list: "RoleDetailList", detail: await roleDetail(ports, item) };
  }
}

function allSections(
  ports: Ports,
  account: AccountId,
): (readonly [type: z.output<typeof entityType>, Section<Listed>])[] {
  const { entities } = ports.metadata.identity;
  const of = (kind: EntityKind): Section<Listed> => ({
    name: kind,
    fetch: (page) => entities.list(account, kind, page),
    key: ({ name }) => name,
  });
  return [
    ["User", of("user")],
    ["Group", of("group")],
    ["Role", of("role")],
    ["LocalManagedPolicy", ownPolicies(ports, account) as Section<Listed>],
    ["AWSManagedPolicy", awsPolicies() as Section<Listed>],
  ];
}
