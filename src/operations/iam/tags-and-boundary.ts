import type { AttachedPermissionsBoundary, Tag } from "@aws-sdk/client-iam";
import type { ResourceTag } from "../../registry/identity/entity.ts";
import type { QueryWire } from "../query-wire.ts";

/** The policy that bounds a user or role. */
export function boundaryAnswer(
  boundary: string | undefined,
): QueryWire<AttachedPermissionsBoundary> | undefined {
  if (boundary === undefined) return undefined;
  // IAM's model says "PermissionsBoundaryPolicy" where IAM itself says "Policy".
  const PermissionsBoundaryType = "Policy" as "PermissionsBoundaryPolicy";
  return { PermissionsBoundaryType, PermissionsBoundaryArn: boundary };
}

/** Tags of whatever has some. */
export function tagsAnswer(tags: readonly ResourceTag[]): QueryWire<Tag>[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}
