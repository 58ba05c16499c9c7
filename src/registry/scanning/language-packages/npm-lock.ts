import { type FileAnalyzer, type FileFindings, FileRefused, wholeFile } from "../file-analyzer.ts";
import { endsWithPath, isBelow } from "./file-paths.ts";
import { maxListBytes } from "./language-limits.ts";
import { licensesOf, PackageList, splitName } from "./package-list.ts";
import {
  asObject,
  asText,
  type JsonRecord,
  objectOrRefused,
  recordedObject,
} from "./recorded-json.ts";

/**
 * What npm would install: `package-lock.json` of all three versions. Packages that only development needs are
 * left out, and those of the project itself. A file without a list of packages is refused, unless its project
 * wants none. Source: docs.npmjs.com, "package-lock.json"
 */
export const npmLock: FileAnalyzer = {
  name: "npm-lock",
  version: 1,
  wants: ({ kind, path }) =>
    kind === "file" &&
    (endsWithPath(path, "package-lock.json") || endsWithPath(path, "npm-shrinkwrap.json")) &&
    !isBelow(path, "node_modules"),
  read: wholeFile(maxListBytes, readPackageLock),
};

function readPackageLock(content: Uint8Array): FileFindings {
  const lock = recordedObject(content);
  const list = new PackageList();
  // Version 2 has both, and `packages` is the one that holds.
  if (lock.packages !== undefined) addByPath(objectOrRefused(lock.packages, "packages"), list);
  else if (lock.dependencies !== undefined) addTree(lock.dependencies, list);
  else if (typeof lock.lockfileVersion !== "number") throw new FileRefused("not a lock file");
  return { packages: list.packages };
}

const folder = "node_modules/";

function addByPath(packages: JsonRecord, list: PackageList): void {
  for (const [path, value] of Object.entries(packages)) {
    const found = objectOrRefused(value, "an entry of packages");
    const at = path.lastIndexOf(folder);
    if (at < 0 || found.link === true || found.dev === true) continue;
    const name = asText(found.name) ?? path.slice(at + folder.length);
    add(name, asText(found.version), list, found.license);
  }
}

/** Version 1: each package has those that are installed below it. */
function addTree(dependencies: unknown, list: PackageList): void {
  const waiting = [dependencies];
  for (let branch = waiting.pop(); branch !== undefined; branch = waiting.pop()) {
    for (const [name, value] of Object.entries(objectOrRefused(branch, "dependencies"))) {
      const found = objectOrRefused(value, "an entry of dependencies");
      if (asObject(found.dependencies) !== undefined) waiting.push(found.dependencies);
      if (found.dev === true) continue;
      const version = asText(found.version);
      const real = version?.startsWith("npm:") ? version.slice("npm:".length) : undefined;
      const at = real?.lastIndexOf("@") ?? -1;
      if (real !== undefined && at > 0) add(real.slice(0, at), real.slice(at + 1), list);
      else add(name, version, list);
    }
  }
}

function add(name: string, version: string | undefined, list: PackageList, license?: unknown) {
  // Folders of the project itself have no version of their own.
  if (version === undefined || version.startsWith("file:")) return;
  list.add({ type: "npm", ...splitName(name), version, ...licensesOf([license]) });
}
