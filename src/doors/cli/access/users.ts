/** `entrepot user`: users, what they may do, and how they sign in. */
import { isRefusal } from "../call-server.ts";
import type { Answer } from "../calls.ts";
import type { Server } from "../server.ts";
import { createKey, deleteKey, type KeySummary, keysOf, type NewKey } from "./keys.ts";
import {
  attachPolicy,
  deleteInlinePolicy,
  detachPolicy,
  groupPolicies,
  type HeldPolicies,
  type InlinePolicy,
  policiesOf,
  putInlinePolicy,
} from "./policy-holder.ts";
import { Undo } from "./undo.ts";

export interface UserSummary {
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  readonly path: string;
  readonly createdAt: string;
  readonly passwordUsedAt: string | undefined;
}

export interface UserDetails extends UserSummary {
  readonly boundary: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Directly on the user. */
  readonly policies: HeldPolicies;
  readonly groups: readonly { readonly name: string; readonly policies: HeldPolicies }[];
  readonly keys: readonly KeySummary[];
  /** When the console password was set; absent without one. */
  readonly passwordSetAt: string | undefined;
}

export interface NewUser {
  readonly name: string;
  readonly path: string | undefined;
  readonly boundary: string | undefined;
  /** ARNs of managed policies. */
  readonly policies: readonly string[];
  readonly inline: readonly InlinePolicy[];
  readonly groups: readonly string[];
  readonly withKey: boolean;
}

export interface CreatedUser {
  readonly user: UserSummary;
  readonly policies: HeldPolicies;
  readonly groups: readonly string[];
  readonly key: NewKey | undefined;
}

export async function listUsers(server: Server): Promise<UserSummary[]> {
  return (await server.all("iam:ListUsers", "Users", {})).map(summaryOf);
}

/** @throws Refusal, NoSuchEntity when there is no such user */
export async function showUser(server: Server, name: string): Promise<UserDetails> {
  const { User } = await server.call("iam:GetUser", { UserName: name });
  const [policies, groups, keys, passwordSetAt] = await Promise.all([
    policiesOf(server, { kind: "user", name }),
    groupsOf(server, name),
    keysOf(server, name),
    passwordTime(server, name),
  ]);
  const tags = (User.Tags ?? []).map(({ Key, Value }) => [Key, Value] as const);
  return {
    ...summaryOf(User),
    boundary: User.PermissionsBoundary?.PermissionsBoundaryArn,
    tags: Object.fromEntries(tags),
    ...{ policies, groups, keys, passwordSetAt },
  };
}

/**
 * Makes a user with everything that it is to have, or nothing at all.
 * @throws Refusal
 */
export async function createUser(server: Server, wanted: NewUser): Promise<CreatedUser> {
  const { name, path, boundary, policies, inline, groups, withKey } = wanted;
  const holder = { kind: "user", name } as const;
  const undo = new Undo();
  try {
    const { User } = await server.call("iam:CreateUser", {
      ...{ UserName: name, Path: path, PermissionsBoundary: boundary },
    });
    undo.made(`user ${name}`, () => server.call("iam:DeleteUser", { UserName: name }));
    for (const arn of policies) {
      await attachPolicy(server, holder, arn);
      undo.made(`${arn} on it`, () => detachPolicy(server, holder, arn));
    }
    for (const policy of inline) {
      await putInlinePolicy(server, holder, policy);
      undo.made(`policy ${policy.name}`, () => deleteInlinePolicy(server, holder, policy.name));
    }
    for (const group of groups) {
      const membership = { GroupName: group, UserName: name };
      await server.call("iam:AddUserToGroup", membership);
      undo.made(`its place in ${group}`, () => server.call("iam:RemoveUserFromGroup", membership));
    }
    // Last, so that no key has to be taken back.
    const key = withKey ? await createKey(server, name) : undefined;
    const held = { attached: policies, inline: inline.map((policy) => policy.name) };
    return { user: summaryOf(User ?? {}), policies: held, groups, key };
  } catch (error) {
    throw await undo.after(error);
  }
}

/**
 * Takes everything off a user, and then the user away.
 * @throws Refusal; what was taken off until then stays off
 */
export async function deleteUser(server: Server, user: UserDetails): Promise<void> {
  const { name, keys, policies, groups, passwordSetAt } = user;
  const holder = { kind: "user", name } as const;
  for (const key of keys) await deleteKey(server, key);
  if (passwordSetAt !== undefined) {
    await server.call("iam:DeleteLoginProfile", { UserName: name });
  }
  for (const { name: group } of groups) {
    await server.call("iam:RemoveUserFromGroup", { GroupName: group, UserName: name });
  }
  for (const arn of policies.attached) await detachPolicy(server, holder, arn);
  for (const policy of policies.inline) await deleteInlinePolicy(server, holder, policy);
  await server.call("iam:DeleteUser", { UserName: name });
}

async function groupsOf(server: Server, userName: string): Promise<UserDetails["groups"]> {
  const found = await server.all("iam:ListGroupsForUser", "Groups", { UserName: userName });
  return Promise.all(
    found.map(async ({ GroupName: name }) => ({
      name,
      policies: await groupPolicies(server, name),
    })),
  );
}

async function passwordTime(server: Server, userName: string): Promise<string | undefined> {
  try {
    const { LoginProfile } = await server.call("iam:GetLoginProfile", { UserName: userName });
    return LoginProfile.CreateDate;
  } catch (error) {
    if (isRefusal(error, "NoSuchEntity")) return undefined;
    throw error;
  }
}

type User = Partial<Answer<"iam:GetUser">["User"]>;

function summaryOf(user: User): UserSummary {
  const { UserName: name = "", Arn: arn = "", UserId: id = "", Path: path = "" } = user;
  const { CreateDate: createdAt = "", PasswordLastUsed: passwordUsedAt } = user;
  return { name, arn, id, path, createdAt, passwordUsedAt };
}
