import { describe, expect, it } from "vitest";
import type { ImageFinding } from "../image-finding.ts";
import type { ImageInventory } from "../image-inventory.ts";
import { parsePackageUrl } from "../package-url.ts";
import { statementsByName } from "../sbom/vex/statements-by-name.ts";
import type { VexStatement } from "../sbom/vex/vex-statement.ts";
import { suppressedByStatements } from "./vex-suppression.ts";

const now = Date.UTC(2026, 5, 1);
const day = 24 * 60 * 60 * 1000;
const place = { path: "p", analyzer: "dpkg", layerDiffId: "d", isSystemOwned: false };
const libssl = { type: "deb", name: "libssl", version: "1.0-1" } as const;
const inventory: ImageInventory = {
  distribution: { id: "debian", versionId: "12", name: "Debian 12" },
  packages: ["amd64", "i386"].map((architecture) => ({ ...place, ...libssl, architecture })),
  unread: [],
};
const findingOf = (architecture: string) =>
  ({
    ...{ vulnerabilityId: "CVE-2026-1", aliases: ["GHSA-abcd-efgh-ijkl"], advisories: [] },
    package: { ...libssl, architecture },
  }) as unknown as ImageFinding;

/** For which architectures a statement suppresses. */
function suppressedBy(more: Partial<VexStatement>, url = "pkg:deb/debian/libssl"): string[] {
  const said: VexStatement = {
    ...{ vulnerabilities: ["CVE-2026-1"], products: [{ whole: parsePackageUrl(url)! }] },
    ...{ status: "not_affected", timestamp: now - day, author: "Team" },
    ...more,
  };
  const documents = [{ id: "x", byName: statementsByName([said]) }];
  const suppressor = suppressedByStatements(documents, inventory, [], now);
  return ["amd64", "i386"].filter((each) => suppressor(findingOf(each)) !== undefined);
}

describe("a VEX statement", () => {
  it("about a package of one architecture says nothing of that of another", () => {
    expect(suppressedBy({}, "pkg:deb/debian/libssl?arch=i386")).toEqual(["i386"]);
    expect(suppressedBy({}, "pkg:deb/debian/libssl?arch=amd64")).toEqual(["amd64"]);
    expect(suppressedBy({})).toEqual(["amd64", "i386"]);
  });

  it("is about a vulnerability by any of its names, in whichever case", () => {
    for (const name of ["cve-2026-1", "GHSA-abcd-efgh-ijkl", "GHSA-ABCD-EFGH-IJKL"]) {
      expect(suppressedBy({ vulnerabilities: [name] }), name).toEqual(["amd64", "i386"]);
    }
    expect(suppressedBy({ vulnerabilities: ["CVE-2026-2"] })).toEqual([]);
  });

  it("of a time to come does not count yet", () => {
    expect(suppressedBy({ timestamp: now + day })).toEqual(["amd64", "i386"]);
    expect(suppressedBy({ timestamp: now + day + 1 })).toEqual([]);
  });
});
