import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { ResourceTag } from "./entity.ts";
import type { PrincipalSession } from "./principal.ts";
import type { SessionClaims } from "./stored-credential.ts";

type SessionTags = Pick<SessionClaims, "tags" | "transitiveTagKeys">;

const keyCharacters = 128;
const valueCharacters = 256;
const allowedCharacters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** The tags that a session made from this one has whether it wants them or not. */
export function inheritedTags(session: PrincipalSession | undefined): readonly ResourceTag[] {
  const transitive = lowered(session?.transitiveTagKeys ?? []);
  return (session?.tags ?? []).filter(({ key }) => transitive.has(key.toLowerCase()));
}

/**
 * The tags of a new session: those that were passed, and those that the calling session hands down,
 * which stay transitive. Keys differ by more than case. Source: IAM, "Pass session tags in AWS STS".
 * @throws Validation
 */
export function sessionTags(
  passed: readonly ResourceTag[],
  transitiveTagKeys: readonly string[],
  caller: PrincipalSession | undefined,
): SessionTags {
  const keys = new Set<string>();
  for (const { key, value } of passed) {
    checkTag(key, value);
    if (keys.has(key.toLowerCase())) {
      throw invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
    keys.add(key.toLowerCase());
  }
  for (const key of transitiveTagKeys) {
    if (keys.has(key.toLowerCase())) continue;
    throw invalid(`The transitive tag key '${key}' is not a key of the session tags passed.`);
  }
  const inherited = inheritedTags(caller);
  for (const { key } of inherited) {
    if (!keys.has(key.toLowerCase())) continue;
    throw invalid(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  }
  const tags = [...inherited, ...passed];
  if (tags.length > limits.sessionTags) {
    throw invalid(`A session has at most ${limits.sessionTags} tags, inherited ones included.`);
  }
  return { tags, transitiveTagKeys: [...inherited.map(({ key }) => key), ...transitiveTagKeys] };
}

function checkTag(key: string, value: string): void {
  if (key.length === 0 || key.length > keyCharacters || !allowedCharacters.test(key)) {
    throw invalid(
      `A tag key has 1 to ${keyCharacters} letters, digits, spaces and + - = . _ : / @ only.`,
    );
  }
  if (key.toLowerCase().startsWith("aws:")) {
    throw invalid("Tag keys that begin with 'aws:' are reserved.");
  }
  if (value.length > valueCharacters || !allowedCharacters.test(value)) {
    throw invalid(
      `A tag value has at most ${valueCharacters} letters, digits, spaces and + - = . _ : / @ only.`,
    );
  }
}

function lowered(keys: readonly string[]): ReadonlySet<string> {
  return new Set(keys.map((key) => key.toLowerCase()));
}

function invalid(message: string): RegistryError {
  return new RegistryError("Validation", message);
}
