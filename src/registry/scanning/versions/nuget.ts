import { compareSemantic, parseSemantic } from "./semver.ts";
import { versionSchemeOf } from "./version-scheme.ts";

/**
 * Versions of NuGet packages: semantic ones with up to four numbers, in which letters' case makes no
 * difference. Source: learn.microsoft.com/nuget/concepts/package-versioning.
 */
export const nuget = versionSchemeOf(
  "nuget",
  (version) => parseSemantic(version.toLowerCase()),
  compareSemantic,
);
