/** `entrepot policy`: managed policies, and what is wrong with a policy of any kind. */

import type { LintAnswer, LintedPolicyKind } from "../../../operations/entrepot/lint-policy.ts";
import type { Item } from "../calls.ts";
import { CommandError } from "../client.ts";
import { writeTextFile } from "../ini-file.ts";
import type { Server } from "../server.ts";
import { decodedDocument, fileText, isArn, policyArns } from "./policy-source.ts";

export interface PolicySummary {
  readonly name: string;
  readonly arn: string;
  readonly isAws: boolean;
  readonly description: string;
  readonly defaultVersion: string;
  readonly attachments: number;
  readonly boundaries: number;
  readonly createdAt: string | undefined;
  readonly updatedAt: string | undefined;
}

export interface PolicyDetails extends PolicySummary {
  readonly versions: readonly string[];
  /** Which of them is shown. */
  readonly version: string;
  readonly document: string;
  /** `user ci`, `role deploy`. */
  readonly attachedTo: readonly string[];
}

export type PolicyScope = "own" | "aws" | "all";

export interface LintedPolicy extends LintAnswer {
  /** The file, or the ARN. */
  readonly source: string;
  readonly policyKind: LintedPolicyKind;
}

const scopes = { own: "Local", aws: "AWS", all: "All" } as const;

export async function listPolicies(server: Server, scope: PolicyScope): Promise<PolicySummary[]> {
  const input = { Scope: scopes[scope] };
  return (await server.all("iam:ListPolicies", "Policies", input)).map(summaryOf);
}

/**
 * A managed policy by ARN or name, in one of its versions.
 * @throws CommandError when there is none
 */
export async function showPolicy(
  server: Server,
  wanted: string,
  version: string | undefined,
): Promise<PolicyDetails> {
  const [PolicyArn = ""] = await policyArns(server, [wanted]);
  const { Policy = {} } = await server.call("iam:GetPolicy", { PolicyArn });
  const summary = summaryOf(Policy);
  const VersionId = version ?? summary.defaultVersion;
  const [versions, shown, attachedTo] = await Promise.all([
    server.all("iam:ListPolicyVersions", "Versions", { PolicyArn }),
    server.call("iam:GetPolicyVersion", { PolicyArn, VersionId }),
    holdersOf(server, PolicyArn),
  ]);
  return {
    ...summary,
    versions: versions.map((each) => each.VersionId ?? ""),
    version: VersionId,
    document: decodedDocument(shown.PolicyVersion?.Document),
    attachedTo,
  };
}

/**
 * Has the server look through a policy: of a file, or what is stored under the ARN of a managed
 * policy, a role or a repository.
 * @throws CommandError when there is none
 */
export async function lintPolicy(
  server: Server,
  source: string,
  kind: LintedPolicyKind | undefined,
): Promise<LintedPolicy> {
  const found = isArn(source)
    ? await storedPolicy(server, source)
    : { document: await fileText(source), policyKind: undefined };
  const policyKind = kind ?? found.policyKind ?? kindOf(found.document);
  const input = { policyDocument: found.document, policyKind };
  return { source, policyKind, ...(await server.call("entrepot:LintPolicy", input)) };
}

/** Writes the corrected text over the file, whose mode stays. False when there is none to write. */
export async function fixPolicy({ source, correctedDocument }: LintedPolicy): Promise<boolean> {
  if (isArn(source)) {
    throw new CommandError("--fix is for files: what is stored is changed by its own commands", 2);
  }
  if (correctedDocument === undefined) return false;
  await writeTextFile(source, correctedDocument, 0o644);
  return true;
}

interface FoundPolicy {
  readonly document: string;
  readonly policyKind: LintedPolicyKind;
}

async function storedPolicy(server: Server, arn: string): Promise<FoundPolicy> {
  const [, service, region, account] = /^arn:aws:(iam|ecr):([^:]*):([^:]*):/.exec(arn) ?? [];
  const [kind = "", ...name] = arn.split(":").slice(5).join(":").split("/");
  if (service === "iam" && kind === "policy") {
    const { document } = await showPolicy(server, arn, undefined);
    return { document, policyKind: "managed" };
  }
  if (service === "iam" && kind === "role") {
    const { Role } = await server.call("iam:GetRole", { RoleName: name.at(-1) });
    return { document: decodedDocument(Role.AssumeRolePolicyDocument), policyKind: "trust" };
  }
  if (service === "ecr" && kind === "repository") {
    if (region !== server.region) {
      throw new CommandError(`${arn} is of another region: name it with --region ${region}`, 2);
    }
    const input = { registryId: account, repositoryName: name.join("/") };
    const { policyText = "" } = await server.call("ecr:GetRepositoryPolicy", input);
    return { document: policyText, policyKind: "repository" };
  }
  throw new CommandError(`"${arn}" is neither of a policy nor of a role nor of a repository`, 2);
}

/** What a text is meant to be, as far as it can be told; what it is not, the server says. */
function kindOf(document: string): LintedPolicyKind {
  if (!/"(?:Not)?Principal"\s*:/.test(document)) return "identity";
  if (/"sts:AssumeRole/i.test(document)) return "trust";
  return /"(?:Not)?Resource"\s*:/.test(document) ? "registry" : "repository";
}

async function holdersOf(server: Server, PolicyArn: string): Promise<string[]> {
  const users = await server.all("iam:ListEntitiesForPolicy", "PolicyUsers", { PolicyArn });
  const groups = await server.all("iam:ListEntitiesForPolicy", "PolicyGroups", { PolicyArn });
  const roles = await server.all("iam:ListEntitiesForPolicy", "PolicyRoles", { PolicyArn });
  return [
    ...users.map(({ UserName }) => `user ${UserName}`),
    ...groups.map(({ GroupName }) => `group ${GroupName}`),
    ...roles.map(({ RoleName }) => `role ${RoleName}`),
  ];
}

type Policy = Item<"iam:ListPolicies", "Policies">;

function summaryOf(policy: Policy): PolicySummary {
  const { PolicyName: name = "", Arn: arn = "", DefaultVersionId: defaultVersion = "" } = policy;
  return {
    ...{ name, arn, defaultVersion, isAws: arn.startsWith("arn:aws:iam::aws:") },
    description: policy.Description ?? "",
    attachments: Number(policy.AttachmentCount ?? 0),
    boundaries: Number(policy.PermissionsBoundaryUsageCount ?? 0),
    ...{ createdAt: policy.CreateDate, updatedAt: policy.UpdateDate },
  };
}
