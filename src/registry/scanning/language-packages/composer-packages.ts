import { type FileAnalyzer, type FileFindings, wholeFile } from "../file-analyzer.ts";
import { endsWithPath, isBelow } from "./file-paths.ts";
import { maxListBytes } from "./language-limits.ts";
import { licensesOf, PackageList, splitName } from "./package-list.ts";
import {
  asList,
  asObject,
  asText,
  listOrRefused,
  objectOrRefused,
  recordedJson,
  recordedObject,
} from "./recorded-json.ts";

/**
 * PHP packages as Composer installed them: `vendor/composer/installed.json`, a list in version 1, an object with
 * one in version 2. Versions are told as they are recorded: `v1.2.3`, `dev-main`. Refused is a file without the
 * list, and a package without name or version.
 */
export const composerPackages: FileAnalyzer = {
  name: "composer",
  version: 1,
  wants: ({ kind, path }) => kind === "file" && endsWithPath(path, "composer/installed.json"),
  read: wholeFile(maxListBytes, (content) => {
    const file = recordedJson(content);
    return findings(asObject(file)?.packages ?? file);
  }),
};

/** What Composer would install: `composer.lock`, without what only development needs. */
export const composerLock: FileAnalyzer = {
  name: "composer-lock",
  version: 1,
  wants: ({ kind, path }) =>
    kind === "file" && endsWithPath(path, "composer.lock") && !isBelow(path, "vendor"),
  read: wholeFile(maxListBytes, (content) => findings(recordedObject(content).packages)),
};

function findings(packages: unknown): FileFindings {
  const list = new PackageList();
  for (const value of listOrRefused(packages, "packages")) {
    const found = objectOrRefused(value, "an entry of packages");
    list.add({
      type: "composer",
      ...splitName(asText(found.name) ?? ""),
      version: asText(found.version) ?? "",
      ...licensesOf(asList(found.license) ?? [found.license]),
    });
  }
  return { packages: list.packages };
}
