import { type FileAnalyzer, type FileFindings, FileRefused, wholeFile } from "../file-analyzer.ts";
import type { FoundPackage } from "../found-package.ts";
import { OwnedPaths } from "./owned-paths.ts";
import { checkPackageCount, decodeText, eachLine, note, word } from "./recorded-text.ts";
import { systemPackageLimits as limits } from "./system-package-limits.ts";

/** Alpine 3.22 moved it. */
const databases = ["lib/apk/db/installed", "usr/lib/apk/db/installed"];

/** Alpine's packages, and those of its kind, with their files. Source: apk-tools, "apk-package(5)" and installed(5). */
export const apkInstalled: FileAnalyzer = {
  name: "apk",
  version: 1,
  wants: ({ path }) => databases.includes(path),
  read: wholeFile(limits.textBytes, parse),
};

/** The fields that are looked at, by their letters. */
interface Entry {
  P?: string;
  V?: string;
  A?: string;
  o?: string;
  L?: string;
  m?: string;
}

const letters = ["P", "V", "A", "o", "L", "m"] as const;

function parse(content: Uint8Array): FileFindings {
  const packages: FoundPackage[] = [];
  const owned = new OwnedPaths();
  let entry: Entry | undefined;
  let folder = "";
  const end = () => {
    if (entry !== undefined) packages.push(packageOf(entry));
    checkPackageCount(packages.length);
    entry = undefined;
    folder = "";
  };
  eachLine(decodeText(content), (line) => {
    if (line === "") {
      end();
      return;
    }
    if (line.charCodeAt(1) !== 0x3a) throw new FileRefused("a line that is no field of a package");
    entry ??= {};
    const letter = line.charAt(0);
    const value = line.slice(2);
    if (letter === "F") folder = value;
    else if (letter === "R") owned.add(folder === "" ? value : `${folder}/${value}`);
    const field = letters.find((known) => known === letter);
    if (field !== undefined) entry[field] = value;
  });
  end();
  return { packages, ownedPaths: owned.paths };
}

function packageOf({ P, V, A, o, L, m }: Entry): FoundPackage {
  const version = word(V, "a version");
  const name = word(P, "a name");
  const architecture = note(A);
  const license = note(L);
  const vendor = note(m);
  return {
    type: "apk",
    name,
    version,
    ...(architecture !== undefined && { architecture }),
    source: { name: o === undefined || o === "" ? name : word(o, "an origin"), version },
    ...(vendor !== undefined && { vendor }),
    ...(license !== undefined && { licenses: [license] }),
  };
}
