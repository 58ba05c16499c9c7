import { type FileAnalyzer, type FileFindings, FileRefused, wholeFile } from "../file-analyzer.ts";
import type { FoundPackage } from "../found-package.ts";
import { endsWithPath } from "./file-paths.ts";
import { fileStart } from "./held-bytes.ts";
import { InflationBudget } from "./inflation-budget.ts";
import { maxArchiveBytes, maxHeaderBytes } from "./language-limits.ts";
import { licensesOf, PackageList } from "./package-list.ts";
import { decodedText, headerFields } from "./recorded-text.ts";
import { ZipArchive } from "./zip-archive.ts";

/**
 * Installed Python packages, by what their installers leave: `*.dist-info/METADATA`, `*.egg-info` (a file, or a
 * folder with `PKG-INFO`), and eggs, unpacked or not. A record without name or version is refused, and an egg
 * without a record. Sources: PEP 566, PEP 376; setuptools, "The Internal Structure of Python Eggs"
 */
export const pythonPackages: FileAnalyzer = {
  name: "python",
  version: 1,
  wants: ({ kind, path }) => kind === "file" && (isEgg(path) || isRecord(path)),
  read: (file) => (isEgg(file.path) ? readEgg(file) : readRecord(file)),
};

function isRecord(path: string): boolean {
  return (
    path.endsWith(".dist-info/METADATA") ||
    path.endsWith(".egg-info") ||
    path.endsWith(".egg-info/PKG-INFO") ||
    endsWithPath(path, eggRecord)
  );
}

const eggRecord = "EGG-INFO/PKG-INFO";

function isEgg(path: string): boolean {
  return path.endsWith(".egg");
}

const readRecord = fileStart(maxHeaderBytes, (start, isWhole) => {
  const list = new PackageList();
  list.add(packageOf(start, isWhole));
  return { packages: list.packages };
});

const readEgg = wholeFile(maxArchiveBytes, (content): FileFindings => {
  const list = new PackageList();
  const egg = new ZipArchive(content, new InflationBudget(content.length));
  for (const member of egg.members()) {
    if (member.name !== eggRecord) continue;
    const record = egg.content(member);
    const start = record.subarray(0, maxHeaderBytes);
    list.add({ ...packageOf(start, start.length === record.length), inside: eggRecord });
  }
  if (list.packages.length === 0) throw new FileRefused(`an egg without ${eggRecord}`);
  return { packages: list.packages };
});

function packageOf(start: Uint8Array, isWhole: boolean): FoundPackage {
  const text = decodedText(start);
  if (!isWhole && !hasEmptyLine(text)) {
    throw new FileRefused(`headers of more than ${maxHeaderBytes} bytes`);
  }
  const fields = headerFields(text, "\n");
  const name = fields.get("name")?.[0] ?? "";
  const version = fields.get("version")?.[0] ?? "";
  if (name === "" || version === "") throw new FileRefused("no Name or Version");
  return { type: "pypi", name: normalisedName(name), version, ...licenses(fields) };
}

function hasEmptyLine(text: string): boolean {
  return text.includes("\n\n") || text.includes("\n\r\n");
}

/** As PEP 503 has it. */
export function normalisedName(name: string): string {
  return name.replace(/[-_.]+/g, "-").toLowerCase();
}

/** The licence's name; else those of the classifiers, where License holds a whole text. */
function licenses(fields: ReadonlyMap<string, string[]>): Pick<FoundPackage, "licenses"> {
  const named = licensesOf([
    ...(fields.get("license-expression") ?? []),
    ...(fields.get("license") ?? []),
  ]);
  if (named.licenses !== undefined) return named;
  const classifiers = fields.get("classifier") ?? [];
  return licensesOf(
    classifiers
      .filter((classifier) => classifier.startsWith("License ::"))
      .map((classifier) => classifier.slice(classifier.lastIndexOf("::") + 2)),
  );
}
