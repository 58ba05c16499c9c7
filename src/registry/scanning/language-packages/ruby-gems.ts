import { type FileAnalyzer, type FileFindings, FileRefused, wholeFile } from "../file-analyzer.ts";
import { isBelow } from "./file-paths.ts";
import { maxManifestBytes } from "./language-limits.ts";
import { licensesOf, PackageList } from "./package-list.ts";
import { decodedText, linesOf } from "./recorded-text.ts";

/**
 * Installed gems, by the specification that RubyGems writes for each, Ruby's own among them. It is a program,
 * but always of one form: `s.name = "…"`. One without a name and version in that form is refused.
 */
export const rubyGems: FileAnalyzer = {
  name: "ruby",
  version: 1,
  wants: ({ kind, path }) =>
    kind === "file" && path.endsWith(".gemspec") && isBelow(path, "specifications"),
  read: wholeFile(maxManifestBytes, readSpecification),
};

function readSpecification(content: Uint8Array): FileFindings {
  const list = new PackageList();
  let [name, version] = ["", ""];
  let licenses: string[] = [];
  for (const line of linesOf(decodedText(content))) {
    const [field, value] = assignment(line);
    if (field === "stub" && name === "") {
      // `# stub: name version platform folders`, which holds where what follows is computed.
      [name = "", version = ""] = value.split(" ", 3);
    } else if (field === "name" || field === "version") {
      const text = strings(value, 1)[0];
      if (text !== undefined && field === "name") name = text;
      if (text !== undefined && field === "version") version = text;
    } else if (field === "licenses" || field === "license") {
      licenses = strings(value, 100);
    }
  }
  if (name === "" || version === "") throw new FileRefused("no name or version");
  list.add({ type: "gem", name, version, ...licensesOf(licenses) });
  return { packages: list.packages };
}

/** `  s.name = "rack".freeze` or the stub's comment. */
function assignment(line: string): [field: string, value: string] {
  const text = line.trim();
  if (text.startsWith("# stub: ")) return ["stub", text.slice("# stub: ".length)];
  const dot = text.indexOf(".");
  const equals = text.indexOf("=", dot);
  if (dot <= 0 || equals < 0) return ["", ""];
  return [text.slice(dot + 1, equals).trim(), text.slice(equals + 1)];
}

/** The first few quoted strings of a line; a backslash keeps what follows it as it is. */
function strings(text: string, most: number): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length && found.length < most; at++) {
    const quote = text[at];
    if (quote !== '"' && quote !== "'") continue;
    let value = "";
    for (at++; at < text.length && text[at] !== quote; at++) {
      if (text[at] === "\\") at++;
      value += text[at] ?? "";
    }
    found.push(value);
  }
  return found;
}
