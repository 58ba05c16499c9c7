import type {
  ListEntitiesForPolicyRequest,
  ListEntitiesForPolicyResponse,
} from "@aws-sdk/client-iam";
import type { z } from "zod";
import type { Attachment } from "../../ports/identity-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { EntityKind } from "../../registry/identity/entity.ts";
import { findPolicy } from "../../registry/identity/find-managed-policy.ts";
import type { AccountId } from "../../registry/names.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { filteredPage, type Section } from "./filtered-page.ts";
import { policyResource } from "./policy-resource.ts";
import { entityType, policyUsageFilter } from "./policy-shapes.ts";
import { arn, marker, maxItems, pathPrefix, request } from "./shapes.ts";

const input = request({
  PolicyArn: arn,
  EntityFilter: entityType.optional(),
  PathPrefix: pathPrefix,
  PolicyUsageFilter: policyUsageFilter,
  Marker: marker,
  MaxItems: maxItems,
} satisfies Members<ListEntitiesForPolicyRequest>);

/** Who in the account has a managed policy, or is bounded by it; each once. */
export const listEntitiesForPolicy = operation("iam:ListEntitiesForPolicy", {
  input,
  resource: policyResource,
  access: "List",
  errors: ["InvalidInput", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<ListEntitiesForPolicyResponse>> {
    const { account } = caller.principal;
    const { PolicyArn, EntityFilter, PathPrefix = "/", PolicyUsageFilter } = input;
    await findPolicy(ports, account, PolicyArn);
    const { items, end } = await filteredPage(
      ports,
      {
        ...{ operation: "ListEntitiesForPolicy", account },
        narrowedBy: [PolicyArn, EntityFilter, PathPrefix, PolicyUsageFilter],
      },
      sections(ports, account, input),
      async ({ by, ...each }) => {
        const isMeant = EntityFilter === undefined || filterNames[each.kind] === EntityFilter;
        if (!isMeant || !each.path.startsWith(PathPrefix)) return undefined;
        // Who has the policy and is bounded by it too was told of already.
        const told = by === "boundary" && PolicyUsageFilter === undefined;
        return told && (await hasPolicy(ports, account, each, PolicyArn)) ? undefined : each;
      },
      input,
    );
    const of = (kind: EntityKind) => items.filter((each) => each.kind === kind);
    return {
      PolicyGroups: of("group").map(({ name, id }) => ({ GroupName: name, GroupId: id })),
      PolicyUsers: of("user").map(({ name, id }) => ({ UserName: name, UserId: id })),
      PolicyRoles: of("role").map(({ name, id }) => ({ RoleName: name, RoleId: id })),
      ...end,
    };
  },
});

async function hasPolicy(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
  { id }: Attachment,
  arn: string,
): Promise<boolean> {
  return (await metadata.identity.policies.attached({ account, id })).includes(arn);
}

/** An entity, and what the policy is to it. */
interface PolicyUser extends Attachment {
  readonly by: "attachment" | "boundary";
}

const filterNames = { user: "User", group: "Group", role: "Role" } as const;

function sections(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
  { PolicyArn, PolicyUsageFilter }: z.output<typeof input>,
): Section<PolicyUser>[] {
  const { policies } = metadata.identity;
  const attached: Section<PolicyUser> = {
    name: "attached",
    fetch: async ({ after, limit }) => {
      const [kind, id = ""] = after?.split("/") ?? [];
      const position = kind === undefined ? undefined : { kind: kind as EntityKind, id };
      const found = await policies.attachments(account, PolicyArn, { after: position, limit });
      return found.map((each) => ({ ...each, by: "attachment" }));
    },
    key: ({ kind, id }) => `${kind}/${id}`,
  };
  const bounded: Section<PolicyUser> = {
    name: "bounded",
    fetch: async (page) => {
      const found = await policies.bounded(account, PolicyArn, page);
      return found.map((each) => ({ ...each, by: "boundary" }));
    },
    key: ({ id }) => id,
  };
  if (PolicyUsageFilter === "PermissionsPolicy") return [attached];
  if (PolicyUsageFilter === "PermissionsBoundary") return [bounded];
  return [attached, bounded];
}
