import type { Role } from "@aws-sdk/client-iam";
import type { Ports } from "../../ports/ports.ts";
import { entityArn, type Role as StoredRole } from "../../registry/identity/entity.ts";
import { toShownPrincipals } from "../../registry/identity/stored-principals.ts";
import { isoTime, type QueryWire } from "../query-wire.ts";
import { encodedDocument } from "./encoded-document.ts";
import { boundaryAnswer, tagsAnswer } from "./tags-and-boundary.ts";

/** A role with all that IAM tells of one, but for its last use, which GetRole alone tells. */
export async function roleAnswer(
  ports: Pick<Ports, "metadata">,
  role: StoredRole,
): Promise<QueryWire<Role>> {
  return {
    ...(await listedRole(ports, role)),
    PermissionsBoundary: boundaryAnswer(role.boundary),
    Tags: role.tags.length === 0 ? undefined : tagsAnswer(role.tags),
  };
}

/** A role as listings have it: without tags, boundary and last use. */
export async function listedRole(
  ports: Pick<Ports, "metadata">,
  role: StoredRole,
): Promise<QueryWire<Role>> {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: entityArn(role),
    CreateDate: isoTime(role.createdAt),
    AssumeRolePolicyDocument: await trustPolicyAnswer(ports, role),
    Description: role.description === "" ? undefined : role.description,
    MaxSessionDuration: role.maxSessionSeconds,
  };
}

export async function trustPolicyAnswer(
  ports: Pick<Ports, "metadata">,
  { trustPolicy }: StoredRole,
): Promise<string> {
  return encodedDocument(await toShownPrincipals(ports, trustPolicy));
}

export function lastUsedAnswer({ usedAt, usedRegion }: StoredRole) {
  return usedAt === undefined ? {} : { LastUsedDate: isoTime(usedAt), Region: usedRegion };
}
