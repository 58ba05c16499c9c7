import { invalidParameter } from "../../registry/errors.ts";
import {
  type GrantedRole,
  grantsOf,
  listGrantedRoles,
} from "../../registry/identity/access-grants.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { maxResults, nextToken, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { principalKind, principalName } from "./role-grant-input.ts";

interface GrantedRoleAnswer {
  readonly role: string;
  readonly repositoryPrefix: string;
  readonly policyArn: string;
  /** How many have it. */
  readonly count: number;
  /** At most 100 of them. */
  readonly principals: readonly { readonly kind: string; readonly name: string }[];
}

/** Which roles somebody of the caller's account has, or which there are and who has them. */
export const listRoleGrants = operation("entrepot:ListRoleGrants", {
  input: request({
    ...{ principalKind: principalKind.optional(), principalName: principalName.optional() },
    ...{ maxResults, nextToken },
  }),
  resource: (_input, { principal: { account } }) => ({ arn: "*", account }),
  access: "List",
  errors: ["InvalidParameter", "NoSuchEntity"],
  async handle(
    { principalKind: kind, principalName: name, ...input },
    { ports, caller },
  ): Promise<{ roles: GrantedRoleAnswer[]; nextToken?: string }> {
    const { account } = caller.principal;
    if ((kind === undefined) !== (name === undefined)) {
      throw invalidParameter("principalName", "principalKind and principalName go together");
    }
    if (kind !== undefined && name !== undefined) {
      const held = await grantsOf(ports, { account, kind, name });
      return {
        roles: held.map((each) => answer({ ...each, count: 1, principals: [{ kind, name }] })),
      };
    }
    const listing = { operation: "ListRoleGrants", registry: registryOf(caller, account) };
    const page = await readPage<GrantedRole, string>({
      after: openPosition(ports, listing, input.nextToken),
      size: input.maxResults ?? limits.pageDefault,
      fetch: (wanted) => listGrantedRoles(ports, account, wanted),
      key: ({ policy }) => policy,
    });
    const roles = page.items.map(answer);
    if (!page.more || page.last === undefined) return { roles };
    return { roles, nextToken: sealPosition(ports, listing, page.last) };
  },
});

function answer({
  role,
  prefix,
  policyArn,
  count,
  principals,
}: Omit<GrantedRole, "policy">): GrantedRoleAnswer {
  return { role, repositoryPrefix: prefix, policyArn, count, principals };
}
