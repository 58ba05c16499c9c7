import {
  componentsOf,
  documentUuid,
  imageUrl,
  propertiesOf,
  type SbomComponent,
  type SbomSubject,
  timeText,
} from "./sbom-subject.ts";
import { isSpdxIdentifier } from "./spdx-licenses.ts";

/**
 * The bill of materials of an image in CycloneDX 1.6 JSON. The same image at the same time gives the same text,
 * and the same image the same serial number. Source: cyclonedx.org/docs/1.6/json
 */
export function writeCycloneDx(subject: SbomSubject): string {
  const components = componentsOf(subject);
  const image = imageUrl(subject);
  const system = systemOf(subject);
  const refs = [...system.map((each) => each["bom-ref"]), ...components.map(refOf)];
  const { unread } = subject.inventory;
  return JSON.stringify({
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${documentUuid(subject, "cyclonedx")}`,
    version: 1,
    metadata: {
      timestamp: timeText(subject.writtenAt),
      lifecycles: [{ phase: "post-build" }],
      tools: {
        components: [{ type: "application", name: "entrepot", version: subject.toolVersion }],
      },
      component: {
        type: "container",
        "bom-ref": image,
        name: subject.name,
        version: subject.digest,
        purl: image,
        properties: imageProperties(subject),
      },
    },
    components: [...system, ...components.map(componentOf)],
    dependencies: [{ ref: image, dependsOn: refs }],
    // What could not be read may hold packages that are not told.
    ...(unread.length > 0 && {
      compositions: [{ aggregate: "incomplete", assemblies: [image] }],
    }),
  });
}

function componentOf(component: SbomComponent): object {
  const { found, purl } = component;
  const { namespace, name, version, licenses = [] } = found;
  return {
    type: "library",
    "bom-ref": refOf(component),
    ...(namespace !== undefined && { group: namespace.toWellFormed() }),
    name: name.toWellFormed(),
    version: version.toWellFormed(),
    ...(licenses.length > 0 && { licenses: licenses.map(licenseOf) }),
    purl,
    properties: propertiesOf(component).map(([key, value]) => ({ name: key, value })),
  };
}

function licenseOf(recorded: string): object {
  const isKnown = isSpdxIdentifier(recorded);
  return { license: isKnown ? { id: recorded } : { name: recorded.toWellFormed() } };
}

/** A package URL is no reference: one package may be at several places. */
function refOf({ purl, id }: SbomComponent): string {
  return `${purl}#${id}`;
}

function systemOf({ inventory: { distribution } }: SbomSubject) {
  if (distribution === undefined) return [];
  const { id, versionId, name } = distribution;
  return [
    {
      type: "operating-system",
      "bom-ref": `os:${id}${versionId === undefined ? "" : `@${versionId}`}`,
      name: id,
      ...(versionId !== undefined && { version: versionId }),
      description: name,
    },
  ];
}

function imageProperties({ os, architecture, labels, inventory }: SbomSubject): object[] {
  const labelled = [...(labels ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  const unread = inventory.unread.map(({ path, reason }) => `${path}: ${reason}`).sort();
  const properties: (readonly [string, string])[] = [
    ["entrepot:architecture", architecture],
    ["entrepot:os", os],
    ...labelled.map(([name, value]) => [`entrepot:label:${name}`, value] as const),
    ...unread.map((text) => ["entrepot:unread", text] as const),
  ];
  return properties.map(([name, value]) => ({
    name: name.toWellFormed(),
    value: value.toWellFormed(),
  }));
}
