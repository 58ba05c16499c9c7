/** Who may do what: entities of IAM, and what policies say of an action. */
import type { explainAccess } from "../../../src/operations/entrepot/explain-access.ts";
import type { lintPolicy } from "../../../src/operations/entrepot/lint-policy.ts";
import type { listRepositoryAccess as listRepositoryAccessOperation } from "../../../src/operations/entrepot/list-repository-access.ts";
import type { createAccessKey } from "../../../src/operations/iam/create-access-key.ts";
import type { getAccessKeyLastUsed } from "../../../src/operations/iam/get-access-key-last-used.ts";
import type { getAccountAuthorizationDetails } from "../../../src/operations/iam/get-account-authorization-details.ts";
import type { listAccessKeys as listAccessKeysOf } from "../../../src/operations/iam/list-access-keys.ts";
import type { simulatePrincipalPolicy } from "../../../src/operations/iam/simulate-principal-policy.ts";
import { call } from "./call.ts";
import { type AnswerOf, ask } from "./own.ts";

type Details = AnswerOf<typeof getAccountAuthorizationDetails>;
export type User = NonNullable<Details["UserDetailList"]>[number];
export type Role = NonNullable<Details["RoleDetailList"]>[number];
export type Policy = NonNullable<Details["Policies"]>[number];
export type PrincipalAccess = AnswerOf<typeof listRepositoryAccessOperation>["principals"][number];
export type Access = AnswerOf<typeof explainAccess>;
export type Statement = Access["statements"][number];
export type Lint = AnswerOf<typeof lintPolicy>;
export type Simulated = NonNullable<
  AnswerOf<typeof simulatePrincipalPolicy>["EvaluationResults"]
>[number];

/** IAM has markers where others have tokens. */
interface EntityPage<Item> {
  readonly items: readonly Item[];
  readonly nextToken?: string | undefined;
}

interface Token {
  readonly nextToken?: string;
}

async function details(filter: string, { nextToken: Marker }: Token, signal: AbortSignal) {
  const input = { Filter: [filter], MaxItems: 100, Marker };
  return call<Details>("iam", "GetAccountAuthorizationDetails", input, signal);
}

export async function listUsers(token: Token, signal: AbortSignal): Promise<EntityPage<User>> {
  const { UserDetailList: items = [], Marker: nextToken } = await details("User", token, signal);
  return { items, nextToken };
}

export async function listRoles(token: Token, signal: AbortSignal): Promise<EntityPage<Role>> {
  const { RoleDetailList: items = [], Marker: nextToken } = await details("Role", token, signal);
  return { items, nextToken };
}

/** The account's own, and those of AWS that somebody has. */
export async function listPolicies(token: Token, signal: AbortSignal): Promise<EntityPage<Policy>> {
  const [own, aws] = await Promise.all([
    details("LocalManagedPolicy", token, signal),
    token.nextToken === undefined ? details("AWSManagedPolicy", {}, signal) : undefined,
  ]);
  return {
    items: [...(own.Policies ?? []), ...(aws?.Policies ?? [])],
    nextToken: own.Marker,
  };
}

export interface AccessKey {
  readonly id: string;
  readonly isActive: boolean;
  /** ISO 8601, as IAM writes times. */
  readonly createdAt: string | undefined;
  /** Absent where it was never used. */
  readonly lastUsedAt: string | undefined;
  readonly lastService: string | undefined;
}

/** A user has two at most. */
export async function listAccessKeys(UserName: string, signal: AbortSignal): Promise<AccessKey[]> {
  const { AccessKeyMetadata: keys = [] } = await call<AnswerOf<typeof listAccessKeysOf>>(
    ...(["iam", "ListAccessKeys", { UserName }, signal] as const),
  );
  return Promise.all(
    keys.map(async ({ AccessKeyId: id = "", Status, CreateDate: createdAt }) => {
      const { AccessKeyLastUsed: used } = await call<AnswerOf<typeof getAccessKeyLastUsed>>(
        ...(["iam", "GetAccessKeyLastUsed", { AccessKeyId: id }, signal] as const),
      );
      return {
        ...{ id, isActive: Status === "Active", createdAt },
        ...{ lastUsedAt: used?.LastUsedDate, lastService: used?.ServiceName },
      };
    }),
  );
}

export interface NewKey {
  readonly id: string;
  readonly secret: string;
}

/** The secret is told this once. */
export async function createKey(UserName: string): Promise<NewKey> {
  const { AccessKey } = await call<AnswerOf<typeof createAccessKey>>(
    ...(["iam", "CreateAccessKey", { UserName }] as const),
  );
  return { id: AccessKey?.AccessKeyId ?? "", secret: AccessKey?.SecretAccessKey ?? "" };
}

export function updateKey(UserName: string, { id, isActive }: AccessKey): Promise<object> {
  const Status = isActive ? "Inactive" : "Active";
  return call("iam", "UpdateAccessKey", { UserName, AccessKeyId: id, Status });
}

export function deleteKey(UserName: string, { id }: AccessKey): Promise<object> {
  return call("iam", "DeleteAccessKey", { UserName, AccessKeyId: id });
}

export interface AccessQuestion {
  readonly principalArn: string;
  readonly action: string;
  readonly resourceArn: string;
  /** Condition keys and their values. */
  readonly context: Readonly<Record<string, string>>;
}

/** By the policies as they are. */
export function explain(question: AccessQuestion, signal: AbortSignal): Promise<Access> {
  return ask("ExplainAccess", question, signal);
}

/** By the principal's policies as they are, and a text of a repository policy that nobody has saved. */
export async function simulateDraft(
  asked: Omit<AccessQuestion, "action"> & { readonly actions: readonly string[] },
  ResourcePolicy: string,
  signal: AbortSignal,
): Promise<readonly Simulated[]> {
  const ContextEntries = Object.entries(asked.context).map(([ContextKeyName, value]) => ({
    ...{ ContextKeyName, ContextKeyValues: [value] },
    ContextKeyType: ContextKeyName === "aws:SourceIp" ? "ip" : "string",
  }));
  const input = {
    ...{ PolicySourceArn: asked.principalArn, ActionNames: asked.actions, ResourcePolicy },
    ...{ ResourceArns: [asked.resourceArn], ContextEntries },
  };
  const { EvaluationResults: results = [] } = await call<AnswerOf<typeof simulatePrincipalPolicy>>(
    "iam",
    "SimulatePrincipalPolicy",
    input,
    signal,
  );
  return results;
}

export function lint(policyDocument: string, signal: AbortSignal): Promise<Lint> {
  const input = { policyKind: "repository", policyDocument };
  return ask("LintPolicy", input, signal);
}

/** What users and roles can do with a repository, page by page. */
export function listRepositoryAccess(
  input: { readonly repositoryName: string; readonly nextToken?: string },
  signal: AbortSignal,
): Promise<AnswerOf<typeof listRepositoryAccessOperation>> {
  return ask("ListRepositoryAccess", input, signal);
}
