import type { UntagRoleRequest } from "@aws-sdk/client-iam";
import { changeEntity } from "../../registry/identity/change-entity.ts";
import { withoutTags } from "../../registry/identity/entity-tags.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { roleOf, roleResource } from "./role-resource.ts";
import { request, roleName, tagKeys } from "./shapes.ts";

/** Removes tags by key; keys that the role does not have are no error. */
export const untagRole = operation("iam:UntagRole", {
  input: request({ RoleName: roleName, TagKeys: tagKeys } satisfies Members<UntagRoleRequest>),
  resource: roleResource,
  conditions: ({ TagKeys }) => ({ "aws:TagKeys": TagKeys }),
  access: "Tagging",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    await changeEntity(ports, roleOf(caller, input), (role) => ({
      ...role,
      tags: withoutTags(role.tags, input.TagKeys),
    }));
  },
});
