import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { ResourceTag } from "./entity.ts";

// Source: IAM, "Tags for IAM resources".
const keyCharacters = 128;
const valueCharacters = 256;
const allowedCharacters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * Tags as a request brings them.
 * @throws InvalidInput for a key or value that IAM does not take, or a key given twice: keys keep
 *   their case but differ by more than that
 * @throws LimitExceeded for more than any resource may have
 */
export function checkTags(
  tags: readonly { readonly Key: string; readonly Value: string }[],
): ResourceTag[] {
  if (tags.length > limits.iamTagsPerResource) throw tooManyTags();
  const keys = new Set<string>();
  return tags.map(({ Key: key, Value: value }) => {
    if (key.length === 0 || key.length > keyCharacters || !allowedCharacters.test(key)) {
      throw invalidInput(
        `A tag key has 1 to ${keyCharacters} letters, digits, spaces and + - = . _ : / @ only.`,
      );
    }
    if (value.length > valueCharacters || !allowedCharacters.test(value)) {
      throw invalidInput(
        `A tag value has at most ${valueCharacters} letters, digits, spaces and + - = . _ : / @ only.`,
      );
    }
    const lowered = key.toLowerCase();
    if (lowered.startsWith("aws:")) {
      throw invalidInput("aws: prefixed tag key names are not allowed for external use.");
    }
    if (keys.has(lowered)) {
      throw invalidInput(
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
      );
    }
    keys.add(lowered);
    return { key, value };
  });
}

/**
 * The tags with others set among them; a key that is there already takes the new case and value.
 * @throws LimitExceeded
 */
export function withTags(
  present: readonly ResourceTag[],
  added: readonly ResourceTag[],
): ResourceTag[] {
  const kept = withoutTags(
    present,
    added.map(({ key }) => key),
  );
  if (kept.length + added.length > limits.iamTagsPerResource) throw tooManyTags();
  return [...kept, ...added];
}

/** The tags without those of the keys; keys that are not there are no error. */
export function withoutTags(
  present: readonly ResourceTag[],
  keys: readonly string[],
): ResourceTag[] {
  const lowered = new Set(keys.map((key) => key.toLowerCase()));
  return present.filter(({ key }) => !lowered.has(key.toLowerCase()));
}

function invalidInput(sentence: string): RegistryError {
  return new RegistryError("InvalidInput", sentence);
}

function tooManyTags(): RegistryError {
  return new RegistryError(
    "LimitExceeded",
    `The number of tags has reached the maximum limit of ${limits.iamTagsPerResource}.`,
  );
}
