import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { InstalledPackage } from "../image-inventory.ts";
import { parsePackageUrl } from "../package-url.ts";
import { readSbom } from "./read-sbom.ts";
import type { SbomSubject } from "./sbom-subject.ts";
import { writeCycloneDx } from "./write-cyclonedx.ts";
import { writeSpdx } from "./write-spdx.ts";

const layer = `sha256:${"1".repeat(64)}`;
const found = (change: Partial<InstalledPackage>): InstalledPackage => ({
  ...{ type: "npm", name: "lodash", version: "4.17.21", path: "app/package.json", analyzer: "npm" },
  ...{ layerDiffId: layer, isSystemOwned: false },
  ...change,
});
const openssl = found({
  type: "deb",
  name: "libssl3",
  version: "3.0.11-1~deb12u2",
  architecture: "amd64",
  source: { name: "openssl", version: "3.0.11-1~deb12u2" },
  licenses: ["Apache-2.0", 'see "copyright"'],
  path: "var/lib/dpkg/status",
  analyzer: "dpkg",
  isSystemOwned: true,
});
const packages = [
  openssl,
  found({}),
  found({ path: "app/x/package.json" }),
  found({ namespace: "@scope", name: "a", licenses: ["MIT"] }),
  found({ type: "maven", namespace: "org.x", name: "core", inside: "lib/core.jar" }),
];

const subject = (change: Partial<SbomSubject> = {}): SbomSubject => ({
  name: "registry.example.com/team/app:v1",
  digest: `sha256:${"ab".repeat(32)}`,
  os: "linux",
  architecture: "amd64",
  labels: new Map([["org.opencontainers.image.source", "https://example.com"]]),
  inventory: {
    distribution: { id: "debian", versionId: "12", name: "Debian 12", ecosystem: "Debian:12" },
    packages,
    unread: [{ path: "app/x.jar", analyzer: "java", reason: "is no zip" }],
  },
  writtenAt: 1_700_000_000_999,
  toolVersion: "1.2.3",
  ...change,
});

interface Cdx {
  serialNumber: string;
  metadata: { component: { "bom-ref": string } };
  components: {
    "bom-ref": string;
    purl?: string;
    properties?: { name: string; value: string }[];
  }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}
interface Spdx {
  documentNamespace: string;
  packages: { SPDXID: string; licenseDeclared: string; annotations?: { comment: string }[] }[];
  relationships: { spdxElementId: string; relationshipType: string; relatedSpdxElement: string }[];
  hasExtractedLicensingInfos: { licenseId: string; extractedText: string }[];
}
const cycloneDx = (change: Partial<SbomSubject> = {}) =>
  JSON.parse(writeCycloneDx(subject(change))) as Cdx;
const spdx = (change: Partial<SbomSubject> = {}) => JSON.parse(writeSpdx(subject(change))) as Spdx;
const bytes = (value: unknown) =>
  new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

/** By way of both formats: what a reader knows of a package. */
const known = ({ type, namespace, name, version, architecture, licenses }: InstalledPackage) =>
  JSON.parse(JSON.stringify({ type, namespace, name, version, architecture, licenses })) as object;
const byText = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

describe.each([
  ["CycloneDX", "1.6", writeCycloneDx],
  ["SPDX", "2.3", writeSpdx],
] as const)("%s %s", (format, formatVersion, write) => {
  it("is the same text for the same image, in whichever order its packages were found", () => {
    const { inventory } = subject();
    const reversed = { ...inventory, packages: [...packages, openssl].reverse() };
    expect(write(subject({ inventory: reversed }))).toBe(write(subject()));
    expect(write(subject({ digest: `sha256:${"cd".repeat(32)}` }))).not.toBe(write(subject()));
  });

  it("is read again as what was written, from an attestation as well", () => {
    const text = write(subject());
    const statement = {
      _type: "https://in-toto.io/Statement/v1",
      predicate: JSON.parse(text) as object,
    };
    const envelope = {
      payloadType: "application/vnd.in-toto+json",
      payload: Buffer.from(JSON.stringify(statement)).toString("base64"),
      signatures: [],
    };
    for (const document of [text, statement, envelope]) {
      const read = readSbom(bytes(document));
      expect(read).toMatchObject({ format, formatVersion, leftOut: 0 });
      expect(read.packages.map((each) => known(each as InstalledPackage)).sort(byText)).toEqual(
        packages.map(known).sort(byText),
      );
    }
  });

  it("tells whatever a layer names its packages, so that it can be read", () => {
    const text = fc
      .string({ minLength: 1, maxLength: 12, unit: "binary" })
      .filter((each) => each.trim() !== "");
    const any = fc.record({ name: text, version: text, path: text, licenses: fc.array(text) });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 4 }), (all) => {
        const inventory = { packages: all.map((each) => found(each)), unread: [] };
        const read = readSbom(bytes(write(subject({ inventory }))));
        const distinct = new Set(
          all.map(({ name, version, path }) => JSON.stringify([name, version, path])),
        );
        expect(read.packages.length + read.leftOut).toBe(distinct.size);
      }),
    );
  });
});

