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

export type CycloneDxVersion = "1.4" | "1.6";

/**
 * The bill of materials of an image in CycloneDX JSON. The same image at the same time gives the same text,
 * and the same image the same serial number. Source: cyclonedx.org/docs/1.6/json and 1.4/json
 */
export function writeCycloneDx(subject: SbomSubject, version: CycloneDxVersion = "1.6"): string {
  const components = componentsOf(subject);
  const image = imageUrl(subject);
  const system = systemOf(subject);
  const refs = [...system.map((each) => each["bom-ref"]), ...components.map(refOf)];
  const { unread } = subject.inventory;
  return JSON.stringify({
    $schema: `http://cyclonedx.org/schema/bom-${version}.schema.json`,
    bomFormat: "CycloneDX",
    specVersion: version,
    serialNumber: `urn:uuid:${documentUuid(subject, "cyclonedx")}`,
    version: 1,
    metadata: {
      timestamp: timeText(subject.writtenAt),
      ...toolsOf(subject, version),
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

/** How a tool is told changed with 1.5, which also began to tell lifecycles. */
function toolsOf({ toolVersion }: SbomSubject, version: CycloneDxVersion): object {
  const tool = { name: "entrepot", version: toolVersion };
  if (version === "1.4") return { tools: [tool] };
  return {
    lifecycles: [{ phase: "post-build" }],
    tools: { components: [{ type: "application", ...tool }] },
  };
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
