import { type FileAnalyzer, type FileFindings, wholeFile } from "../file-analyzer.ts";
import type { LayerFile } from "../layer-file.ts";
import { statusFolder } from "./dpkg-status.ts";
import { OwnedPaths } from "./owned-paths.ts";
import { decodeText, eachLine } from "./recorded-text.ts";
import { systemPackageLimits as limits } from "./system-package-limits.ts";

const listFolder = "var/lib/dpkg/info/";

/** Which files are of Debian's packages: `info/NAME.list`, or checksums where there is no dpkg. */
export const dpkgFiles: FileAnalyzer = {
  name: "dpkg-files",
  version: 1,
  wants: ({ path }) =>
    (path.startsWith(listFolder) && path.endsWith(".list")) ||
    (path.startsWith(statusFolder) && path.endsWith(".md5sums")),
  read: wholeFile(limits.pathListBytes, parsePaths),
};

function parsePaths(content: Uint8Array, { path }: LayerFile): FileFindings {
  const owned = new OwnedPaths();
  const areChecksums = path.endsWith(".md5sums");
  eachLine(decodeText(content), (line) => {
    owned.add(areChecksums ? line.slice(line.indexOf(" ") + 1).trimStart() : line);
  });
  return { packages: [], ownedPaths: owned.paths };
}
