import { type FileAnalyzer, type FileFindings, FileRefused, wholeFile } from "../file-analyzer.ts";
import { endsWithPath, isBelow } from "./file-paths.ts";
import { maxListBytes } from "./language-limits.ts";
import { PackageList, splitName } from "./package-list.ts";
import { decodedText, linesOf } from "./recorded-text.ts";

/**
 * What pnpm would install: `pnpm-lock.yaml` of the versions 5, 6 and 9. Packages that only development needs
 * are left out where they are marked so (not in version 9). Only pnpm's own layout of YAML is read, two blanks
 * a level; a file of another version or without one is refused, and an entry that names no version.
 * Source: github.com/pnpm/spec, "lockfile"
 */
export const pnpmLock: FileAnalyzer = {
  name: "pnpm-lock",
  version: 1,
  wants: ({ kind, path }) =>
    kind === "file" && endsWithPath(path, "pnpm-lock.yaml") && !isBelow(path, "node_modules"),
  read: wholeFile(maxListBytes, readPnpmLock),
};

interface Entry {
  /** `/@scope/name/1.2.3_peer@4`, `/name@1.2.3(peer@4)`, `name@1.2.3`. */
  readonly key: string;
  /** Only given for what is not of a registry. */
  name?: string;
  version?: string;
  dev?: string;
  resolution?: string;
}

function readPnpmLock(content: Uint8Array): FileFindings {
  const text = decodedText(content);
  const major = majorVersion(text);
  const list = new PackageList();
  let section = "";
  let entry: Entry | undefined;
  for (const line of linesOf(text)) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    if (line[0] !== " ") {
      section = line.trimEnd();
    } else if (section === "packages:") {
      const key = entryKey(line);
      if (key !== undefined) {
        add(entry, major, list);
        entry = { key };
      } else if (entry !== undefined) {
        readField(line, entry);
      }
    }
  }
  add(entry, major, list);
  return { packages: list.packages };
}

function majorVersion(text: string): number {
  for (const line of linesOf(text)) {
    if (!line.startsWith("lockfileVersion:")) continue;
    const version = scalar(line.slice("lockfileVersion:".length));
    const major = Number(version.split(".")[0]);
    if (major >= 5 && major <= 9) return major;
    throw new FileRefused("a lock file of another version");
  }
  throw new FileRefused("no lockfileVersion");
}

/** A key two blanks in; very long ones are written `? key`. */
function entryKey(line: string): string | undefined {
  if (!line.startsWith("  ") || line[2] === " " || line[2] === ":") return undefined;
  if (line.startsWith("  ? ")) return scalar(line.slice(4));
  const trimmed = line.trimEnd();
  if (trimmed.endsWith(":")) return scalar(trimmed.slice(2, -1));
  // `name@1.2.3: {}`
  const end = trimmed.indexOf(": {");
  return end < 0 ? undefined : scalar(trimmed.slice(2, end));
}

function readField(line: string, entry: Entry): void {
  for (const field of ["name", "version", "dev", "resolution"] as const) {
    const start = `    ${field}: `;
    if (line.startsWith(start)) entry[field] = scalar(line.slice(start.length));
  }
}

function scalar(text: string): string {
  const trimmed = text.trim();
  const quote = trimmed[0];
  const isQuoted = (quote === "'" || quote === '"') && trimmed.length > 1;
  return isQuoted && trimmed.endsWith(quote) ? trimmed.slice(1, -1) : trimmed;
}

function add(entry: Entry | undefined, major: number, list: PackageList): void {
  if (entry === undefined || entry.dev === "true") return;
  // A folder of the project itself.
  if (entry.resolution?.includes("type: directory")) return;
  const [name, version] = major < 6 ? bySlash(entry.key) : byAt(entry.key);
  list.add({
    type: "npm",
    ...splitName(entry.name ?? name),
    version: entry.version ?? version,
  });
}

/** Version 5: `/name/1.2.3_peer@4`, or with a registry's host before it. */
function bySlash(key: string): [name: string, version: string] {
  const parts = key.split("/");
  const version = parts.pop()!;
  const last = parts.pop();
  if (last === undefined || last === "") throw new FileRefused("an entry names no version");
  const scope = parts.at(-1);
  const name = scope?.startsWith("@") ? `${scope}/${last}` : last;
  return [name, version.slice(0, endOr(version.indexOf("_"), version))];
}

/** Later ones: `name@1.2.3(peer@4)`, in version 6 with a `/` before it. */
function byAt(key: string): [name: string, version: string] {
  const whole = key.startsWith("/") ? key.slice(1) : key;
  const bare = whole.slice(0, endOr(whole.indexOf("("), whole));
  const at = bare.indexOf("@", 1);
  if (at < 0) return withoutVersion(bare);
  // Version 6 with a registry's host before the name.
  const name = bare.slice(0, at);
  const parts = name.split("/");
  const scope = parts.at(-2);
  const own = scope?.startsWith("@") ? `${scope}/${parts.at(-1)}` : parts.at(-1)!;
  return [own, bare.slice(at + 1)];
}

/** `github.com/user/repository/0123abc` and `@codeload…` say their name and version below. */
function withoutVersion(key: string): [name: string, version: string] {
  return [key.slice(key.lastIndexOf("/") + 1), key];
}

function endOr(at: number, text: string): number {
  return at < 0 ? text.length : at;
}
