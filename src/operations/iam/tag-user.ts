import type { TagUserRequest } from "@aws-sdk/client-iam";
import { changeEntity } from "../../registry/identity/change-entity.ts";
import { checkTags, withTags } from "../../registry/identity/entity-tags.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import { request, tags, userName } from "./shapes.ts";
import { userOf, userResource } from "./user-resource.ts";

/** Sets tags by key and leaves the others. */
export const tagUser = operation("iam:TagUser", {
  input: request({ UserName: userName, Tags: tags } satisfies Members<TagUserRequest>),
  resource: userResource,
  conditions: ({ Tags }) => tagConditions(Tags),
  access: "Tagging",
  errors: ["InvalidInput", "LimitExceeded", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    const added = checkTags(input.Tags);
    await changeEntity(ports, userOf(caller, input), (user) => ({
      ...user,
      tags: withTags(user.tags, added),
    }));
  },
});
