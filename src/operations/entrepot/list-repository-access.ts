import type { PageRequest } from "../../ports/page-request.ts";
import type { Ports } from "../../ports/ports.ts";
import { type Entity, entityArn } from "../../registry/identity/entity.ts";
import { type Caller, registryOf } from "../../registry/identity/principal.ts";
import type { AccountId } from "../../registry/names.ts";
import { authorize } from "../../registry/policy/authorize.ts";
import {
  type MissingActions,
  missingActions,
  type RepositoryPurpose,
} from "../../registry/policy/repository-access.ts";
import { RequestContext } from "../../registry/policy/request-context.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { nextToken, policyText, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";

/** Each is judged for each action. */
const principalsPerPage = 20;

interface PrincipalAccess {
  readonly principalArn: string;
  readonly purposes: readonly {
    readonly purpose: RepositoryPurpose;
    readonly allowed: boolean;
    /** What is not allowed of what it takes. */
    readonly missingActions: readonly string[];
  }[];
}

interface Answer {
  readonly principals: readonly PrincipalAccess[];
  readonly nextToken?: string;
}

/**
 * What users and roles of the caller's account can do with a repository of it: pull, push, scan, delete,
 * administer, and which actions they lack. Those are told of whom the caller may `entrepot:ExplainAccess`,
 * so that a page may be short, or empty. A repository policy that is not put yet can be tried.
 */
export const listRepositoryAccess = operation("entrepot:ListRepositoryAccess", {
  input: request({
    repositoryName,
    /** In the place of the policy in force; "" for none. */
    repositoryPolicyText: policyText.optional(),
    nextToken,
  }),
  resource: (input, caller) => repositoryResource({ ...input, registryId: undefined }, caller),
  access: "List",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, organization, caller }): Promise<Answer> {
    const registry = registryOf(caller);
    const { repositoryName: repository, repositoryPolicyText } = input;
    await findRepository(ports, registry, repository);
    const listing = { operation: "ListRepositoryAccess", registry, narrowedBy: [repository] };
    const { items, more, last } = await readPage<Entity, string>({
      after: openPosition(ports, listing, input.nextToken),
      size: principalsPerPage,
      fetch: (page) => people(ports, registry.account, page),
      key: keyOf,
    });
    const principals: PrincipalAccess[] = [];
    for (const principalArn of items.map(entityArn)) {
      if (!(await mayExplain(ports, caller, principalArn))) continue;
      const asked = { caller, principalArn, registry, repository };
      const drafts = { repository: repositoryPolicyText };
      const missing = await missingActions(ports, organization, { ...asked, drafts });
      if (missing !== undefined) principals.push(answer(principalArn, missing));
    }
    return {
      principals,
      ...(more && last !== undefined ? { nextToken: sealPosition(ports, listing, last) } : {}),
    };
  },
});

function keyOf({ kind, name }: Entity): string {
  return `${kind}/${name}`;
}

/** Users by name, then roles by name. */
async function people(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
  { after = "user/", limit }: PageRequest<string>,
): Promise<Entity[]> {
  const { entities } = metadata.identity;
  const name = after.slice(after.indexOf("/") + 1);
  const page = { limit, ...(name !== "" && { after: name }) };
  if (after.startsWith("role/")) return entities.list(account, "role", page);
  const users = await entities.list(account, "user", page);
  if (users.length === limit) return users;
  return [...users, ...(await entities.list(account, "role", { limit: limit - users.length }))];
}

async function mayExplain(ports: Ports, caller: Caller, arn: string): Promise<boolean> {
  const resource = { arn, account: caller.principal.account };
  const context = new RequestContext(caller, ports.clock.now());
  const action = "entrepot:ExplainAccess";
  return (await authorize(ports, caller.principal, action, resource, context)).allowed;
}

function answer(principalArn: string, missing: MissingActions): PrincipalAccess {
  const purposes = Object.entries(missing) as [RepositoryPurpose, readonly string[]][];
  return {
    principalArn,
    purposes: purposes.map(([purpose, missingActions]) => ({
      ...{ purpose, allowed: missingActions.length === 0, missingActions },
    })),
  };
}
