import { type FileAnalyzer, type FileFindings, FileRefused, wholeFile } from "../file-analyzer.ts";
import type { LayerFile } from "../layer-file.ts";
import { packageOf, visitSbom } from "../sbom/sbom-entries.ts";
import { baseName } from "./file-paths.ts";
import { maxListBytes } from "./language-limits.ts";
import { licensesOf, PackageList } from "./package-list.ts";
import { asObject, parsedJson } from "./recorded-json.ts";
import { decodedText, linesOf } from "./recorded-text.ts";

/**
 * Packages that a bill of materials in the image tells of, by their package URLs: SPDX 2 (JSON, tag and value)
 * and CycloneDX (JSON) of Bitnami, Wolfi and Chainguard, Red Hat, and `*.cdx.json` anywhere. What has no package
 * URL, or one of a kind that is not looked for, is left out. Refused is what is none of these forms; only Red
 * Hat's folder holds other JSON as well. Sources: spdx.github.io/spdx-spec/v2.3, cyclonedx.org/docs/1.6/json
 */
export const embeddedSboms: FileAnalyzer = {
  name: "sbom",
  version: 2,
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
  const form =
    sbom &&
    visitSbom(sbom, ({ found, licenses }) => {
      if (found !== undefined) list.add({ ...found, ...licensesOf(licenses) });
    });
  if (form === undefined && !isRedHat(file.path)) {
    throw new FileRefused("no bill of materials in a known form");
  }
  return { packages: list.packages };
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
    const found = kind === "purl" ? packageOf(locator, version) : undefined;
    if (found !== undefined) list.add(found);
  }
}
