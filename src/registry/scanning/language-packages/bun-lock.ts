import { type FileAnalyzer, type FileFindings, FileRefused, wholeFile } from "../file-analyzer.ts";
import { endsWithPath, isBelow } from "./file-paths.ts";
import { maxListBytes } from "./language-limits.ts";
import { PackageList, splitName } from "./package-list.ts";
import { listOrRefused, objectOrRefused, parsedJson, textOrRefused } from "./recorded-json.ts";
import { decodedText } from "./recorded-text.ts";

/**
 * What Bun would install: `bun.lock`, JSON with commas before closing brackets. It does not tell which packages
 * only development needs. Packages of the project itself are left out. A file without `packages` is refused,
 * and an entry that does not begin with `name@version`. Source: bun.sh/docs, "Lockfile"
 */
export const bunLock: FileAnalyzer = {
  name: "bun-lock",
  version: 1,
  wants: ({ kind, path }) =>
    kind === "file" && endsWithPath(path, "bun.lock") && !isBelow(path, "node_modules"),
  read: wholeFile(maxListBytes, readBunLock),
};

const ofTheProject = ["workspace:", "link:", "file:", "root:"];

function readBunLock(content: Uint8Array): FileFindings {
  const lock = objectOrRefused(parsedJson(plainJson(decodedText(content))), "the file");
  const list = new PackageList();
  for (const value of Object.values(objectOrRefused(lock.packages, "packages"))) {
    const entry = listOrRefused(value, "an entry of packages");
    const resolution = textOrRefused(entry[0], "an entry's first member");
    const at = resolution.indexOf("@", 1);
    if (at < 0) throw new FileRefused("an entry names no version");
    const version = resolution.slice(at + 1);
    if (ofTheProject.some((kind) => version.startsWith(kind))) continue;
    list.add({ type: "npm", ...splitName(resolution.slice(0, at)), version });
  }
  return { packages: list.packages };
}

/** Leaves out commas that only a closing bracket follows. */
function plainJson(text: string): string {
  const kept: string[] = [];
  let start = 0;
  let comma = -1;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === ",") {
      comma = at;
    } else if ((character === "}" || character === "]") && comma >= 0) {
      kept.push(text.slice(start, comma));
      start = comma + 1;
      comma = -1;
    } else if (!" \t\r\n".includes(character)) {
      comma = -1;
      if (character === '"') at = endOfString(text, at);
    }
  }
  kept.push(text.slice(start));
  return kept.join("");
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
