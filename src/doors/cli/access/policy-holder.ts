import type { Server } from "../server.ts";

/** A user or a role, as what policies are put on. */
export interface PolicyHolder {
  readonly kind: "user" | "role";
  readonly name: string;
}

export interface HeldPolicies {
  /** ARNs. */
  readonly attached: readonly string[];
  /** Names. */
  readonly inline: readonly string[];
}

export async function policiesOf(server: Server, holder: PolicyHolder): Promise<HeldPolicies> {
  const { kind, name } = holder;
  const [attached, inline] =
    kind === "user"
      ? await Promise.all([
          server.all("iam:ListAttachedUserPolicies", "AttachedPolicies", { UserName: name }),
          server.all("iam:ListUserPolicies", "PolicyNames", { UserName: name }),
        ])
      : await Promise.all([
          server.all("iam:ListAttachedRolePolicies", "AttachedPolicies", { RoleName: name }),
          server.all("iam:ListRolePolicies", "PolicyNames", { RoleName: name }),
        ]);
  return { attached: attached.map(({ PolicyArn }) => PolicyArn ?? ""), inline };
}

export async function groupPolicies(server: Server, name: string): Promise<HeldPolicies> {
  const [attached, inline] = await Promise.all([
    server.all("iam:ListAttachedGroupPolicies", "AttachedPolicies", { GroupName: name }),
    server.all("iam:ListGroupPolicies", "PolicyNames", { GroupName: name }),
  ]);
  return { attached: attached.map(({ PolicyArn }) => PolicyArn ?? ""), inline };
}

export function attachPolicy(
  server: Server,
  { kind, name }: PolicyHolder,
  PolicyArn: string,
): Promise<unknown> {
  return kind === "user"
    ? server.call("iam:AttachUserPolicy", { UserName: name, PolicyArn })
    : server.call("iam:AttachRolePolicy", { RoleName: name, PolicyArn });
}

export function detachPolicy(
  server: Server,
  { kind, name }: PolicyHolder,
  PolicyArn: string,
): Promise<unknown> {
  return kind === "user"
    ? server.call("iam:DetachUserPolicy", { UserName: name, PolicyArn })
    : server.call("iam:DetachRolePolicy", { RoleName: name, PolicyArn });
}

export function putInlinePolicy(
  server: Server,
  { kind, name }: PolicyHolder,
  { name: PolicyName, document: PolicyDocument }: InlinePolicy,
): Promise<unknown> {
  return kind === "user"
    ? server.call("iam:PutUserPolicy", { UserName: name, PolicyName, PolicyDocument })
    : server.call("iam:PutRolePolicy", { RoleName: name, PolicyName, PolicyDocument });
}

export function deleteInlinePolicy(
  server: Server,
  { kind, name }: PolicyHolder,
  PolicyName: string,
): Promise<unknown> {
  return kind === "user"
    ? server.call("iam:DeleteUserPolicy", { UserName: name, PolicyName })
    : server.call("iam:DeleteRolePolicy", { RoleName: name, PolicyName });
}

export interface InlinePolicy {
  readonly name: string;
  readonly document: string;
}
