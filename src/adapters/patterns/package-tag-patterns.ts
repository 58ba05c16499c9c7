import { RE2JSException, RE2Set } from "re2js";
import semver from "semver";
import type { TagMatcher, TagPatterns } from "../../ports/tag-patterns.ts";
import { RegistryError } from "../../registry/errors.ts";
import { lifecycleLimits } from "../../registry/lifecycle/lifecycle-limits.ts";

/** Patterns of tags by the packages re2js and semver. */
export class PackageTagPatterns implements TagPatterns {
  regularExpression(text: string): TagMatcher {
    checkLength(text, "regular expression");
    // A set of one: of the package's ways to match, the one whose memory can be bounded.
    const set = new RE2Set(RE2Set.ANCHOR_BOTH, 0, lifecycleLimits.tagPatternStateBytes);
    try {
      set.add(text);
      set.compile();
    } catch (error) {
      if (!(error instanceof RE2JSException)) throw error;
      throw invalid(error.message, error);
    }
    const steps = set.prog.numInst();
    const most = lifecycleLimits.tagPatternSteps;
    if (steps > most) {
      throw invalid(`the regular expression has ${steps} instructions, more than ${most}`);
    }
    return { steps, matches: (tag) => set.match(tag).length > 0 };
  }

  semverRange(text: string): TagMatcher {
    checkLength(text, "range");
    const range = rangeOf(text);
    return {
      steps: 1,
      matches: (tag) => {
        const version = semver.parse(tag);
        return version !== null && range.test(version);
      },
    };
  }
}

function rangeOf(text: string): semver.Range {
  try {
    return new semver.Range(text);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw invalid(`it is no range of semantic versions: ${error.message}`, error);
  }
}

function checkLength(text: string, what: string): void {
  const most = lifecycleLimits.tagPatternCharacters;
  if (text.trim() === "") throw invalid(`the ${what} is empty`);
  if (text.length > most) throw invalid(`the ${what} has more than ${most} characters`);
}

function invalid(reason: string, cause?: unknown): RegistryError {
  return new RegistryError("InvalidParameter", reason, {}, cause);
}
