import {
  componentsOf,
  documentUuid,
  hashOf,
  imageUrl,
  propertiesOf,
  type SbomComponent,
  type SbomSubject,
  timeText,
} from "./sbom-subject.ts";
import { isSpdxIdentifier } from "./spdx-licenses.ts";

const unknown = "NOASSERTION";
const document = "SPDXRef-DOCUMENT";
const imageId = "SPDXRef-Image";
const systemId = "SPDXRef-OperatingSystem";

/**
 * The bill of materials of an image in SPDX 2.3 JSON. The same image at the same time gives the same text, and
 * the same image the same namespace. Source: spdx.github.io/spdx-spec/v2.3
 */
export function writeSpdx(subject: SbomSubject): string {
  const components = componentsOf(subject);
  const { distribution } = subject.inventory;
  const created = timeText(subject.writtenAt);
  const texts = extractedTexts(components);
  const contained = [...(distribution === undefined ? [] : [systemId]), ...components.map(idOf)];
  return JSON.stringify({
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: document,
    name: subject.name,
    documentNamespace: `https://entrepot.invalid/spdx/${documentUuid(subject, "spdx")}`,
    creationInfo: { created, creators: [toolText(subject)] },
    packages: [
      imagePackage(subject),
      ...(distribution === undefined ? [] : [systemPackage(distribution)]),
      ...components.map((component) => packageOf(component, subject, created)),
    ],
    relationships: [
      relationship(document, "DESCRIBES", imageId),
      ...contained.map((id) => relationship(imageId, "CONTAINS", id)),
    ],
    ...(texts.length > 0 && { hasExtractedLicensingInfos: texts }),
    ...(subject.inventory.unread.length > 0 && { comment: unreadText(subject) }),
  });
}

function relationship(spdxElementId: string, relationshipType: string, relatedSpdxElement: string) {
  return { spdxElementId, relationshipType, relatedSpdxElement };
}

function toolText({ toolVersion }: SbomSubject): string {
  return `Tool: entrepot-${toolVersion}`;
}

/** What every package has, although nothing is known of it. */
const nothingKnown = {
  downloadLocation: unknown,
  filesAnalyzed: false,
  licenseConcluded: unknown,
  copyrightText: unknown,
};

function imagePackage(subject: SbomSubject): object {
  const [algorithm = "", value = ""] = subject.digest.split(":");
  return {
    SPDXID: imageId,
    name: subject.name,
    versionInfo: subject.digest,
    primaryPackagePurpose: "CONTAINER",
    ...nothingKnown,
    licenseDeclared: unknown,
    ...(["sha256", "sha512"].includes(algorithm) && {
      checksums: [{ algorithm: algorithm.toUpperCase(), checksumValue: value }],
    }),
    externalRefs: [purlReference(imageUrl(subject))],
  };
}

function systemPackage({
  id,
  versionId,
  name,
}: NonNullable<SbomSubject["inventory"]["distribution"]>) {
  return {
    SPDXID: systemId,
    name: id,
    ...(versionId !== undefined && { versionInfo: versionId }),
    primaryPackagePurpose: "OPERATING_SYSTEM",
    ...nothingKnown,
    licenseDeclared: unknown,
    description: name,
  };
}

function packageOf(component: SbomComponent, subject: SbomSubject, created: string): object {
  const { found, purl } = component;
  const annotation = (comment: string) => ({
    annotationDate: created,
    annotationType: "OTHER",
    annotator: toolText(subject),
    comment,
  });
  return {
    SPDXID: idOf(component),
    name: nameOf(found).toWellFormed(),
    versionInfo: found.version.toWellFormed(),
    primaryPackagePurpose: "LIBRARY",
    ...nothingKnown,
    licenseDeclared: declared(found.licenses ?? []),
    sourceInfo: `recorded in /${found.path}`.toWellFormed(),
    externalRefs: [purlReference(purl)],
    annotations: propertiesOf(component).map(([key, value]) => annotation(`${key}=${value}`)),
  };
}

function nameOf({ namespace, name, type }: SbomComponent["found"]): string {
  if (namespace === undefined) return name;
  return `${namespace}${type === "maven" ? ":" : "/"}${name}`;
}

function purlReference(locator: string): object {
  const referenceCategory = "PACKAGE-MANAGER";
  return { referenceCategory, referenceType: "purl", referenceLocator: locator };
}

/** Identifiers are letters, digits, dots and hyphens. */
function idOf({ found, id }: SbomComponent): string {
  const name = found.name.slice(0, 60).replace(/[^A-Za-z0-9.-]/g, "-");
  return `SPDXRef-Package-${found.type}-${name}-${id}`;
}

/** An expression of licences that all hold: those that are on no list by a reference. */
function declared(licenses: readonly string[]): string {
  if (licenses.length === 0) return unknown;
  return [...new Set(licenses.map(licenseId))].join(" AND ");
}

function licenseId(recorded: string): string {
  return isSpdxIdentifier(recorded) ? recorded : `LicenseRef-${hashOf(recorded).slice(0, 16)}`;
}

function extractedTexts(components: readonly SbomComponent[]): object[] {
  const recorded = new Set(components.flatMap(({ found }) => found.licenses ?? []));
  return [...recorded]
    .filter((text) => !isSpdxIdentifier(text))
    .sort()
    .map((text) => ({
      licenseId: licenseId(text),
      extractedText: text.toWellFormed(),
      name: unknown,
    }));
}

function unreadText({ inventory }: SbomSubject): string {
  const files = inventory.unread.map(({ path, reason }) => `/${path}: ${reason}`).sort();
  return `Files that could not be read, and may record packages: ${files.join("; ")}`.toWellFormed();
}
