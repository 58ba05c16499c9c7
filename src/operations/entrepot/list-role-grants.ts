import type { Ports } from "../../ports/ports.ts";
import { invalidParameter } from "../../registry/errors.ts";
import {
  type GrantedRole,
  grantsOf,
  listGrantedRoles,
} from "../../registry/identity/access-grants.ts";
import { entityArn } from "../../registry/identity/entity.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { groupOf, isGroupRoleName } from "../../registry/identity/provider-groups.ts";
import { limits } from "../../registry/limits.ts";
import type { AccountId } from "../../registry/names.ts";
import { maxResults, nextToken, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import {
  grantedPrincipal,
  groupAnswer,
  groupProviderArn,
  principalKind,
  principalName,
} from "./role-grant-input.ts";

interface GranteeAnswer {
  readonly kind: string;
  readonly name: string;
  /** Of a group of an OIDC provider; `roleArn`: the role of IAM that its members have. */
  readonly providerArn?: string;
  readonly roleArn?: string;
}

interface GrantedRoleAnswer {
  readonly role: string;
  readonly repositoryPrefix: string;
  readonly policyArn: string;
  /** How many have it. */
  readonly count: number;
  /** At most 100 of them. */
  readonly principals: readonly GranteeAnswer[];
}

/** Which roles somebody of the caller's account has, or which there are and who has them. */
export const listRoleGrants = operation("entrepot:ListRoleGrants", {
  input: request({
    ...{ principalKind: principalKind.optional(), principalName: principalName.optional() },
    providerArn: groupProviderArn.optional(),
    ...{ maxResults, nextToken },
  }),
  resource: (_input, { principal: { account } }) => ({ arn: "*", account }),
  access: "List",
  errors: ["InvalidParameter", "NoSuchEntity"],
  async handle(
    { principalKind: kind, principalName: name, providerArn, ...input },
    { ports, caller },
  ): Promise<{ roles: GrantedRoleAnswer[]; nextToken?: string }> {
    const { account } = caller.principal;
    if ((kind === undefined) !== (name === undefined)) {
      throw invalidParameter("principalName", "principalKind and principalName go together");
    }
    if (kind !== undefined && name !== undefined) {
      const asked = { principalKind: kind, principalName: name, providerArn };
      const principal = await grantedPrincipal(ports, asked, caller);
      const held = await grantsOf(ports, principal);
      const principals = [await granteeAnswer(ports, account, principal)];
      return { roles: held.map((each) => answer({ ...each, count: 1 }, principals)) };
    }
    const listing = { operation: "ListRoleGrants", registry: registryOf(caller, account) };
    const page = await readPage<GrantedRole, string>({
      after: openPosition(ports, listing, input.nextToken),
      size: input.maxResults ?? limits.pageDefault,
      fetch: (wanted) => listGrantedRoles(ports, account, wanted),
      key: ({ policy }) => policy,
    });
    const roles: GrantedRoleAnswer[] = [];
    for (const granted of page.items) {
      const { principals } = granted;
      const told = principals.map((each) => granteeAnswer(ports, account, each));
      roles.push(answer(granted, await Promise.all(told)));
    }
    if (!page.more || page.last === undefined) return { roles };
    return { roles, nextToken: sealPosition(ports, listing, page.last) };
  },
});

/** A role that is a group's is told of as the group. */
async function granteeAnswer(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
  { kind, name }: GrantedRole["principals"][number],
): Promise<GranteeAnswer> {
  if (kind !== "role" || !isGroupRoleName(name)) return { kind, name };
  const role = await metadata.identity.entities.find(account, "role", name);
  const group = role && groupOf(role);
  if (role === undefined || group === undefined) return { kind, name };
  const { providerArn, roleArn } = groupAnswer({ ...group, roleArn: entityArn(role) });
  return { kind: "provider-group", name: group.group, providerArn, roleArn };
}

function answer(
  { role, prefix, policyArn, count }: Pick<GrantedRole, "role" | "prefix" | "policyArn" | "count">,
  principals: readonly GranteeAnswer[],
): GrantedRoleAnswer {
  return { role, repositoryPrefix: prefix, policyArn, count, principals };
}
