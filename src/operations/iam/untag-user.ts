import type { UntagUserRequest } from "@aws-sdk/client-iam";
import { changeEntity } from "../../registry/identity/change-entity.ts";
import { withoutTags } from "../../registry/identity/entity-tags.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { request, tagKeys, userName } from "./shapes.ts";
import { userOf, userResource } from "./user-resource.ts";

/** Removes the tags of these keys; unknown keys are no error. */
export const untagUser = operation("iam:UntagUser", {
  input: request({ UserName: userName, TagKeys: tagKeys } satisfies Members<UntagUserRequest>),
  resource: userResource,
  conditions: ({ TagKeys }) => ({ "aws:TagKeys": TagKeys }),
  access: "Tagging",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    await changeEntity(ports, userOf(caller, input), (user) => ({
      ...user,
      tags: withoutTags(user.tags, input.TagKeys),
    }));
  },
});
