import { type FileAnalyzer, type FileFindings, FileRefused, wholeFile } from "../file-analyzer.ts";
import type { FoundPackage } from "../found-package.ts";
import { checkPackageCount, decodeText, eachLine, note, word } from "./recorded-text.ts";
import { systemPackageLimits as limits } from "./system-package-limits.ts";

const statusFile = "var/lib/dpkg/status";
/** Where images without dpkg, "distroless" ones, have one file for each package. */
export const statusFolder = "var/lib/dpkg/status.d/";
const opkgFiles = ["usr/lib/opkg/status", "var/lib/opkg/status"];

/** Debian's packages, and those of its kind. */
export const dpkgStatus: FileAnalyzer = {
  name: "dpkg",
  version: 1,
  wants: ({ path }) =>
    path === statusFile || (path.startsWith(statusFolder) && !path.endsWith(".md5sums")),
  read: wholeFile(limits.textBytes, parseStatus),
};

/** OpenWrt's packages, recorded in the same words. */
export const opkgStatus: FileAnalyzer = {
  name: "opkg",
  version: 1,
  wants: ({ path }) => opkgFiles.includes(path),
  read: wholeFile(limits.textBytes, parseStatus),
};

const fields = ["package", "version", "architecture", "source", "status", "maintainer"] as const;
type Stanza = Partial<Record<(typeof fields)[number], string>>;

function parseStatus(content: Uint8Array): FileFindings {
  const packages: FoundPackage[] = [];
  eachStanza(decodeText(content), (stanza) => {
    const found = installedPackage(stanza);
    if (found !== undefined) packages.push(found);
    checkPackageCount(packages.length);
  });
  return { packages };
}

/** @throws FileRefused at a line that is none of a stanza */
function eachStanza(text: string, take: (stanza: Stanza) => void): void {
  let stanza: Stanza = {};
  let hasFields = false;
  const end = () => {
    if (hasFields) take(stanza);
    stanza = {};
    hasFields = false;
  };
  eachLine(text, (line) => {
    if (line.trim() === "") {
      end();
      return;
    }
    const first = line.charCodeAt(0);
    if (first === 0x20 || first === 0x09) return; // More of a field; none that matters goes on.
    const colon = line.indexOf(":");
    if (colon < 1) throw new FileRefused("a line that is no field of a package");
    hasFields = true;
    const name = line.slice(0, Math.min(colon, 16)).toLowerCase(); // Policy 5.1: in whichever case.
    const field = fields.find((known) => known === name);
    if (field !== undefined) stanza[field] = line.slice(colon + 1).trim();
  });
  end();
}

/** States of packages whose files are not there. Source: dpkg(1), "Package states". */
const absentStates = ["not-installed", "config-files", "half-installed"];

function installedPackage(stanza: Stanza): FoundPackage | undefined {
  const state = stanza.status?.split(" ").at(-1);
  if (state !== undefined && absentStates.includes(state)) return undefined;
  const name = word(stanza.package, "a name");
  const version = word(stanza.version, "a version");
  const architecture = note(stanza.architecture);
  const vendor = note(stanza.maintainer);
  return {
    type: "deb",
    name,
    version,
    ...(architecture !== undefined && { architecture }),
    source: sourceOf(stanza.source, name, version),
    ...(vendor !== undefined && { vendor }),
  };
}

/** `Source: name (version)`; what is not said is the package's own. Source: Debian Policy 5.6.1. */
function sourceOf(source: string | undefined, name: string, version: string) {
  if (source === undefined || source === "") return { name, version };
  const open = source.indexOf("(");
  if (open === -1) return { name: word(source, "a source's name"), version };
  const close = source.indexOf(")", open);
  if (close === -1) throw new FileRefused("a source's version without an end");
  return {
    name: word(source.slice(0, open).trim(), "a source's name"),
    version: word(source.slice(open + 1, close).trim(), "a source's version"),
  };
}
