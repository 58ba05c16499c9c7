import type { Distribution } from "./distribution.ts";
import { type FoundPackage, type PackageType, packageTypes } from "./found-package.ts";

/** Longer ones are not read. */
const maxUrlLength = 4096;

/** A package URL, taken apart. Nothing in it is encoded. */
export interface PackageUrl {
  readonly type: string;
  /** Without slashes at its ends; it may have some inside. */
  readonly namespace?: string;
  readonly name: string;
  readonly version?: string;
  /** By lower-case key; none has an empty value. */
  readonly qualifiers: ReadonlyMap<string, string>;
  readonly subpath?: string;
}

/**
 * The URL of a package in an image. Source: ECMA-427 (purl-spec), "Rules for each component" and "Types".
 * npm names stay as they are: what has capitals there is another package than what has none.
 */
export function packageUrl(found: FoundPackage, distribution?: Distribution): string {
  return formatPackageUrl(urlOf(found, distribution));
}

function urlOf(found: FoundPackage, distribution: Distribution | undefined): PackageUrl {
  const qualifiers = new Map<string, string>();
  if (isOfSystem(found.type)) {
    if (found.architecture) qualifiers.set("arch", found.architecture);
    if (distribution) qualifiers.set("distro", distroOf(distribution));
    const { epoch, version } = splitEpoch(found);
    if (epoch) qualifiers.set("epoch", epoch);
    const namespace = distribution && vendorOf(distribution);
    return {
      type: found.type,
      ...(namespace && { namespace }),
      name: found.name,
      version,
      qualifiers,
    };
  }
  if (found.architecture && found.type === "bitnami") qualifiers.set("arch", found.architecture);
  const slash = found.type === "golang" ? found.name.lastIndexOf("/") : -1;
  const namespace = slash < 0 ? found.namespace : found.name.slice(0, slash);
  const name = found.name.slice(slash + 1);
  const { type, version } = found;
  return { type, ...(namespace && { namespace }), name, version, qualifiers };
}

function isOfSystem(type: string): boolean {
  return type === "apk" || type === "deb" || type === "rpm";
}

/** RPM's epoch is a qualifier, Debian's is part of the version. */
function splitEpoch({ type, version }: FoundPackage): { epoch?: string; version: string } {
  const colon = type === "rpm" ? version.indexOf(":") : -1;
  if (colon < 0) return { version };
  return { epoch: version.slice(0, colon), version: version.slice(colon + 1) };
}

function distroOf({ id, versionId }: Distribution): string {
  return versionId === undefined ? id : `${id}-${versionId}`;
}

/** Who the spec has for a namespace: a vendor. */
function vendorOf({ id }: Distribution): string {
  if (id === "rhel") return "redhat";
  if (id === "sles") return "suse";
  return id.startsWith("opensuse") ? "opensuse" : id;
}

/** Writes a package URL in its canonical form. */
export function formatPackageUrl(url: PackageUrl): string {
  const type = url.type.toLowerCase();
  const namespace = segments(normalized(url.namespace ?? "", type, "namespace"));
  const path = [type, ...namespace.map(encode), encode(normalized(url.name, type, "name"))].join(
    "/",
  );
  const version = url.version ? `@${encode(url.version)}` : "";
  const qualifiers = [...url.qualifiers]
    .filter(([, value]) => value !== "")
    .map(([key, value]) => [key.toLowerCase(), value] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${encode(value)}`)
    .join("&");
  const subpath = segments(url.subpath ?? "").filter(isInside);
  return [
    `pkg:${path}${version}`,
    qualifiers === "" ? "" : `?${qualifiers}`,
    subpath.length === 0 ? "" : `#${subpath.map(encode).join("/")}`,
  ].join("");
}

/** Types in which case makes no difference, by what of them is written small. */
const lowered: Readonly<Record<string, readonly ("namespace" | "name")[]>> = {
  apk: ["namespace", "name"],
  bitnami: ["name"],
  composer: ["namespace", "name"],
  deb: ["namespace", "name"],
  golang: ["namespace", "name"],
  rpm: ["namespace"],
};

function normalized(text: string, type: string, part: "namespace" | "name"): string {
  if (type === "pypi" && part === "name") return pythonName(text);
  const isLowered = Object.hasOwn(lowered, type) && lowered[type]?.includes(part);
  return isLowered ? text.toLowerCase() : text;
}

/** Runs of dots, underscores and hyphens are one hyphen. Source: PEP 503, "Normalized Names". */
function pythonName(name: string): string {
  let result = "";
  let inRun = false;
  for (const character of name.toLowerCase()) {
    const isRun = character === "." || character === "_" || character === "-";
    if (!isRun) result += character;
    else if (!inRun) result += "-";
    inRun = isRun;
  }
  return result;
}

