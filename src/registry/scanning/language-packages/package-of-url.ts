import type { FoundPackage, PackageType } from "../found-package.ts";
import { parsePackageUrl } from "../package-url.ts";
import { normalisedName } from "./python-packages.ts";

const types: ReadonlySet<string> = new Set<PackageType>([
  "apk",
  "bitnami",
  "cargo",
  "composer",
  "conda",
  "deb",
  "gem",
  "golang",
  "maven",
  "npm",
  "nuget",
  "pypi",
  "rpm",
]);

/** Those whose namespace is part of the package's name; of others it tells who packed it, or is none. */
const named: ReadonlySet<PackageType> = new Set(["composer", "maven", "npm"]);

/**
 * The package that a package URL names, as analyzers tell of it; none if it is no such URL, of a kind that is
 * not looked for, or without a version.
 * @param version what stands beside the URL, for one without
 */
export function packageOfUrl(url: string, version?: string): FoundPackage | undefined {
  const parsed = parsePackageUrl(url);
  const told = parsed?.version ?? version;
  if (parsed === undefined || told === undefined || !isKnown(parsed.type)) return undefined;
  const { type, namespace } = parsed;
  const isOfSystem = type === "deb" || type === "rpm";
  const epoch = isOfSystem && !told.includes(":") ? qualifier(url, "epoch") : undefined;
  const architecture = isOfSystem || type === "apk" ? qualifier(url, "arch") : undefined;
  return {
    type,
    ...(namespace !== undefined && named.has(type) ? { namespace } : {}),
    name: nameOf(type, namespace, parsed.name),
    version: epoch === undefined || epoch === "0" ? told : `${epoch}:${told}`,
    ...(architecture === undefined ? {} : { architecture }),
  };
}

function isKnown(type: string): type is PackageType {
  return types.has(type);
}

function nameOf(type: PackageType, namespace: string | undefined, name: string): string {
  if (type === "pypi") return normalisedName(name);
  return type === "golang" && namespace !== undefined ? `${namespace}/${name}` : name;
}

/** Those of epochs and architectures are letters and digits: none is encoded. */
function qualifier(url: string, name: string): string | undefined {
  const query = url.split("#", 1)[0]!.split("?", 2)[1] ?? "";
  for (const pair of query.split("&", 100)) {
    if (pair.startsWith(`${name}=`)) return pair.slice(name.length + 1) || undefined;
  }
  return undefined;
}
