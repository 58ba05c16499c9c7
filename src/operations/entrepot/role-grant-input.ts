import { z } from "zod";
import { invalidParameter } from "../../registry/errors.ts";
import {
  type AccessGrant,
  grantPolicyArn,
  type WantedGrant,
} from "../../registry/identity/access-grants.ts";
import { accessRoles } from "../../registry/identity/access-roles.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { groupRole, type ProviderGroup } from "../../registry/identity/provider-groups.ts";
import { oidcProviderArn } from "../../registry/identity/stored-credential.ts";
import { limits } from "../../registry/limits.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import { entityResource } from "../iam/entity-resource.ts";
import type { Environment, FurtherAction } from "../operation.ts";
import { namedProvider, signOnProviderArn } from "./console-sign-on-answer.ts";

/** Of IAM's own, and groups of an OIDC provider. */
export const principalKind = z.enum(["user", "group", "role", "provider-group"]);
export const principalName = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[^\p{C}]+$/u);
/** Whose group it is, of a "provider-group". */
export const groupProviderArn = signOnProviderArn;

/** The members that say who has which role over what. */
export const grantMembers = {
  ...{ principalKind, principalName, role: z.enum(accessRoles) },
  providerArn: groupProviderArn.optional(),
  /** What names of repositories begin with; absent, it is the whole account. */
  repositoryPrefix: z
    .string()
    .max(limits.repositoryNameCharacters)
    .regex(/^(?:[a-z0-9][a-z0-9._/-]*)?$/)
    .default(""),
};

export interface PrincipalInput {
  readonly principalKind: z.output<typeof principalKind>;
  readonly principalName: string;
  readonly providerArn?: string | undefined;
}

interface GrantInput extends PrincipalInput {
  readonly role: WantedGrant["role"];
  readonly repositoryPrefix: string;
}

/**
 * The group of a provider that the input names; `undefined` where it names a user, group or role of IAM.
 * @throws InvalidParameter
 */
export function providerGroup(input: PrincipalInput, { principal }: Caller) {
  const { principalKind: kind, principalName: group, providerArn } = input;
  if (kind !== "provider-group") {
    if (providerArn !== undefined) {
      throw invalidParameter("providerArn", "Only a provider-group is one of a provider");
    }
    if (/^[\w+=,.@-]{1,128}$/.test(group)) return undefined;
    throw invalidParameter("principalName", `${group} is no name of IAM`);
  }
  if (providerArn === undefined) {
    throw invalidParameter("providerArn", "A provider-group is named with its provider");
  }
  const { account, url: provider } = namedProvider(providerArn);
  if (account === principal.account) return { account, provider, group } satisfies ProviderGroup;
  throw invalidParameter("providerArn", `${providerArn} is none of account ${principal.account}`);
}

/** Whom IAM grants it to: of a provider's group, its role. @throws InvalidParameter */
export async function grantedPrincipal(
  ports: Environment["ports"],
  input: PrincipalInput,
  caller: Caller,
): Promise<WantedGrant["principal"]> {
  const { account } = caller.principal;
  const group = providerGroup(input, caller);
  if (group !== undefined) {
    return { account, kind: "role", name: (await groupRole(ports, group)).name };
  }
  const { principalKind: kind, principalName: name } = input;
  if (kind === "provider-group") throw new Error("a group of a provider was not recognised");
  return { account, kind, name };
}

export async function wantedGrant(
  ports: Environment["ports"],
  input: GrantInput,
  caller: Caller,
): Promise<WantedGrant> {
  const { role, repositoryPrefix: prefix } = input;
  return { principal: await grantedPrincipal(ports, input, caller), role, prefix };
}

/** Who is granted something, in the caller's account. */
export async function grantedResource(
  input: PrincipalInput,
  caller: Caller,
  { ports }: Pick<Environment, "ports">,
): Promise<Resource> {
  const { account } = caller.principal;
  const group = providerGroup(input, caller);
  // Where it will be made, if it is not there.
  if (group !== undefined) return { arn: (await groupRole(ports, group)).arn, account };
  const { kind, name } = await grantedPrincipal(ports, input, caller);
  return entityResource(ports, account, kind, name);
}

const suffixes = {
  ...{ user: "UserPolicy", group: "GroupPolicy", role: "RolePolicy" },
  "provider-group": "RolePolicy",
} as const;

/** What IAM would want for the same: nobody grants here what they could not grant there. */
export function furtherToGrant(
  verb: "Attach" | "Detach",
  input: GrantInput,
  caller: Caller,
  target: Resource,
): readonly FurtherAction[] {
  const { principalKind: kind, role, repositoryPrefix: prefix } = input;
  const { account } = caller.principal;
  const policy = { arn: grantPolicyArn(account, { role, prefix }), account };
  const attached = { "iam:PolicyARN": policy.arn };
  const isOfProvider = kind === "provider-group";
  const roleAction = verb === "Detach" ? "iam:DeleteRole" : "iam:CreateRole";
  return [
    { action: `iam:${verb}${suffixes[kind]}`, resource: target, conditions: attached },
    ...(isOfProvider ? [{ action: roleAction, resource: target }] : []),
    ...(verb === "Detach" ? [] : [{ action: "iam:CreatePolicy", resource: policy }]),
  ];
}

/** A grant as it is told of. */
export interface RoleGrantAnswer {
  readonly principalKind: string;
  readonly principalName: string;
  /** Of a group of a provider; with it `roleArn`, the role of IAM that its members have. */
  readonly providerArn?: string;
  readonly roleArn?: string;
  readonly role: string;
  readonly repositoryPrefix: string;
  readonly policyArn: string;
}

export function roleGrantAnswer(
  { role, prefix, policyArn }: AccessGrant,
  { principalKind: kind, principalName }: PrincipalInput,
  group: (ProviderGroup & { readonly roleArn: string }) | undefined,
): RoleGrantAnswer {
  return {
    ...{ principalKind: kind, principalName },
    ...(group === undefined ? {} : groupAnswer(group)),
    ...{ role, repositoryPrefix: prefix, policyArn },
  };
}

export function groupAnswer({
  account,
  provider: url,
  roleArn,
}: ProviderGroup & { readonly roleArn: string }) {
  return { providerArn: oidcProviderArn({ account, url }), roleArn };
}
