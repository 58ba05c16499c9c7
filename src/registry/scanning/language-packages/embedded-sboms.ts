import { type FileAnalyzer, type FileFindings, FileRefused, wholeFile } from "../file-analyzer.ts";
import type { LayerFile } from "../layer-file.ts";
import { packageOfUrl, parsePackageUrl } from "../package-url.ts";
import { baseName } from "./file-paths.ts";
import { maxListBytes } from "./language-limits.ts";
import { licensesOf, PackageList } from "./package-list.ts";
import {
  asList,
  asObject,
  asText,
  type JsonRecord,
  listOrRefused,
  objectOrRefused,
  parsedJson,
} from "./recorded-json.ts";
import { decodedText, linesOf } from "./recorded-text.ts";

/**
 * Packages that a bill of materials in the image tells of, by their package URLs: SPDX 2 (JSON, tag and value)
 * and CycloneDX (JSON) of Bitnami, Wolfi and Chainguard, Red Hat, and `*.cdx.json` anywhere. What has no package
 * URL, or one of a kind that is not looked for, is left out. Refused is what is none of these forms; only Red
 * Hat's folder holds other JSON as well. Sources: spdx.github.io/spdx-spec/v2.3, cyclonedx.org/docs/1.6/json
 */
export const embeddedSboms: FileAnalyzer = {
  name: "sbom",
  version: 1,
  wants: ({ kind, path }) =>
    kind === "file" &&
    (isBitnami(path) || isDistribution(path) || isRedHat(path) || path.endsWith(".cdx.json")),
  read: wholeFile(maxListBytes, readSbom),
};

function isBitnami(path: string): boolean {
  const name = baseName(path);
  return path.startsWith("opt/bitnami/") && name.startsWith(".spdx-") && name.endsWith(".spdx");
}

function isDistribution(path: string): boolean {
  return path.startsWith("var/lib/db/sbom/") && path.endsWith(".spdx.json");
}

function isRedHat(path: string): boolean {
  return path.startsWith("usr/share/buildinfo/") && path.endsWith(".json");
}

function readSbom(content: Uint8Array, file: LayerFile): FileFindings {
  const list = new PackageList();
  const text = decodedText(content);
  if (text.trimStart().startsWith("SPDXVersion:")) {
    addTagged(text, list);
    return { packages: list.packages };
  }
  const sbom = asObject(parsedJson(text));
  if (asText(sbom?.spdxVersion)?.startsWith("SPDX-2.") && sbom !== undefined) {
    addSpdx(sbom, list);
  } else if (sbom?.bomFormat === "CycloneDX") {
    addCycloneDx(sbom, list);
  } else if (!isRedHat(file.path)) {
    throw new FileRefused("no bill of materials in a known form");
  }
  return { packages: list.packages };
}

function addSpdx(sbom: JsonRecord, list: PackageList): void {
  // A document may describe files alone.
  for (const value of listOrRefused(sbom.packages ?? [], "packages")) {
    const described = objectOrRefused(value, "an entry of packages");
    const licenses = licensesOf(
      [described.licenseConcluded, described.licenseDeclared].filter(isSaid).slice(0, 1),
    );
    for (const reference of asList(described.externalRefs) ?? []) {
      const { referenceType, referenceLocator } = asObject(reference) ?? {};
      if (referenceType !== "purl") continue;
      add(referenceLocator, described.versionInfo, licenses, list);
    }
  }
}

function isSaid(license: unknown): boolean {
  return license !== "NOASSERTION" && license !== "NONE" && asText(license) !== undefined;
}

/** `ExternalRef: PACKAGE-MANAGER purl pkg:npm/name@1.2.3` below `PackageVersion: 1.2.3`. */
function addTagged(text: string, list: PackageList): void {
  let version: string | undefined;
  for (const line of linesOf(text)) {
    const colon = line.indexOf(":");
    const value = line.slice(colon + 1).trim();
    const tag = line.slice(0, Math.max(0, colon)).trim();
    if (tag === "PackageName") version = undefined;
    if (tag === "PackageVersion") version = value;
    if (tag !== "ExternalRef") continue;
    const [, kind, locator] = value.split(/\s+/, 3);
    if (kind === "purl") add(locator, version, {}, list);
  }
}

/** Components may hold components; the one that all of it describes is one of them. */
function addCycloneDx(sbom: JsonRecord, list: PackageList): void {
  const waiting: unknown[] = [...listOrRefused(sbom.components ?? [], "components")].reverse();
  waiting.push(asObject(sbom.metadata)?.component ?? {});
  while (waiting.length > 0) {
    const component = objectOrRefused(waiting.pop(), "a component");
    for (const nested of asList(component.components) ?? []) waiting.push(nested);
    // What its author says is not part of what runs.
    if (component.scope === "excluded") continue;
    const licenses = (asList(component.licenses) ?? []).slice(0, 100).map(licenseOf);
    add(component.purl, component.version, licensesOf(licenses), list);
  }
}

function licenseOf(choice: unknown): unknown {
  const { license, expression } = asObject(choice) ?? {};
  const { id, name } = asObject(license) ?? {};
  return expression ?? id ?? name;
}

function add(
  url: unknown,
  version: unknown,
  licenses: ReturnType<typeof licensesOf>,
  list: PackageList,
): void {
  const parsed = parsePackageUrl(asText(url) ?? "");
  if (parsed === undefined) return;
  // Some write the version beside the URL alone.
  const beside = asText(version);
  const isBeside = parsed.version === undefined && beside !== undefined;
  const found = packageOfUrl(isBeside ? { ...parsed, version: beside } : parsed);
  if (found !== undefined) list.add({ ...found, ...licenses });
}
