import { type FileAnalyzer, type FileFindings, FileRefused, wholeFile } from "../file-analyzer.ts";
import type { LayerFile } from "../layer-file.ts";
import { isBelow } from "./file-paths.ts";
import { maxManifestBytes } from "./language-limits.ts";
import { licensesOf, PackageList, splitName } from "./package-list.ts";
import { asList, asObject, asText, recordedJson } from "./recorded-json.ts";

/**
 * Packages installed in `node_modules`, those bundled in others included. A package.json without name or
 * version is no package: folders inside of packages have such ones to say which kind of module they hold. One
 * that is no JSON is refused where npm puts a package's own; deeper ones are test data, which Node never reads.
 */
export const npmPackages: FileAnalyzer = {
  name: "npm",
  version: 1,
  wants: ({ kind, path }) =>
    kind === "file" && path.endsWith("/package.json") && isBelow(path, "node_modules"),
  read: wholeFile(maxManifestBytes, readPackageJson),
};

function readPackageJson(content: Uint8Array, file: LayerFile): FileFindings {
  const list = new PackageList();
  const manifest = asObject(jsonAt(file.path, content));
  const name = asText(manifest?.name);
  const version = asText(manifest?.version);
  if (manifest === undefined || name === undefined || version === undefined) {
    return { packages: [] };
  }
  const licenses = licensesOf([licenseName(manifest.license), ...licenseNames(manifest.licenses)]);
  list.add({ type: "npm", ...splitName(name), version, ...licenses });
  return { packages: list.packages };
}

function jsonAt(path: string, content: Uint8Array): unknown {
  try {
    return recordedJson(content);
  } catch (error) {
    if (error instanceof FileRefused && !isPackagesOwn(path)) return undefined;
    throw error;
  }
}

/** `node_modules/name/package.json` and `node_modules/@scope/name/package.json`. */
function isPackagesOwn(path: string): boolean {
  const parts = path.split("/");
  const depth = parts.length - 1 - parts.lastIndexOf("node_modules");
  return depth === 2 || (depth === 3 && parts.at(-3)!.startsWith("@"));
}

/** Old packages write `{"type": "MIT"}`. */
function licenseName(license: unknown): unknown {
  return asObject(license)?.type ?? license;
}

function licenseNames(licenses: unknown): unknown[] {
  return (asList(licenses) ?? []).slice(0, 100).map(licenseName);
}