describe("writeCycloneDx", () => {
  it("has what the schema requires, and references that lead somewhere", () => {
    const bom = cycloneDx();
    expect(bom).toMatchObject({
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      version: 1,
      metadata: {
        timestamp: "2023-11-14T22:13:20Z",
        component: { type: "container", name: "registry.example.com/team/app:v1" },
      },
      compositions: [{ aggregate: "incomplete" }],
    });
    expect(bom.serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    const refs = bom.components.map((component) => component["bom-ref"]);
    expect(new Set(refs).size).toBe(packages.length + 1);
    expect(bom.dependencies).toEqual([{ ref: bom.metadata.component["bom-ref"], dependsOn: refs }]);
  });

  it("tells of a package its URL, layer, path and licences as recorded", () => {
    const component = cycloneDx().components.find(({ purl }) => purl?.startsWith("pkg:deb/"))!;
    expect(component).toMatchObject({
      type: "library",
      name: "libssl3",
      purl: "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12",
      licenses: [{ license: { id: "Apache-2.0" } }, { license: { name: 'see "copyright"' } }],
    });
    expect(component.properties).toEqual([
      { name: "entrepot:analyzer", value: "dpkg" },
      { name: "entrepot:layer", value: layer },
      { name: "entrepot:path", value: "var/lib/dpkg/status" },
      { name: "entrepot:source", value: "openssl 3.0.11-1~deb12u2" },
      { name: "entrepot:systemOwned", value: "true" },
    ]);
  });

  it("has a URL of the image that says where it is", () => {
    const url = parsePackageUrl(cycloneDx().metadata.component["bom-ref"])!;
    expect([url.type, url.name, url.version]).toEqual(["oci", "app", `sha256:${"ab".repeat(32)}`]);
    expect(Object.fromEntries(url.qualifiers)).toEqual({
      arch: "amd64",
      repository_url: "registry.example.com/team/app",
      tag: "v1",
    });
  });
});

describe("writeSpdx", () => {
  it("has what the schema requires, and relationships between what is there", () => {
    const document = spdx();
    expect(document).toMatchObject({
      spdxVersion: "SPDX-2.3",
      dataLicense: "CC0-1.0",
      SPDXID: "SPDXRef-DOCUMENT",
      creationInfo: { created: "2023-11-14T22:13:20Z", creators: ["Tool: entrepot-1.2.3"] },
    });
    const ids = document.packages.map(({ SPDXID }) => SPDXID);
    expect(new Set(ids).size).toBe(packages.length + 2);
    for (const id of ids) expect(id).toMatch(/^SPDXRef-[A-Za-z0-9.-]+$/);
    expect(document.relationships.map(({ relatedSpdxElement }) => relatedSpdxElement)).toEqual(ids);
    for (const each of document.packages) {
      expect(each).toMatchObject({ downloadLocation: "NOASSERTION", filesAnalyzed: false });
    }
  });

  it("tells licences that are on no list by a reference to what is recorded", () => {
    const { packages: all, hasExtractedLicensingInfos: texts } = spdx();
    const declared = all.find(({ SPDXID }) => SPDXID.includes("libssl3"))!.licenseDeclared;
    expect(texts).toMatchObject([{ extractedText: 'see "copyright"' }]);
    expect(declared).toBe(`Apache-2.0 AND ${texts[0]!.licenseId}`);
  });
});

describe("readSbom", () => {
  it("reads components in components, leaves out what is excluded, and counts what it cannot name", () => {
    const read = readSbom(
      bytes({
        bomFormat: "CycloneDX",
        specVersion: "1.4",
        components: [
          { name: "a", components: [{ name: "b", purl: "pkg:npm/b@1" }] },
          { name: "c", purl: "pkg:npm/c", version: "2" },
          { name: "d", purl: "pkg:npm/d@1", scope: "excluded" },
          { name: "e", purl: "pkg:generic/e@1" },
        ],
      }),
    );
    expect(read.packages.map(({ name, version }) => [name, version])).toEqual([
      ["b", "1"],
      ["c", "2"],
    ]);
    expect(read.leftOut).toBe(2);
  });

  it.each([
    ["no JSON", "<bom/>"],
    ["a list", "[]"],
    ["another document", "{}"],
    ["SPDX 3", { "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld" }],
    ["CycloneDX 2", { bomFormat: "CycloneDX", specVersion: "2.0" }],
    ["components that are no list", { bomFormat: "CycloneDX", specVersion: "1.6", components: {} }],
    ["a component that is none", { bomFormat: "CycloneDX", specVersion: "1.6", components: [1] }],
    ["packages that are no list", { spdxVersion: "SPDX-2.3", packages: "all" }],
    ["what is nested too deep", `${"[".repeat(100)}${"]".repeat(100)}`],
    ["an envelope of something else", { payloadType: "text/plain", payload: "e30=" }],
    ["a statement without predicate", { _type: "https://in-toto.io/Statement/v1" }],
  ])("refuses %s", (_, document) => {
    expect(() => readSbom(bytes(document))).toThrow(
      expect.objectContaining({ name: "FileRefused" }),
    );
  });

  it("reads or refuses whatever JSON is there", () => {
    const json = fc.json({ maxDepth: 4 }).map((text) => JSON.parse(text) as object);
    const document = fc.record(
      {
        bomFormat: fc.constant("CycloneDX"),
        specVersion: fc.constantFrom("1.6", "1", 7),
        spdxVersion: fc.constantFrom("SPDX-2.3", 3),
        components: json,
        packages: json,
        payload: json,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(document, (value) => {
        try {
          readSbom(bytes(value));
        } catch (error) {
          expect(error).toMatchObject({ name: "FileRefused" });
        }
      }),
    );
  });

  it("takes very many components, also all in one", () => {
    const components = Array.from({ length: 150_000 }, () => ({ purl: "pkg:npm/b@1" }));
    const sbom = { bomFormat: "CycloneDX", specVersion: "1.6", components: [{ components }] };
    expect(readSbom(bytes(sbom)).packages).toHaveLength(150_000);
  });
});
