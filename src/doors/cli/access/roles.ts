/** `entrepot role`: roles, who may assume them, and what they may do then. */
import { isRefusal } from "../call-server.ts";
import type { Answer } from "../calls.ts";
import type { Server } from "../server.ts";
import {
  attachPolicy,
  deleteInlinePolicy,
  detachPolicy,
  type HeldPolicies,
  type InlinePolicy,
  policiesOf,
  putInlinePolicy,
} from "./policy-holder.ts";
import { decodedDocument } from "./policy-source.ts";
import type { Trust, TrustedIssuer } from "./trust.ts";
import { Undo } from "./undo.ts";

export interface RoleSummary {
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  readonly path: string;
  readonly description: string;
  readonly createdAt: string;
  readonly maxSessionSeconds: number;
  /** Who may assume it, shortly. */
  readonly trusts: readonly string[];
}

export interface RoleDetails extends RoleSummary {
  readonly boundary: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly policies: HeldPolicies;
  readonly trustPolicy: string;
  readonly lastUsedAt: string | undefined;
  readonly lastUsedRegion: string | undefined;
}

export interface NewRole {
  readonly name: string;
  readonly path: string | undefined;
  readonly description: string | undefined;
  readonly boundary: string | undefined;
  readonly maxSessionSeconds: number | undefined;
  readonly trust: Trust;
  /** ARNs of managed policies. */
  readonly policies: readonly string[];
  readonly inline: readonly InlinePolicy[];
}

export interface CreatedRole {
  readonly role: RoleSummary;
  readonly policies: HeldPolicies;
  /** Issuers that the account has come to know by this. */
  readonly newIssuers: readonly string[];
}

export async function listRoles(server: Server): Promise<RoleSummary[]> {
  return (await server.all("iam:ListRoles", "Roles", {})).map(summaryOf);
}

/** @throws Refusal, NoSuchEntity when there is no such role */
export async function showRole(server: Server, name: string): Promise<RoleDetails> {
  const { Role } = await server.call("iam:GetRole", { RoleName: name });
  const policies = await policiesOf(server, { kind: "role", name });
  const tags = (Role.Tags ?? []).map(({ Key, Value }) => [Key, Value] as const);
  return {
    ...summaryOf(Role),
    boundary: Role.PermissionsBoundary?.PermissionsBoundaryArn,
    tags: Object.fromEntries(tags),
    policies,
    trustPolicy: decodedDocument(Role.AssumeRolePolicyDocument),
    lastUsedAt: Role.RoleLastUsed?.LastUsedDate,
    lastUsedRegion: Role.RoleLastUsed?.Region,
  };
}

/**
 * Makes a role with everything that it is to have, or nothing at all. Issuers of tokens that the
 * account does not know yet are made known to it.
 * @throws Refusal
 */
export async function createRole(server: Server, wanted: NewRole): Promise<CreatedRole> {
  const { name, trust, policies, inline } = wanted;
  const holder = { kind: "role", name } as const;
  const undo = new Undo();
  try {
    const newIssuers: string[] = [];
    for (const issuer of trust.issuers) {
      if (await knowIssuer(server, issuer, undo)) newIssuers.push(issuer.name);
    }
    const { Role } = await server.call("iam:CreateRole", {
      ...{ RoleName: name, Path: wanted.path, Description: wanted.description },
      ...{ AssumeRolePolicyDocument: trust.document, PermissionsBoundary: wanted.boundary },
      MaxSessionDuration: wanted.maxSessionSeconds,
    });
    undo.made(`role ${name}`, () => server.call("iam:DeleteRole", { RoleName: name }));
    for (const arn of policies) {
      await attachPolicy(server, holder, arn);
      undo.made(`${arn} on it`, () => detachPolicy(server, holder, arn));
    }
    for (const policy of inline) {
      await putInlinePolicy(server, holder, policy);
      undo.made(`policy ${policy.name}`, () => deleteInlinePolicy(server, holder, policy.name));
    }
    const held = { attached: policies, inline: inline.map((policy) => policy.name) };
    return { role: summaryOf(Role), policies: held, newIssuers };
  } catch (error) {
    throw await undo.after(error);
  }
}

/**
 * Takes everything off a role, and then the role away.
 * @throws Refusal; what was taken off until then stays off
 */
export async function deleteRole(server: Server, role: RoleDetails): Promise<void> {
  const { name, policies } = role;
  const holder = { kind: "role", name } as const;
  for (const arn of policies.attached) await detachPolicy(server, holder, arn);
  for (const policy of policies.inline) await deleteInlinePolicy(server, holder, policy);
  await server.call("iam:DeleteRole", { RoleName: name });
}

/** Makes the issuer known to the account, for that audience. Whether it was not known before. */
export async function knowIssuer(
  server: Server,
  { name, audience, thumbprints }: TrustedIssuer,
  undo: Undo,
): Promise<boolean> {
  const { account } = await server.identity();
  const OpenIDConnectProviderArn = `arn:aws:iam::${account}:oidc-provider/${name}`;
  const input = { OpenIDConnectProviderArn };
  try {
    const { ClientIDList = [] } = await server.call("iam:GetOpenIDConnectProvider", input);
    if (!ClientIDList.includes(audience)) {
      const added = { ...input, ClientID: audience };
      await server.call("iam:AddClientIDToOpenIDConnectProvider", added);
      undo.made(`audience ${audience} of ${name}`, () =>
        server.call("iam:RemoveClientIDFromOpenIDConnectProvider", added),
      );
    }
    return false;
  } catch (error) {
    if (!isRefusal(error, "NoSuchEntity")) throw error;
  }
  const provider = {
    ...{ Url: `https://${name}`, ClientIDList: [audience] },
    // Absent, IAM asks no more than that a known authority vouches for the issuer.
    ThumbprintList: thumbprints.length === 0 ? undefined : [...thumbprints],
  };
  await server.call("iam:CreateOpenIDConnectProvider", provider);
  undo.made(`issuer ${name}`, () => server.call("iam:DeleteOpenIDConnectProvider", input));
  return true;
}

type Role = Answer<"iam:GetRole">["Role"];

function summaryOf(role: Role): RoleSummary {
  const { RoleName: name, Arn: arn, RoleId: id, Path: path, CreateDate: createdAt } = role;
  return {
    ...{ name, arn, id, path, createdAt, description: role.Description ?? "" },
    maxSessionSeconds: Number(role.MaxSessionDuration ?? 3600),
    trusts: trusted(decodedDocument(role.AssumeRolePolicyDocument)),
  };
}

/** Whom a trust policy's allowing statements name. */
function trusted(document: string): string[] {
  try {
    const { Statement } = JSON.parse(document) as { Statement: unknown };
    return [Statement].flat().flatMap((statement) => {
      const { Effect, Principal } = statement as { Effect?: string; Principal?: unknown };
      if (Effect !== "Allow") return [];
      if (typeof Principal !== "object" || Principal === null) return [String(Principal)];
      return Object.values(Principal)
        .flat()
        .map((who) => shortPrincipal(String(who)));
    });
  } catch {
    return []; // A server that keeps policies of another form shows the text all the same.
  }
}

function shortPrincipal(who: string): string {
  const [, account, rest = ""] = /^arn:aws:(?:iam|sts)::(\d{12}):(.+)$/.exec(who) ?? [];
  if (account === undefined) return who;
  if (rest === "root") return `account ${account}`;
  return rest.startsWith("oidc-provider/") ? rest.replace("oidc-provider/", "") : who;
}
