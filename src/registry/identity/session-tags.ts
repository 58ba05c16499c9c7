import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { ResourceTag } from "./entity.ts";
import { checkTags } from "./entity-tags.ts";
import type { PrincipalSession } from "./principal.ts";
import type { SessionClaims } from "./stored-credential.ts";

type SessionTags = Pick<SessionClaims, "tags" | "transitiveTagKeys">;

/** The tags that a session made from this one has whether it wants them or not. */
export function inheritedTags(session: PrincipalSession | undefined): readonly ResourceTag[] {
  const transitive = lowered(session?.transitiveTagKeys ?? []);
  return (session?.tags ?? []).filter(({ key }) => transitive.has(key.toLowerCase()));
}

/**
 * The tags of a new session: those that were passed, and those that the calling session hands down,
 * which stay transitive. Keys differ by more than case. Source: IAM, "Pass session tags in AWS STS".
 * @throws InvalidInput, LimitExceeded, Validation
 */
export function sessionTags(
  passed: readonly { readonly Key: string; readonly Value: string }[],
  transitiveTagKeys: readonly string[],
  caller: PrincipalSession | undefined,
): SessionTags {
  const own = checkTags(passed);
  const ownKeys = lowered(own.map(({ key }) => key));
  for (const key of transitiveTagKeys) {
    if (ownKeys.has(key.toLowerCase())) continue;
    throw invalid(`The transitive tag key '${key}' is not a key of the session tags passed.`);
  }
  const inherited = inheritedTags(caller);
  if (inherited.some(({ key }) => ownKeys.has(key.toLowerCase()))) {
    throw invalid(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  }
  if (inherited.length + own.length > limits.iamTagsPerResource) {
    throw invalid(
      `A session has at most ${limits.iamTagsPerResource} tags, inherited ones included.`,
    );
  }
  return {
    tags: [...inherited, ...own],
    transitiveTagKeys: [...inherited.map(({ key }) => key), ...transitiveTagKeys],
  };
}

function lowered(keys: readonly string[]): ReadonlySet<string> {
  return new Set(keys.map((key) => key.toLowerCase()));
}

function invalid(message: string): RegistryError {
  return new RegistryError("Validation", message);
}
