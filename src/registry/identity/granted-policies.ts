import type { Ports } from "../../ports/ports.ts";
import type { AccountId } from "../names.ts";
import { awsManagedPolicies } from "../policy/managed-policies.ts";
import type { Entity } from "./entity.ts";
import { parsePolicyArn } from "./managed-policy.ts";

/** A policy that an entity has, and how it comes to it. */
export type GrantedPolicy = { readonly document: string } & (
  | { readonly kind: "inline"; readonly name: string; readonly owner: Entity }
  /** `aws-managed` and `user-managed` are what the policy simulator calls them. */
  | { readonly kind: "aws-managed" | "user-managed"; readonly arn: string }
);

/** What the policy simulator calls it: `role_app_inline`, or the name of a managed policy. */
export function simulatorName(policy: GrantedPolicy): string {
  if (policy.kind !== "inline") return policy.arn.slice(policy.arn.lastIndexOf("/") + 1);
  const { owner, name } = policy;
  return `${owner.kind}_${owner.name}_${name}`;
}

/** Every policy that grants to an entity, those of a user's groups too. */
export async function grantedPolicies(
  ports: Pick<Ports, "metadata">,
  entity: Entity,
): Promise<GrantedPolicy[]> {
  const { entities } = ports.metadata.identity;
  const groups = entity.kind === "user" ? await entities.groupsOf(entity) : [];
  const granted = await Promise.all([entity, ...groups].map((owner) => policiesOf(ports, owner)));
  return granted.flat();
}

/** The policy that bounds an entity, if one does. */
export async function boundaryPolicy(
  ports: Pick<Ports, "metadata">,
  entity: Entity,
): Promise<GrantedPolicy | undefined> {
  if (entity.kind === "group" || entity.boundary === undefined) return undefined;
  return managedPolicy(ports, entity, entity.boundary);
}

async function policiesOf(ports: Pick<Ports, "metadata">, owner: Entity): Promise<GrantedPolicy[]> {
  const { policies } = ports.metadata.identity;
  const [inline, arns] = await Promise.all([policies.inline(owner), policies.attached(owner)]);
  const managed = await Promise.all(arns.map((arn) => managedPolicy(ports, owner, arn)));
  return [
    ...inline.map(({ name, document }) => ({ kind: "inline" as const, name, owner, document })),
    ...managed.filter((policy) => policy !== undefined),
  ];
}

/** `undefined` where there is no such policy any more. */
async function managedPolicy(
  ports: Pick<Ports, "metadata">,
  { account }: Entity,
  arn: string,
): Promise<GrantedPolicy | undefined> {
  const document = await managedPolicyDocument(ports, account, arn);
  if (document === undefined) return undefined;
  return { kind: awsManagedPolicies.has(arn) ? "aws-managed" : "user-managed", arn, document };
}

/** The default version of AWS's own policy, or of the account's, that the ARN names. */
export async function managedPolicyDocument(
  ports: Pick<Ports, "metadata">,
  account: AccountId,
  arn: string,
): Promise<string | undefined> {
  const known = awsManagedPolicies.get(arn);
  if (known !== undefined) return known.text;
  const named = parsePolicyArn(arn);
  if (named === undefined || named.account !== account) return undefined;
  const { policies } = ports.metadata.identity;
  const policy = await policies.find(account, named.name);
  // Its path is part of an ARN, though not of the name that it is unique by.
  if (policy === undefined || policy.path !== named.path) return undefined;
  return (await policies.version(policy, policy.defaultVersion))?.document;
}