function segments(path: string): readonly string[] {
  return path.split("/").filter((part) => part !== "");
}

function isInside(part: string): boolean {
  return part !== "." && part !== "..";
}

/** All but letters, digits, `.`, `-`, `_`, `~` and colons. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll("%3A", ":")
    .replaceAll("!", "%21")
    .replaceAll("'", "%27")
    .replaceAll("(", "%28")
    .replaceAll(")", "%29")
    .replaceAll("*", "%2A");
}

/** Takes a package URL apart. Undefined if it is none. Case of names is kept: writing it makes it canonical. */
export function parsePackageUrl(text: string): PackageUrl | undefined {
  if (text.length > maxUrlLength || text.slice(0, 4).toLowerCase() !== "pkg:") return undefined;
  const [beforeHash, subpathText] = splitLast(text.slice(4), "#");
  const [beforeQuery, query] = splitLast(beforeHash, "?");
  const path = segments(beforeQuery);
  const [typeText = "", ...rest] = path;
  const last = rest.pop();
  if (last === undefined || beforeQuery.endsWith("/")) return undefined;
  const [nameText, versionText] = splitLast(last, "@");
  const name = decode(nameText);
  const version = versionText === undefined ? "" : decode(versionText);
  const namespace = decodedPath(rest);
  const subpath = decodedPath(segments(subpathText ?? "").filter(isInside));
  const qualifiers = parseQualifiers(query ?? "");
  if (!isType(typeText) || !name || name.includes("/") || version === undefined) return undefined;
  if (namespace === undefined || subpath === undefined || qualifiers === undefined)
    return undefined;
  return {
    type: typeText.toLowerCase(),
    ...(namespace === "" ? {} : { namespace }),
    name,
    ...(version === "" ? {} : { version }),
    qualifiers,
    ...(subpath === "" ? {} : { subpath }),
  };
}

function splitLast(text: string, separator: string): [string, string | undefined] {
  const at = text.lastIndexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function isType(text: string): boolean {
  const letters = "abcdefghijklmnopqrstuvwxyz";
  const [first = "", ...rest] = text.toLowerCase();
  if (first === "" || !letters.includes(first)) return false;
  return rest.every((character) => `${letters}0123456789.-`.includes(character));
}

function decodedPath(parts: readonly string[]): string | undefined {
  const decoded = parts.map(decode);
  const isWhole = decoded.every((part) => part !== undefined && part !== "" && !part.includes("/"));
  return isWhole ? decoded.join("/") : undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // What is half encoded is no URL.
  }
}

function parseQualifiers(text: string): ReadonlyMap<string, string> | undefined {
  const qualifiers = new Map<string, string>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const key = pair.slice(0, Math.max(equals, 0)).toLowerCase();
    const value = decode(pair.slice(equals + 1));
    if (!isQualifierKey(key) || value === undefined || qualifiers.has(key)) return undefined;
    if (value !== "") qualifiers.set(key, value);
  }
  return qualifiers;
}

function isQualifierKey(key: string): boolean {
  const letters = "abcdefghijklmnopqrstuvwxyz";
  const allowed = `${letters}0123456789.-_`;
  return (
    key !== "" && letters.includes(key.charAt(0)) && [...key].every((c) => allowed.includes(c))
  );
}

const types: ReadonlySet<string> = new Set(packageTypes);

function isPackageType(type: string): type is PackageType {
  return types.has(type);
}

/**
 * The package that a URL in an SBOM names. Undefined if it has no version or is of a type that is not looked
 * for. A Debian or Alpine package's source is read from `upstream`, which some tools write.
 */
export function packageOfUrl(url: PackageUrl): FoundPackage | undefined {
  const { type, namespace, qualifiers } = url;
  if (!isPackageType(type) || url.version === undefined) return undefined;
  const epoch = qualifiers.get("epoch");
  const hasEpoch = isOfSystem(type) && epoch !== undefined && !url.version.includes(":");
  const version = hasEpoch ? `${epoch}:${url.version}` : url.version;
  const architecture = qualifiers.get("arch");
  const source = type === "deb" || type === "apk" ? sourceOf(qualifiers, version) : undefined;
  const path = namespace === undefined ? url.name : `${namespace}/${url.name}`;
  const isPath = type === "golang";
  return {
    type,
    ...(namespace === undefined || isPath || isOfSystem(type) ? {} : { namespace }),
    name: isPath ? path : type === "pypi" ? pythonName(url.name) : url.name,
    version,
    ...(architecture && { architecture }),
    ...(source && { source }),
  };
}

function sourceOf(qualifiers: ReadonlyMap<string, string>, version: string) {
  const [name, own] = splitLast(qualifiers.get("upstream") ?? "", "@");
  return name === "" ? undefined : { name, version: own || version };
}
