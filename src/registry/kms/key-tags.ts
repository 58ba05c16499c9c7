import { RegistryError } from "../errors.ts";
import type { ResourceTag } from "../identity/entity.ts";
import { kmsLimits } from "./kms-limits.ts";

const allowedCharacters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * Tags as a request brings them.
 * @throws Tag in KMS's sense: characters that tags do not have, AWS's own prefix, a key given twice
 */
export function checkKeyTags(
  tags: readonly { readonly TagKey: string; readonly TagValue: string }[],
): ResourceTag[] {
  const keys = new Set<string>();
  return tags.map(({ TagKey: key, TagValue: value }) => {
    if (!allowedCharacters.test(key) || !allowedCharacters.test(value)) {
      throw refusal("Tags have letters, digits, spaces and + - = . _ : / @ only.");
    }
    if (key.toLowerCase().startsWith("aws:")) {
      throw refusal("Tag keys that begin with aws: are reserved.");
    }
    if (keys.has(key)) throw refusal("Duplicate tag keys");
    keys.add(key);
    return { key, value };
  });
}

/** Keys differ by case. @throws LimitExceeded */
export function withKeyTags(
  present: readonly ResourceTag[],
  added: readonly ResourceTag[],
): ResourceTag[] {
  const keys = new Set(added.map(({ key }) => key));
  const tags = [...present.filter(({ key }) => !keys.has(key)), ...added];
  if (tags.length <= kmsLimits.tagsPerKey) return tags;
  const sentence = `A key can have at most ${kmsLimits.tagsPerKey} tags.`;
  throw new RegistryError("LimitExceeded", sentence);
}

function refusal(sentence: string): RegistryError {
  return new RegistryError("Tag", sentence);
}
