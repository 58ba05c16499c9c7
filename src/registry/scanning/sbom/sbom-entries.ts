import { FileRefused } from "../file-analyzer.ts";
import type { FoundPackage } from "../found-package.ts";
import { packageOfUrl, parsePackageUrl } from "../package-url.ts";
import { type JsonRecord, listOf, recordOf, recordsOf, required, textOf } from "./document-json.ts";

/** What a bill of materials says of one thing that an image is made of. */
export interface SbomEntry {
  /** The package that it is; absent where it has no package URL with a version, of a kind that is looked for. */
  readonly found: FoundPackage | undefined;
  /** As written, in order. */
  readonly licenses: readonly string[];
}

export interface SbomForm {
  readonly format: "CycloneDX" | "SPDX";
  /** `1.6`, `2.3` */
  readonly formatVersion: string;
}

/**
 * Goes through the entries of a CycloneDX 1.x or SPDX 2.x document; `undefined` for what is neither. The
 * image itself and its system are no entries. Sources: cyclonedx.org/docs/1.6/json, spdx.github.io/spdx-spec/v2.3
 * @throws FileRefused for what breaks the form, or the first error of `visit`
 */
export function visitSbom(
  document: JsonRecord,
  visit: (entry: SbomEntry) => void,
): SbomForm | undefined {
  if (document.bomFormat === "CycloneDX") {
    const formatVersion = required(textOf(document.specVersion), "specVersion");
    if (!formatVersion.startsWith("1.")) {
      throw new FileRefused(`is CycloneDX ${formatVersion.slice(0, 20)}`);
    }
    visitCycloneDx(document, visit);
    return { format: "CycloneDX", formatVersion };
  }
  const version = textOf(document.spdxVersion);
  if (!version?.startsWith("SPDX-2.")) return undefined;
  visitSpdx(document, visit);
  return { format: "SPDX", formatVersion: version.slice("SPDX-".length) };
}

function visitCycloneDx(document: JsonRecord, visit: (entry: SbomEntry) => void): void {
  // What all of it describes: a package of its own, or the image.
  const subject = recordOf(recordOf(document.metadata)?.component);
  const described = subject && entryOf([subject.purl], subject.version, licensesOf(subject));
  if (described?.found !== undefined) visit(described);
  const open = listOf(document.components, "components").toReversed();
  for (let component = open.pop(); component !== undefined; component = open.pop()) {
    for (const below of listOf(component.components, "components").toReversed()) open.push(below);
    // What is excluded is not part of what runs; the system itself is no package.
    if (component.scope === "excluded" || component.type === "operating-system") continue;
    visit(entryOf([component.purl], component.version, licensesOf(component)));
  }
}

function licensesOf({ licenses }: JsonRecord): (string | undefined)[] {
  return recordsOf(licenses).map((choice) => {
    const license = recordOf(choice.license);
    return textOf(choice.expression) ?? textOf(license?.id) ?? textOf(license?.name);
  });
}

/** What an image is, and stands on. JSON has an underscore where SPDX's text has a dash: both are met. */
const noPackages: ReadonlySet<unknown> = new Set([
  ...["CONTAINER", "OPERATING_SYSTEM", "OPERATING-SYSTEM"],
]);

function visitSpdx(document: JsonRecord, visit: (entry: SbomEntry) => void): void {
  const texts = new Map<string, string>();
  for (const { licenseId, extractedText } of recordsOf(document.hasExtractedLicensingInfos)) {
    const [id, text] = [textOf(licenseId), textOf(extractedText)];
    if (id !== undefined && text !== undefined) texts.set(id, text);
  }
  // A document may describe files alone.
  for (const described of listOf(document.packages, "packages")) {
    if (noPackages.has(described.primaryPackagePurpose)) continue;
    const urls = recordsOf(described.externalRefs)
      .filter(({ referenceType }) => referenceType === "purl")
      .map(({ referenceLocator }) => referenceLocator);
    const license = [described.licenseConcluded, described.licenseDeclared]
      .map(textOf)
      .find((text) => text !== undefined && text !== "NOASSERTION" && text !== "NONE");
    const parts = license?.split(" AND ").map((part) => texts.get(part) ?? part) ?? [];
    visit(entryOf(urls, described.versionInfo, parts));
  }
}

/** One entry: under the first of its URLs that names a package, with the version that some write beside them. */
function entryOf(
  urls: readonly unknown[],
  version: unknown,
  licenses: readonly (string | undefined)[],
): SbomEntry {
  return {
    found: urls.map((url) => packageOf(url, version)).find((each) => each !== undefined),
    licenses: licenses.filter((text) => text !== undefined),
  };
}

/** The package of a URL, with the version that is written beside it where it has none itself. */
export function packageOf(url: unknown, version: unknown): FoundPackage | undefined {
  const parsed = parsePackageUrl(textOf(url) ?? "");
  if (parsed === undefined) return undefined;
  const beside = textOf(version);
  const isBeside = parsed.version === undefined && beside !== undefined;
  return packageOfUrl(isBeside ? { ...parsed, version: beside } : parsed);
}
