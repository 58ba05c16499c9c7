import { z } from "zod";
import {
  type AccessGrant,
  grantPolicyArn,
  type WantedGrant,
} from "../../registry/identity/access-grants.ts";
import { accessRoles } from "../../registry/identity/access-roles.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import { entityResource } from "../iam/entity-resource.ts";
import type { Environment, FurtherAction } from "../operation.ts";

export const principalKind = z.enum(["user", "group", "role"]);
export const principalName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\w+=,.@-]+$/);

/** The members that say who has which role over what. */
export const grantMembers = {
  ...{ principalKind, principalName, role: z.enum(accessRoles) },
  /** What names of repositories begin with; absent, it is the whole account. */
  repositoryPrefix: z
    .string()
    .max(limits.repositoryNameCharacters)
    .regex(/^(?:[a-z0-9][a-z0-9._/-]*)?$/)
    .default(""),
};

interface GrantInput {
  readonly principalKind: WantedGrant["principal"]["kind"];
  readonly principalName: string;
  readonly role: WantedGrant["role"];
  readonly repositoryPrefix: string;
}

export function wantedGrant(input: GrantInput, { principal: { account } }: Caller): WantedGrant {
  const { principalKind: kind, principalName: name, role, repositoryPrefix: prefix } = input;
  return { principal: { account, kind, name }, role, prefix };
}

/** Who is granted something, in the caller's account. */
export function grantedResource(
  { principalKind: kind, principalName: name }: Pick<GrantInput, "principalKind" | "principalName">,
  { principal: { account } }: Caller,
  { ports }: Pick<Environment, "ports">,
): Promise<Resource> {
  return entityResource(ports, account, kind, name);
}

const suffixes = { user: "UserPolicy", group: "GroupPolicy", role: "RolePolicy" } as const;

/** What IAM would want for the same: nobody grants here what they could not grant there. */
export function furtherToGrant(
  verb: "Attach" | "Detach",
  input: GrantInput,
  caller: Caller,
  target: Resource,
): readonly FurtherAction[] {
  const action = `iam:${verb}${suffixes[input.principalKind]}`;
  const { account } = caller.principal;
  const { role, prefix } = wantedGrant(input, caller);
  const policy = { arn: grantPolicyArn(account, { role, prefix }), account };
  const attaching = { action, resource: target };
  return verb === "Detach"
    ? [attaching]
    : [attaching, { action: "iam:CreatePolicy", resource: policy }];
}

/** A grant as it is told of. */
export interface RoleGrantAnswer {
  readonly principalKind: string;
  readonly principalName: string;
  readonly role: string;
  readonly repositoryPrefix: string;
  readonly policyArn: string;
}

export function roleGrantAnswer({
  principal,
  role,
  prefix,
  policyArn,
}: AccessGrant): RoleGrantAnswer {
  const { kind: principalKind, name } = principal;
  return { principalKind, principalName: name, role, repositoryPrefix: prefix, policyArn };
}
