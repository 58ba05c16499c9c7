import { describe, expect, it } from "vitest";
import type { Image } from "../images/image.ts";
import type { Finding } from "./finding.ts";
import { observe, vendorSeverityOf } from "./image-finding.ts";

const image = {
  repository: { registry: { account: "000000000000", region: "us-east-1" }, id: "r" },
  digest: `sha256:${"a".repeat(64)}`,
} as unknown as Image;

const place = (path: string) => ({ path, layerDiffId: "sha256:1" });
const finding = (paths: readonly string[], more: Partial<Finding> = {}): Finding => ({
  ...{ vulnerabilityId: "CVE-2026-1", aliases: [], advisories: ["DEBIAN-CVE-2026-1"] },
  ...{ source: "DEBIAN_CVE", sourceUrl: "", publishedAt: 0, updatedAt: 0 },
  ...{ ratings: [], cwes: [], references: [], state: "affected" },
  package: {
    ...{ type: "deb", name: "libssl", version: "1-1", upstreamVersion: "1" },
    ...{ packageManager: "OS", places: paths.map(place) },
  },
  ...more,
});
const kev = { addedOn: "2026-01-01", isUsedByRansomware: false };

describe("observe", () => {
  it("tells one finding of one id: the worse of two, in the places of both", () => {
    const exploited = finding(["b", "c"], { kev });
    const observed = observe(image, [finding(["a", "b"]), exploited], [], 1);
    expect(observed).toHaveLength(1);
    expect(observed[0]).toMatchObject({ kev });
    const { places } = observed[0]!.package;
    expect(places.map(({ path }) => path)).toEqual(["b", "c", "a"]);
    // The same when it is looked at again.
    const again = observe(image, [exploited, finding(["a", "b"])], observed, 2);
    expect(again).toMatchObject([{ id: observed[0]!.id, firstObservedAt: 1, changedAt: 1 }]);
  });

  it("tells two packages apart", () => {
    const other = finding(["a"]);
    const renamed = { ...other, package: { ...other.package, name: "libcrypto" } };
    expect(observe(image, [other, renamed], [], 1)).toHaveLength(2);
  });
});

describe("the vendor's severity", () => {
  const [low, high] = [
    { source: "REDHAT_CVE", word: "LOW" },
    { source: "GITHUB", word: "HIGH" },
  ];

  it("is the word of who says so, and never that of another distribution", () => {
    const nvd = { source: "NVD", vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:H" };
    expect(vendorSeverityOf(finding([], { ratings: [low, nvd] }))).toBeUndefined();
    const debian = { source: "DEBIAN_CVE", word: "medium", isOfPackage: true };
    expect(vendorSeverityOf(finding([], { ratings: [low, nvd, debian] }))).toBe("medium");
  });

  it("is the word that the severity comes from where who says so has none", () => {
    const advisories = ["GHSA-1"];
    const go = { source: "GO", advisories, ratings: [high] };
    expect(vendorSeverityOf(finding([], go))).toBe("HIGH");
  });
});
