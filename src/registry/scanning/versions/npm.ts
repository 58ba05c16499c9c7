import { compareSemantic, parseSemantic } from "./semver.ts";
import { versionSchemeOf } from "./version-scheme.ts";

/**
 * Versions of npm packages: semantic ones, with the "=" before them that npm drops. A pre-release lies
 * before its release and so inside of what is affected up to it, other than in npm's own ranges.
 */
export const npm = versionSchemeOf(
  "npm",
  (version) => {
    const text = version.trim();
    return parseSemantic(text[0] === "=" ? text.slice(1) : text);
  },
  compareSemantic,
);
