import { type FileAnalyzer, type FileFindings, FileRefused, wholeFile } from "../file-analyzer.ts";
import { baseName } from "./file-paths.ts";
import { maxListBytes } from "./language-limits.ts";
import { PackageList } from "./package-list.ts";
import { asText, objectOrRefused, recordedObject } from "./recorded-json.ts";
import { decodedText } from "./recorded-text.ts";

/**
 * What NuGet would restore: `packages.lock.json`, and `packages.config` of old projects without what only
 * development needs. Refused are files without their list, and packages without name or version. Source:
 * learn.microsoft.com, "packages.config reference" and "PackageReference: locking dependencies"
 */
export const nugetLock: FileAnalyzer = {
  name: "nuget-lock",
  version: 1,
  wants: ({ kind, path }) => kind === "file" && names.includes(baseName(path).toLowerCase()),
  read: wholeFile(maxListBytes, (content, file) =>
    file.path.toLowerCase().endsWith(".json") ? readLock(content) : readConfiguration(content),
  ),
};

const names = ["packages.lock.json", "packages.config"];

function readLock(content: Uint8Array): FileFindings {
  const list = new PackageList();
  const { dependencies } = recordedObject(content);
  for (const target of Object.values(objectOrRefused(dependencies, "dependencies"))) {
    for (const [name, value] of Object.entries(objectOrRefused(target, "a target"))) {
      const { type, resolved } = objectOrRefused(value, "a dependency");
      if (typeof type === "string" && type.toLowerCase() === "project") continue;
      list.add({ type: "nuget", name, version: asText(resolved) ?? "" });
    }
  }
  return { packages: list.packages };
}

function readConfiguration(content: Uint8Array): FileFindings {
  const list = new PackageList();
  const text = withoutComments(decodedText(content));
  if (!text.includes("<packages")) throw new FileRefused("no list of packages");
  const start = "<package";
  for (let at = text.indexOf(start); at >= 0; at = text.indexOf(start, at + 1)) {
    if (!isBlank(text[at + start.length])) continue;
    const end = text.indexOf(">", at);
    if (end < 0) throw new FileRefused("not XML");
    const attributes = attributesOf(text.slice(at + start.length, end));
    if (attributes.get("developmentDependency") === "true") continue;
    const [name = "", version = ""] = [attributes.get("id"), attributes.get("version")];
    list.add({ type: "nuget", name, version });
  }
  return { packages: list.packages };
}

function withoutComments(text: string): string {
  const kept: string[] = [];
  let start = 0;
  for (let at = text.indexOf("<!--"); at >= 0; at = text.indexOf("<!--", start)) {
    kept.push(text.slice(start, at));
    const end = text.indexOf("-->", at);
    if (end < 0) throw new FileRefused("not XML");
    start = end + 3;
  }
  kept.push(text.slice(start));
  return kept.join("");
}

/** `id="Newtonsoft.Json" version='13.0.1'`; no character of these needs an entity. */
function attributesOf(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (let at = 0; at < text.length; ) {
    const equals = text.indexOf("=", at);
    if (equals < 0) break;
    let open = equals + 1;
    while (isBlank(text[open])) open++;
    const quote = text[open];
    const close = quote === '"' || quote === "'" ? text.indexOf(quote, open + 1) : -1;
    if (close < 0) throw new FileRefused("not XML");
    attributes.set(text.slice(at, equals).trim(), text.slice(open + 1, close));
    at = close + 1;
  }
  return attributes;
}

function isBlank(character: string | undefined): boolean {
  return character !== undefined && " \t\r\n".includes(character);
}
