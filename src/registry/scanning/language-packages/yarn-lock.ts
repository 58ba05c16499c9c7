import { type FileAnalyzer, type FileFindings, FileRefused, wholeFile } from "../file-analyzer.ts";
import { endsWithPath, isBelow } from "./file-paths.ts";
import { maxListBytes } from "./language-limits.ts";
import { PackageList, splitName } from "./package-list.ts";
import { decodedText, linesOf } from "./recorded-text.ts";

/**
 * What Yarn would install, as version 1 and as later ones ("berry") write it; neither tells which packages
 * only development needs. Packages of the project itself are left out. A file is refused that has an entry
 * without a version, or lines that are none of a lock file's.
 */
export const yarnLock: FileAnalyzer = {
  name: "yarn-lock",
  version: 1,
  wants: ({ kind, path }) =>
    kind === "file" && endsWithPath(path, "yarn.lock") && !isBelow(path, "node_modules"),
  read: wholeFile(maxListBytes, readYarnLock),
};

interface Entry {
  /** `"name@^1.0.0", name@^1.2.0` */
  readonly wanted: string;
  version?: string;
  /** Berry's `name@npm:1.2.3`: what it comes to, under its own name. */
  resolution?: string;
}

function readYarnLock(content: Uint8Array): FileFindings {
  const list = new PackageList();
  let entry: Entry | undefined;
  for (const line of linesOf(decodedText(content))) {
    if (line === "" || line.startsWith("#")) continue;
    if (line[0] !== " ") {
      add(entry, list);
      if (!line.endsWith(":")) throw new FileRefused("an entry does not begin as one");
      entry = { wanted: line.slice(0, -1) };
    } else if (entry !== undefined && line.startsWith("  ") && line[2] !== " ") {
      readField(line, entry);
    }
  }
  add(entry, list);
  return { packages: list.packages };
}

function readField(line: string, entry: Entry): void {
  for (const field of ["version", "resolution"] as const) {
    for (const start of [`  ${field}: `, `  ${field} `]) {
      if (line.startsWith(start)) entry[field] = unquoted(line.slice(start.length));
    }
  }
}

function unquoted(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

const ofTheProject = ["workspace:", "link:", "portal:", "file:"];

function add(entry: Entry | undefined, list: PackageList): void {
  if (entry === undefined || entry.wanted === "__metadata") return;
  const { wanted, version, resolution } = entry;
  if (version === undefined) throw new FileRefused("an entry has no version");
  const [name, range] = splitDescriptor(resolution ?? firstDescriptor(wanted));
  if (ofTheProject.some((kind) => range.startsWith(kind))) return;
  // `alias@npm:name@^1.0.0` of version 1; berry's resolutions name what they come to.
  const real = resolution === undefined && range.startsWith("npm:") ? range.slice(4) : undefined;
  const isAlias = real !== undefined && real.indexOf("@", 1) > 0;
  list.add({ type: "npm", ...splitName(isAlias ? splitDescriptor(real)[0] : name), version });
}

function firstDescriptor(wanted: string): string {
  if (wanted.startsWith('"')) return wanted.slice(1, endOr(wanted.indexOf('"', 1), wanted));
  return wanted.slice(0, endOr(wanted.indexOf(","), wanted)).trim();
}

function endOr(at: number, text: string): number {
  return at < 0 ? text.length : at;
}

/** `@scope/name@npm:^1.0.0` at the `@` behind the name. */
function splitDescriptor(descriptor: string): [name: string, range: string] {
  // Berry writes several in one pair of quotes: `"a@npm:^1, a@npm:^2"`; the first is as good as any.
  const one = descriptor.slice(0, endOr(descriptor.indexOf(", "), descriptor));
  const at = one.indexOf("@", 1);
  if (at < 0) throw new FileRefused("an entry names no range");
  return [one.slice(0, at), one.slice(at + 1)];
}
