import { apk } from "./apk.ts";
import { bitnami } from "./bitnami.ts";
import { composer } from "./composer.ts";
import { dpkg } from "./dpkg.ts";
import { gem } from "./gem.ts";
import { go } from "./go.ts";
import { maven } from "./maven.ts";
import { npm } from "./npm.ts";
import { nuget } from "./nuget.ts";
import { pep440 } from "./pep440.ts";
import { rpm } from "./rpm.ts";
import { semver } from "./semver.ts";
import type { VersionScheme } from "./version-scheme.ts";

/** By the names of ecosystems in OSV records. Source: ossf.github.io/osv-schema, "Defined Ecosystems". */
const schemes = new Map<string, VersionScheme>([
  ["AlmaLinux", rpm],
  ["Alpaquita", apk],
  ["Alpine", apk],
  ["Azure Linux", rpm],
  ["BellSoft Hardened Containers", apk],
  ["Bitnami", bitnami],
  ["Chainguard", apk],
  ["crates.io", semver],
  ["Debian", dpkg],
  ["Echo", dpkg],
  ["Go", go],
  ["Hex", semver],
  ["Mageia", rpm],
  ["Maven", maven],
  ["MinimOS", apk],
  ["npm", npm],
  ["NuGet", nuget],
  ["openEuler", rpm],
  ["openSUSE", rpm],
  ["Packagist", composer],
  ["Photon OS", rpm],
  ["PyPI", pep440],
  ["Red Hat", rpm],
  ["Rocky Linux", rpm],
  ["RubyGems", gem],
  ["SUSE", rpm],
  ["Ubuntu", dpkg],
  ["Wolfi", apk],
]);

/**
 * How versions of an OSV ecosystem are ordered, with or without a release (`Debian:12`,
 * `Packagist:https://…`). Undefined of one that is not known: nothing is compared by guess.
 */
export function versionScheme(ecosystem: string): VersionScheme | undefined {
  const colon = ecosystem.indexOf(":");
  return schemes.get(colon < 0 ? ecosystem : ecosystem.slice(0, colon));
}

/** Compares two versions once. Undefined if either has no place in the scheme's order. */
export function compareVersions(scheme: VersionScheme, a: string, b: string): number | undefined {
  const left = scheme.parse(a);
  const right = scheme.parse(b);
  return left === undefined || right === undefined ? undefined : scheme.compare(left, right);
}
