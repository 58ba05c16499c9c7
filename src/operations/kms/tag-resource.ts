import type { TagResourceRequest } from "@aws-sdk/client-kms";
import { changeKey } from "../../registry/kms/change-key.ts";
import { checkKeyTags, withKeyTags } from "../../registry/kms/key-tags.ts";
import { requireNotPending } from "../../registry/kms/require-usable.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { keyOf, ownKey } from "./key-target.ts";
import { keyId, tags } from "./shapes.ts";
import { keyTagConditions } from "./tag-conditions.ts";

/** Sets tags by key and leaves the others. */
export const tagResource = operation("kms:TagResource", {
  input: request({
    KeyId: keyId,
    Tags: tags,
  } satisfies Members<TagResourceRequest>),
  resource: ownKey,
  conditions: ({ Tags }) => keyTagConditions(Tags),
  access: "Tagging",
  errors: ["NotFound", "KmsInvalidState", "LimitExceeded", "NotAuthorized", "Tag"],
  async handle({ Tags }, { ports, caller, target }): Promise<Record<string, never>> {
    const added = checkKeyTags(Tags);
    await changeKey(ports, await keyOf(ports, caller, target), (key) => {
      requireNotPending(key);
      return { ...key, tags: withKeyTags(key.tags, added) };
    });
    return {};
  },
});
