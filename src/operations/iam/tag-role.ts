import type { TagRoleRequest } from "@aws-sdk/client-iam";
import { changeEntity } from "../../registry/identity/change-entity.ts";
import { checkTags, withTags } from "../../registry/identity/entity-tags.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import { roleOf, roleResource } from "./role-resource.ts";
import { request, roleName, tags } from "./shapes.ts";

/** Sets tags by key and leaves the others. */
export const tagRole = operation("iam:TagRole", {
  input: request({ RoleName: roleName, Tags: tags } satisfies Members<TagRoleRequest>),
  resource: roleResource,
  conditions: ({ Tags }) => tagConditions(Tags),
  access: "Tagging",
  errors: ["InvalidInput", "LimitExceeded", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    const added = checkTags(input.Tags);
    await changeEntity(ports, roleOf(caller, input), (role) => ({
      ...role,
      tags: withTags(role.tags, added),
    }));
  },
});
