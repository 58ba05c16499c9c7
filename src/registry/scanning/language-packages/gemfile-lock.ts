import { type FileAnalyzer, type FileFindings, FileRefused, wholeFile } from "../file-analyzer.ts";
import { endsWithPath } from "./file-paths.ts";
import { maxListBytes } from "./language-limits.ts";
import { PackageList } from "./package-list.ts";
import { decodedText, linesOf } from "./recorded-text.ts";

/**
 * What Bundler would install: `Gemfile.lock`. It does not tell which gems only development needs. Gems of the
 * project itself (section PATH) are left out. A file without sections is refused, and a gem without a version.
 */
export const gemfileLock: FileAnalyzer = {
  name: "gemfile-lock",
  version: 1,
  wants: ({ kind, path }) =>
    kind === "file" && (endsWithPath(path, "Gemfile.lock") || endsWithPath(path, "gems.locked")),
  read: wholeFile(maxListBytes, readGemfileLock),
};

const sectionsOfGems = ["GEM", "GIT", "PLUGIN SOURCE"];

function readGemfileLock(content: Uint8Array): FileFindings {
  const list = new PackageList();
  let section = "";
  let isInSpecs = false;
  let hasSections = false;
  for (const line of linesOf(decodedText(content))) {
    if (line.trim() === "") continue;
    if (line[0] !== " ") {
      section = line.trimEnd();
      isInSpecs = false;
      hasSections ||= [...sectionsOfGems, "PATH", "DEPENDENCIES"].includes(section);
    } else if (line.startsWith("  ") && line[2] !== " ") {
      isInSpecs = line.trimEnd() === "  specs:";
    } else if (isInSpecs && sectionsOfGems.includes(section) && isGem(line)) {
      add(line.trim(), list);
    }
  }
  if (!hasSections) throw new FileRefused("not a Gemfile.lock");
  return { packages: list.packages };
}

/** Four blanks in; what a gem depends on is six in. */
function isGem(line: string): boolean {
  return line.startsWith("    ") && line[4] !== " ";
}

/** `nokogiri (1.16.0-x86_64-linux)`: no version of a gem has a `-`, behind it is the platform. */
function add(line: string, list: PackageList): void {
  const open = line.indexOf(" (");
  if (open < 0 || !line.endsWith(")")) throw new FileRefused("a gem without a version");
  const version = line.slice(open + 2, -1).split("-", 1)[0]!;
  list.add({ type: "gem", name: line.slice(0, open), version });
}
