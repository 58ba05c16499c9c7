import { compareSemantic, parseSemantic, type SemanticVersion } from "./semver.ts";
import { compareDigits, type Digits } from "./version-parts.ts";
import { versionSchemeOf } from "./version-scheme.ts";

interface BitnamiVersion {
  readonly upstream: SemanticVersion;
  readonly revision: Digits;
}

/**
 * Versions of Bitnami's components: semantic ones, where `-3` is the third packaging of a release and
 * newer than the release. Revision 0 is no revision. Source: github.com/bitnami/go-version.
 */
export const bitnami = versionSchemeOf<BitnamiVersion>(
  "bitnami",
  (version) => {
    const parsed = parseSemantic(version);
    if (parsed === undefined) return undefined;
    const [first, ...more] = parsed.preRelease ?? [];
    if (first === undefined || !("number" in first) || more.length > 0) {
      return { upstream: parsed, revision: "" };
    }
    return { upstream: { numbers: parsed.numbers }, revision: first.number };
  },
  (a, b) => compareSemantic(a.upstream, b.upstream) || compareDigits(a.revision, b.revision),
);
