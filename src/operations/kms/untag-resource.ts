import type { UntagResourceRequest } from "@aws-sdk/client-kms";
import { changeKey } from "../../registry/kms/change-key.ts";
import { requireNotPending } from "../../registry/kms/require-usable.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { keyOf, ownKey } from "./key-target.ts";
import { keyId, tagKeys } from "./shapes.ts";

/** Removes tags by key; one that is not there is no error. */
export const untagResource = operation("kms:UntagResource", {
  input: request({
    KeyId: keyId,
    TagKeys: tagKeys,
  } satisfies Members<UntagResourceRequest>),
  resource: ownKey,
  conditions: ({ TagKeys }) => ({ "aws:TagKeys": TagKeys.length === 0 ? undefined : TagKeys }),
  access: "Tagging",
  errors: ["NotFound", "KmsInvalidState", "NotAuthorized"],
  async handle({ TagKeys }, { ports, caller, target }): Promise<Record<string, never>> {
    const gone = new Set(TagKeys);
    await changeKey(ports, await keyOf(ports, caller, target), (key) => {
      requireNotPending(key);
      return { ...key, tags: key.tags.filter((tag) => !gone.has(tag.key)) };
    });
    return {};
  },
});
