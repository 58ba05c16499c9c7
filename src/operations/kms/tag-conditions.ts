import type { InputConditions } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";

/** KMS calls the members of a tag by names of its own. */
export function keyTagConditions(
  tags: readonly { readonly TagKey: string; readonly TagValue: string }[],
): InputConditions {
  return tagConditions(tags.map(({ TagKey: Key, TagValue: Value }) => ({ Key, Value })));
}
