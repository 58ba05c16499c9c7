import { type FileAnalyzer, type FileFindings, FileRefused, wholeFile } from "../file-analyzer.ts";
import { maxListBytes } from "./language-limits.ts";
import { PackageList } from "./package-list.ts";
import { objectOrRefused, recordedObject } from "./recorded-json.ts";

/**
 * NuGet packages that a .NET program is published with, or that are .NET's own runtime: `*.deps.json`. The
 * runtime that a program brings along is a package as well. Projects of the program itself are left out. A file
 * without `libraries` is refused, and an entry that is not named by name and version.
 * Source: github.com/dotnet/sdk, "runtime-configuration-file.md"
 */
export const dotnetPackages: FileAnalyzer = {
  name: "dotnet",
  version: 1,
  wants: ({ kind, path }) => kind === "file" && path.endsWith(".deps.json"),
  read: wholeFile(maxListBytes, readDependencies),
};

const runtimePack = "runtimepack.";

function readDependencies(content: Uint8Array): FileFindings {
  const list = new PackageList();
  const file = recordedObject(content);
  for (const [key, value] of Object.entries(objectOrRefused(file.libraries, "libraries"))) {
    const { type } = objectOrRefused(value, "an entry of libraries");
    if (type !== "package" && type !== "runtimepack") continue;
    const slash = key.lastIndexOf("/");
    if (slash < 0) throw new FileRefused("an entry of libraries has no version");
    const isPack = type === "runtimepack" && key.startsWith(runtimePack);
    const name = key.slice(isPack ? runtimePack.length : 0, slash);
    list.add({ type: "nuget", name, version: key.slice(slash + 1) });
  }
  return { packages: list.packages };
}
