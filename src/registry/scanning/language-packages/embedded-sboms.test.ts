import { describe, expect, it } from "vitest";
import { analyzed, layerFile, named } from "../../../../test/support/analyzed.ts";
import { FileRefused } from "../file-analyzer.ts";
import { embeddedSboms } from "./embedded-sboms.ts";

const bitnami = "opt/bitnami/postgresql/.spdx-postgresql.spdx";
const cycloneDx = "app/bom.cdx.json";
const found = (path: string, content: unknown) =>
  named(analyzed(embeddedSboms, path, JSON.stringify(content)));

function spdx(...urls: string[]) {
  const packages = urls.map((referenceLocator) => ({
    name: "for people",
    versionInfo: "9.9.9",
    licenseConcluded: "NOASSERTION",
    licenseDeclared: "MIT",
    externalRefs: [
      { referenceType: "cpe23Type", referenceLocator: "cpe:2.3:a:b:c" },
      { referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator },
    ],
  }));
  return { spdxVersion: "SPDX-2.3", packages };
}

describe("bills of materials in images", () => {
  it("are wanted where distributions and builders put them", () => {
    const isWanted = (path: string) => embeddedSboms.wants(layerFile(path, 10));
    expect(isWanted(bitnami)).toBe(true);
    expect(isWanted("var/lib/db/sbom/busybox-1.36.1-r5.spdx.json")).toBe(true);
    expect(isWanted("usr/share/buildinfo/labels.json")).toBe(true);
    expect(isWanted(cycloneDx)).toBe(true);
    expect(isWanted("opt/bitnami/scripts/a.spdx")).toBe(false);
    expect(isWanted("app/bom.json")).toBe(false);
  });

  it("tell of packages as their own analyzers do", () => {
    const urls = spdx(
      "pkg:bitnami/postgresql@15.3.0?arch=amd64",
      "pkg:npm/%40scope/name@1.0.0",
      "pkg:maven/org.example/lib@2.0",
      "pkg:golang/github.com/a/b@v1.0.0#cmd",
      "pkg:pypi/Foo_Bar@3.0",
      "pkg:composer/vendor/name@v4.0",
      "pkg:deb/debian/openssl@3.0.11-1?arch=amd64&epoch=1",
      "pkg:rpm/redhat/bash@5.1-2.el9?epoch=0&arch=x86_64",
      "pkg:apk/wolfi/busybox@1.36.1-r5?arch=aarch64",
      "pkg:npm/versionless",
      "pkg:generic/other@1.0",
      "no url",
    );
    expect(found(bitnami, urls)).toEqual([
      "bitnami postgresql@15.3.0",
      "npm @scope/name@1.0.0",
      "maven org.example/lib@2.0",
      "golang github.com/a/b@v1.0.0",
      "pypi foo-bar@3.0",
      "composer vendor/name@v4.0",
      "deb openssl@1:3.0.11-1",
      "rpm bash@0:5.1-2.el9",
      "apk busybox@1.36.1-r5",
      "npm versionless@9.9.9",
    ]);
    const { packages } = analyzed(embeddedSboms, bitnami, JSON.stringify(urls));
    expect(packages[6]).toMatchObject({ architecture: "amd64", licenses: ["MIT"] });
  });

  it("are read in SPDX's form of tags", () => {
    const tags = [
      "SPDXVersion: SPDX-2.3",
      "PackageName: a",
      "PackageVersion: 1.0.0",
      "ExternalRef: SECURITY cpe23Type cpe:2.3:a",
      "ExternalRef: PACKAGE-MANAGER purl pkg:bitnami/a@1.0.0",
      "PackageName: b",
      "PackageVersion: 2.0.0",
      "ExternalRef: PACKAGE_MANAGER purl pkg:npm/b",
    ].join("\n");
    expect(named(analyzed(embeddedSboms, bitnami, tags))).toEqual([
      "bitnami a@1.0.0",
      "npm b@2.0.0",
    ]);
  });

  it("tell of components in components, but of none that is said not to run", () => {
    const inner = { purl: "pkg:npm/inner@2.0.0", licenses: [{ license: { id: "MIT" } }] };
    const sbom = {
      bomFormat: "CycloneDX",
      specVersion: "1.5",
      metadata: { component: { purl: "pkg:npm/app@1.0.0" } },
      components: [
        { name: "folder", components: [inner] },
        { purl: "pkg:npm/test@3.0.0", scope: "excluded" },
        { purl: "pkg:cargo/last@4.0.0" },
      ],
    };
    expect(found(cycloneDx, sbom)).toEqual([
      "npm app@1.0.0",
      "npm inner@2.0.0",
      "cargo last@4.0.0",
    ]);
  });

  it("are refused in other forms, but for Red Hat's folder, which holds other files", () => {
    for (const other of [{}, [], { spdxVersion: "SPDX-3.0" }, { bomFormat: "other" }]) {
      expect(() => found(cycloneDx, other)).toThrow(FileRefused);
    }
    const broken = { bomFormat: "CycloneDX", specVersion: "1.5", components: {} };
    expect(() => found(cycloneDx, broken)).toThrow(FileRefused);
    expect(found("usr/share/buildinfo/content-sets.json", { content_sets: ["a"] })).toEqual([]);
  });
});
