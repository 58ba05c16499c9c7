import { FileRefused } from "../file-analyzer.ts";
import type { FoundPackage } from "../found-package.ts";
import { packageOfUrl, parsePackageUrl } from "../package-url.ts";
import {
  documentJson,
  type JsonRecord,
  listOf,
  recordOf,
  recordsOf,
  required,
  textOf,
} from "./document-json.ts";
import { innerDocument } from "./inner-document.ts";
import { sbomLimits } from "./sbom-limits.ts";

/** What a bill of materials says of an image. */
export interface ReadSbom {
  readonly format: "CycloneDX" | "SPDX";
  /** `1.6`, `2.3` */
  readonly formatVersion: string;
  readonly packages: readonly FoundPackage[];
  /** Entries that name no package of a kind that is looked for, by a package URL with a version. */
  readonly leftOut: number;
}

/**
 * Reads a bill of materials as it is attached to images: CycloneDX 1.x or SPDX 2.x in JSON, as it is, in an
 * in-toto statement, or in a signed envelope, whose signature is not looked at.
 * @throws FileRefused for what is none, or larger than is looked at; never half of one
 */
export function readSbom(content: Uint8Array): ReadSbom {
  const document = innerDocument(documentJson(content));
  if (document.bomFormat === "CycloneDX") return readCycloneDx(document);
  const version = textOf(document.spdxVersion);
  if (version?.startsWith("SPDX-2.")) return readSpdx(document, version.slice("SPDX-".length));
  throw new FileRefused("is no bill of materials in CycloneDX or SPDX 2");
}

function readCycloneDx(document: JsonRecord): ReadSbom {
  const formatVersion = required(textOf(document.specVersion), "specVersion");
  if (!formatVersion.startsWith("1."))
    throw new FileRefused(`is CycloneDX ${formatVersion.slice(0, 20)}`);
  const list = new PackageList();
  const open = listOf(document.components, "components").toReversed();
  for (let component = open.pop(); component !== undefined; component = open.pop()) {
    for (const below of listOf(component.components, "components").toReversed()) open.push(below);
    // What is excluded is not part of what runs; the system itself is no package.
    if (component.scope === "excluded" || component.type === "operating-system") continue;
    const licenses = recordsOf(component.licenses).map(choiceText);
    list.add([component.purl], component.version, licenses);
  }
  return { format: "CycloneDX", formatVersion, ...list.result() };
}

function choiceText(choice: JsonRecord): string | undefined {
  const license = recordOf(choice.license);
  return textOf(choice.expression) ?? textOf(license?.id) ?? textOf(license?.name);
}

function readSpdx(document: JsonRecord, formatVersion: string): ReadSbom {
  const list = new PackageList();
  const texts = new Map<string, string>();
  for (const { licenseId, extractedText } of recordsOf(document.hasExtractedLicensingInfos)) {
    const [id, text] = [textOf(licenseId), textOf(extractedText)];
    if (id !== undefined && text !== undefined) texts.set(id, text);
  }
  for (const described of listOf(document.packages, "packages")) {
    const purpose = described.primaryPackagePurpose;
    if (purpose === "CONTAINER" || purpose === "OPERATING-SYSTEM") continue;
    const urls = recordsOf(described.externalRefs)
      .filter(({ referenceType }) => referenceType === "purl")
      .map(({ referenceLocator }) => referenceLocator);
    const license = [described.licenseConcluded, described.licenseDeclared]
      .map(textOf)
      .find((text) => text !== undefined && text !== "NOASSERTION" && text !== "NONE");
    const parts = license?.split(" AND ").map((part) => texts.get(part) ?? part) ?? [];
    list.add(urls, described.versionInfo, parts);
  }
  return { format: "SPDX", formatVersion, ...list.result() };
}

class PackageList {
  readonly #packages: FoundPackage[] = [];
  #leftOut = 0;

  /** One entry: under one of its URLs, with the version that some write beside them. */
  add(urls: readonly unknown[], version: unknown, licenses: readonly (string | undefined)[]): void {
    const found = urls.map((url) => packageOf(url, version)).find((each) => each !== undefined);
    if (found === undefined) {
      this.#leftOut++;
      return;
    }
    if (this.#packages.length === sbomLimits.packages) {
      throw new FileRefused(`of more than ${sbomLimits.packages} packages`);
    }
    const told = licenses
      .filter((text) => text !== undefined)
      .slice(0, sbomLimits.licensesPerPackage);
    this.#packages.push(told.length === 0 ? found : { ...found, licenses: told });
  }

  result() {
    return { packages: this.#packages, leftOut: this.#leftOut };
  }
}

function packageOf(url: unknown, version: unknown): FoundPackage | undefined {
  const parsed = parsePackageUrl(textOf(url) ?? "");
  if (parsed === undefined) return undefined;
  const beside = textOf(version);
  const isBeside = parsed.version === undefined && beside !== undefined;
  return packageOfUrl(isBeside ? { ...parsed, version: beside } : parsed);
}
