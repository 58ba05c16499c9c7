import type { PageRequest } from "../../ports/page-request.ts";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import type { AccountId } from "../names.ts";
import {
  type AccessRole,
  accessRoleDocument,
  accessRolePath,
  accessRolePolicyName,
  accessRoles,
} from "./access-roles.ts";
import { attachPolicy, detachPolicy, type EntityName } from "./attached-policies.ts";
import { createManagedPolicy } from "./create-managed-policy.ts";
import type { EntityKind } from "./entity.ts";
import { findEntity } from "./find-entity.ts";
import { type ManagedPolicy, parsePolicyArn, policyArn } from "./managed-policy.ts";

/** That somebody has a role over repositories. */
export interface AccessGrant {
  readonly principal: { readonly kind: EntityKind; readonly name: string };
  readonly role: AccessRole;
  /** Empty: the whole account. */
  readonly prefix: string;
  readonly policyArn: string;
}

export type WantedGrant = Pick<AccessGrant, "role" | "prefix"> & { readonly principal: EntityName };

const roleTag = "entrepot:role";
const prefixTag = "entrepot:prefix";

/** The ARN of the policy that such a grant attaches. */
export function grantPolicyArn(
  account: AccountId,
  { role, prefix }: Pick<AccessGrant, "role" | "prefix">,
) {
  const name = accessRolePolicyName(role, accessRoleDocument(role, account, prefix));
  return policyArn({ account, path: accessRolePath, name });
}

/**
 * Gives a user, group or role of IAM a role of these over the repositories under a prefix: a managed
 * policy of the account, which is made where it is not there. Twice is as good as once.
 * @throws NoSuchEntity, LimitExceeded, UnmodifiableEntity
 * @throws Conflict where the policy is there and says something else: somebody has changed it
 */
export async function grantAccess(
  ports: Pick<Ports, "metadata" | "memory" | "clock">,
  { principal, role, prefix }: WantedGrant,
): Promise<AccessGrant> {
  const { account } = principal;
  await findEntity(ports, account, principal.kind, principal.name);
  const document = accessRoleDocument(role, account, prefix);
  const name = accessRolePolicyName(role, document);
  const over = prefix === "" ? "the whole account" : `repositories under ${prefix}`;
  const wanted = { account, name, path: accessRolePath, description: `${role} over ${over}` };
  const tags = [
    ...[
      { key: roleTag, value: role },
      { key: prefixTag, value: prefix },
    ],
  ];
  try {
    await createManagedPolicy(ports, { ...wanted, tags }, document);
  } catch (error) {
    if (!isRegistryError(error, "EntityAlreadyExists")) throw error;
    await requireUnchanged(ports, account, name, document);
  }
  const arn = policyArn({ account, path: accessRolePath, name });
  await attachPolicy(ports, principal, arn);
  return { principal, role, prefix, policyArn: arn };
}

async function requireUnchanged(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
  name: string,
  document: string,
): Promise<void> {
  const { policies } = metadata.identity;
  const policy = await policies.find(account, name);
  const version = policy && (await policies.version(policy, policy.defaultVersion));
  if (policy?.path === accessRolePath && version?.document === document) return;
  const sentence = `The policy ${name} has been changed: delete it, or set its first version as the default`;
  throw new RegistryError("Conflict", sentence);
}

/**
 * Takes a role away again. The policy stays, for others that have it and may get it.
 * @throws NoSuchEntity, UnmodifiableEntity
 * @throws ResourceNotFound where the principal does not have it
 */
export async function revokeAccess(
  ports: Pick<Ports, "metadata" | "memory">,
  { principal, role, prefix }: WantedGrant,
): Promise<void> {
  const held = await grantsOf(ports, principal);
  const these = held.filter((each) => each.role === role && each.prefix === prefix);
  if (these.length === 0) {
    const sentence = `The ${principal.kind} ${principal.name} is no ${role} over '${prefix}'`;
    throw new RegistryError("ResourceNotFound", sentence);
  }
  for (const { policyArn: arn } of these) await detachPolicy(ports, principal, arn);
}

/** The roles that a principal has itself, not by its groups. @throws NoSuchEntity */
export async function grantsOf(
  ports: Pick<Ports, "metadata">,
  { account, kind, name }: EntityName,
): Promise<AccessGrant[]> {
  const entity = await findEntity(ports, account, kind, name);
  const { policies } = ports.metadata.identity;
  const grants: AccessGrant[] = [];
  for (const arn of await policies.attached(entity)) {
    const parsed = parsePolicyArn(arn);
    if (parsed === undefined || parsed.path !== accessRolePath) continue;
    const policy = await policies.find(account, parsed.name);
    const granted = policy && grantedBy(policy);
    if (granted !== undefined)
      grants.push({ ...granted, principal: { kind, name }, policyArn: arn });
  }
  return grants;
}

/** `undefined` for a policy that is no role, whoever has put it there. */
function grantedBy({ tags }: ManagedPolicy): Pick<AccessGrant, "role" | "prefix"> | undefined {
  const tagged = (wanted: string) => tags.find(({ key }) => key === wanted)?.value;
  const role = accessRoles.find((each) => each === tagged(roleTag));
  const prefix = tagged(prefixTag);
  return role === undefined || prefix === undefined ? undefined : { role, prefix };
}

/** A role over repositories that somebody has, or had. */
export interface GrantedRole extends Pick<AccessGrant, "role" | "prefix" | "policyArn"> {
  /** How many have it. */
  readonly count: number;
  /** Some of them. */
  readonly principals: readonly AccessGrant["principal"][];
  /** Of the policy: where a listing goes on. */
  readonly policy: string;
}

/** Principals that a listing names for each role. */
const principalsNamed = 100;

/** Roles of an account by the names of their policies. */
export async function listGrantedRoles(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
  page: PageRequest<string>,
): Promise<GrantedRole[]> {
  const { policies } = metadata.identity;
  const roles: GrantedRole[] = [];
  for (const policy of await policies.list(account, page, { pathPrefix: accessRolePath })) {
    const arn = policyArn(policy);
    const count = await policies.attachmentCount(account, arn);
    const some = await policies.attachments(account, arn, { limit: principalsNamed });
    const { role, prefix } = grantedBy(policy) ?? { role: undefined, prefix: "" };
    if (role === undefined) continue;
    const principals = some.map(({ kind, name }) => ({ kind, name }));
    roles.push({ role, prefix, policyArn: arn, count, principals, policy: policy.name });
  }
  return roles;
}
