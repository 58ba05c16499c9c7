import type { Ports } from "../../ports/ports.ts";
import { type EntityKind, entityArn, type ResourceTag } from "../../registry/identity/entity.ts";
import type { AccountId } from "../../registry/names.ts";
import type { Resource } from "../../registry/policy/authorize.ts";

/**
 * A user, group or role of the account as what is acted on. One that is not there stands at the path
 * "/" and has no tags, so that who may not look can not tell. Source: IAM, "Actions, resources, and
 * condition keys".
 */
export async function entityResource(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
  kind: EntityKind,
  name: string,
): Promise<Resource> {
  const entity = await metadata.identity.entities.find(account, kind, name);
  if (entity === undefined) {
    return { arn: entityArn({ account, kind, path: "/", name }), account };
  }
  const conditions = new Map<string, string>();
  if (entity.kind !== "group") {
    for (const [key, value] of tagValues(entity.tags)) conditions.set(key, value);
    // Operations that bring a boundary of their own say so themselves, and that counts first.
    if (entity.boundary !== undefined) conditions.set("iam:permissionsboundary", entity.boundary);
  }
  return { arn: entityArn(entity), account, conditions };
}

/** What tags of a resource of IAM say to conditions. */
export function tagValues(tags: readonly ResourceTag[]): [key: string, value: string][] {
  return tags.flatMap(({ key, value }) =>
    ["aws", "iam"].map((prefix): [string, string] => [
      `${prefix}:resourcetag/${key.toLowerCase()}`,
      value,
    ]),
  );
}
