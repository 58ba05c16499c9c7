import { type FileAnalyzer, type FileFindings, FileRefused, wholeFile } from "../file-analyzer.ts";
import { isBelow } from "./file-paths.ts";
import { maxListBytes } from "./language-limits.ts";
import { licensesOf, PackageList } from "./package-list.ts";
import { asText, recordedObject } from "./recorded-json.ts";

/**
 * Packages that Conda installed: `conda-meta/*.json`. No advisories go by them; those of Python have their own
 * records beside them, which are found as Python's. A record without name or version is refused.
 */
export const condaPackages: FileAnalyzer = {
  name: "conda",
  version: 1,
  wants: ({ kind, path }) =>
    kind === "file" && path.endsWith(".json") && isBelow(path, "conda-meta"),
  // Each names all its files: those of large packages take some MiB.
  read: wholeFile(maxListBytes, readRecord),
};

function readRecord(content: Uint8Array): FileFindings {
  const list = new PackageList();
  const record = recordedObject(content);
  const name = asText(record.name);
  const version = asText(record.version);
  if (name === undefined || version === undefined) throw new FileRefused("no name or version");
  list.add({ type: "conda", name, version, ...licensesOf([record.license]) });
  return { packages: list.packages };
}
