import type { Policy, PolicyVersion } from "@aws-sdk/client-iam";
import type { Ports } from "../../ports/ports.ts";
import type { AnyPolicy } from "../../registry/identity/find-managed-policy.ts";
import type { PolicyVersion as StoredVersion } from "../../registry/identity/managed-policy.ts";
import type { AccountId } from "../../registry/names.ts";
import { isoTime, type QueryWire } from "../query-wire.ts";
import { encodedDocument } from "./encoded-document.ts";
import { tagsAnswer } from "./tags-and-boundary.ts";

/** How many entities of an account have a policy, and how many it bounds. */
export interface PolicyUsage {
  readonly attachments: number;
  readonly boundaries: number;
}

export async function policyUsage(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
  arn: string,
): Promise<PolicyUsage> {
  const { policies } = metadata.identity;
  const [attachments, boundaries] = await Promise.all([
    policies.attachmentCount(account, arn),
    policies.boundaryCount(account, arn),
  ]);
  return { attachments, boundaries };
}

/** A managed policy with all that IAM tells of one. */
export function policyAnswer(policy: AnyPolicy, usage: PolicyUsage): QueryWire<Policy> {
  return {
    ...listedPolicy(policy, usage),
    Description: policy.description === "" ? undefined : policy.description,
    Tags: policy.tags.length === 0 ? undefined : tagsAnswer(policy.tags),
  };
}

/** A managed policy as listings have it: without its description and tags. */
export function listedPolicy(policy: AnyPolicy, usage: PolicyUsage): QueryWire<Policy> {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: `v${policy.defaultVersion}`,
    AttachmentCount: usage.attachments,
    PermissionsBoundaryUsageCount: usage.boundaries,
    IsAttachable: policy.isAttachable,
    CreateDate: isoTime(policy.createdAt),
    UpdateDate: isoTime(policy.updatedAt),
  };
}

/** A version with its document. */
export function versionAnswer(
  version: StoredVersion,
  defaultVersion: number,
): QueryWire<PolicyVersion> {
  const { document, ...rest } = version;
  return { Document: encodedDocument(document), ...listedVersion(rest, defaultVersion) };
}

/** A version as listings have it: without its document. */
export function listedVersion(
  { version, createdAt }: Pick<StoredVersion, "version" | "createdAt">,
  defaultVersion: number,
): QueryWire<PolicyVersion> {
  return {
    VersionId: `v${version}`,
    IsDefaultVersion: version === defaultVersion,
    CreateDate: isoTime(createdAt),
  };
}
