import type { GoBuild } from "./go-build-info.ts";
import type { PackageList } from "./package-list.ts";
import { linesOf } from "./recorded-text.ts";

/** What Go itself writes for a module built where it stands: nothing that could be compared. */
const unknownVersion = "(devel)";

interface Module {
  readonly path: string;
  readonly version: string;
}

/**
 * The standard library, the main module and all others, those put in place of others under their own names.
 * A main module without a version has the one that its builder set by `-ldflags "-X …version=…"`, or else none:
 * the commit that it is from is no version, and would be before all fixes if it were written as one.
 */
export function addGoPackages(build: GoBuild, list: PackageList): void {
  list.add({ type: "golang", name: "stdlib", version: libraryVersion(build.goVersion) });
  const { main, dependencies, flags } = linked(build.modules);
  if (main !== undefined) {
    const version =
      main.version === unknownVersion
        ? (stampedVersion(flags, main.path) ?? unknownVersion)
        : main.version;
    list.add({ type: "golang", name: main.path, version });
  }
  for (const { path, version } of dependencies) list.add({ type: "golang", name: path, version });
}

/** `go1.22.3 X:boringcrypto` is 1.22.3. */
function libraryVersion(goVersion: string): string {
  const version = goVersion.split(" ", 1)[0]!;
  return version.startsWith("go") && version.length > 2 ? version.slice(2) : unknownVersion;
}

interface Linked {
  main?: Module;
  readonly dependencies: Module[];
  /** As given to `-ldflags`. */
  flags: string;
}

function linked(text: string): Linked {
  const linked: Linked = { dependencies: [], flags: "" };
  let last: "main" | "dependency" | undefined;
  for (const line of linesOf(text)) {
    const [kind, path = "", version = ""] = line.split("\t", 4);
    if (kind === "mod" && path !== "") {
      linked.main = { path, version: version || unknownVersion };
      last = "main";
    } else if (kind === "dep" && path !== "") {
      linked.dependencies.push({ path, version: version || unknownVersion });
      last = "dependency";
    } else if (kind === "=>") {
      replace(linked, last, { path, version: version || unknownVersion });
    } else if (kind === "build" && path.startsWith("-ldflags=")) {
      linked.flags = unquoted(path.slice("-ldflags=".length));
    }
  }
  return linked;
}

function replace(linked: Linked, last: "main" | "dependency" | undefined, by: Module): void {
  const replaced = last === "main" ? linked.main : linked.dependencies.at(-1);
  if (last === undefined || replaced === undefined) return;
  // A folder has no name that anyone else knows, and no version.
  const isFolder = by.path.startsWith(".") || by.path.startsWith("/") || by.path[1] === ":";
  const put = isFolder ? { path: replaced.path, version: unknownVersion } : by;
  if (last === "main") linked.main = put;
  else linked.dependencies[linked.dependencies.length - 1] = put;
}

/** Go quotes values with blanks or quotes in them, in its own way, which is JSON's for what matters here. */
function unquoted(text: string): string {
  if (text.startsWith("`") && text.endsWith("`")) return text.slice(1, -1);
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

const versionNames = ["version", "gitversion", "buildversion", "appversion", "releaseversion"];

/**
 * What `-X package.name=value` sets for a name that is one of versions: of the package main, else below the main
 * module, else anywhere, as long as they agree.
 */
function stampedVersion(flags: string, mainPath: string): string | undefined {
  const stamps = flags
    .split(/[ '"=]-X[ =]/)
    .slice(flags.startsWith("-X") ? 0 : 1)
    .map(stampOf)
    .filter((stamp) => stamp !== undefined);
  const ranks = [
    stamps.filter(({ path }) => path === "main"),
    stamps.filter(({ path }) => path === mainPath || path.startsWith(`${mainPath}/`)),
    stamps,
  ];
  const versions = ranks.find((rank) => rank.length > 0)?.map(({ version }) => version) ?? [];
  return new Set(versions).size === 1 ? versions[0] : undefined;
}

/** `package/path.Version=v1.2.3`, perhaps in quotes, with other flags behind it. */
function stampOf(text: string): Module | undefined {
  const setting = text.replace(/^(?:-X[ =])?['"]?/, "").split(/['" ]/, 1)[0]!;
  const equals = setting.indexOf("=");
  const dot = setting.lastIndexOf(".", equals);
  if (equals < 0 || dot < 0) return undefined;
  const version = setting.slice(equals + 1);
  const isNamedSo = versionNames.includes(setting.slice(dot + 1, equals).toLowerCase());
  return isNamedSo && isVersion(version) ? { path: setting.slice(0, dot), version } : undefined;
}

/** `v1.2.3-rc.1`, with or without the `v`. */
function isVersion(text: string): boolean {
  return text.length <= 100 && /^v?[0-9]+\.[0-9]+\.[0-9]+(?:$|[-+.~])/.test(text);
}
