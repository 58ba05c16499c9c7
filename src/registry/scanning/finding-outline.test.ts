import { describe, expect, it } from "vitest";
import type { Image } from "../images/image.ts";
import type { Finding } from "./finding.ts";
import { keyOfPackage, outlineOf } from "./finding-outline.ts";
import { type ImageFinding, isKeptAlready, observe } from "./image-finding.ts";

const image = {
  repository: { registry: { account: "000000000000", region: "us-east-1" }, id: "r" },
  digest: `sha256:${"a".repeat(64)}`,
} as unknown as Image;

const finding = (vulnerabilityId: string, more: Partial<Finding> = {}): Finding => ({
  ...{ vulnerabilityId, aliases: [], advisories: [], source: "DEBIAN_CVE", sourceUrl: "" },
  ...{ publishedAt: 0, updatedAt: 0, ratings: [], cwes: [], references: [], state: "affected" },
  package: {
    ...{ type: "deb", name: "libssl", version: "1-1", upstreamVersion: "1", architecture: "amd64" },
    ...{ packageManager: "OS", places: [{ path: "a", layerDiffId: "sha256:1" }] },
  },
  ...more,
});
/** As they are read again. */
const kept = (findings: readonly ImageFinding[]) =>
  JSON.parse(JSON.stringify(findings)) as ImageFinding[];

const first = [finding("CVE-2026-1"), finding("CVE-2026-2")];
const before = kept(observe(image, first, [], 1));

describe("The outline of findings", () => {
  it("is another one wherever another finding would be kept", () => {
    const cases: readonly (readonly Finding[])[] = [
      [...first, finding("CVE-2026-3")],
      first.slice(1),
      [],
      [first[0]!, finding("CVE-2026-2", { state: "fixed", fixedVersion: "2" })],
      [first[0]!, finding("CVE-2026-2", { updatedAt: 5 })],
      [first[0]!, finding("CVE-2026-2", { aliases: ["GHSA-1"] })],
      [first[0]!, finding("CVE-2026-2", { references: ["https://example.com"] })],
      [
        first[0]!,
        finding("CVE-2026-2", { kev: { addedOn: "2026-01-01", isUsedByRansomware: false } }),
      ],
      [
        first[0]!,
        finding("CVE-2026-2", { ratings: [{ source: "NVD", severity: "HIGH" }] as never }),
      ],
    ];
    for (const findings of cases) {
      expect(isKeptAlready(observe(image, findings, before, 2), before)).toBe(false);
      expect(outlineOf(observe(image, findings, [], 0))).not.toEqual(outlineOf(before));
    }
  });

  it("is the same whenever they were seen, in whichever order, and for another day's EPSS", () => {
    const epss = { score: 0.5, percentile: 0.5, date: "2026-08-16" };
    for (const findings of [first, first.toReversed(), first.map((each) => ({ ...each, epss }))]) {
      expect(isKeptAlready(observe(image, findings, before, 2), before)).toBe(true);
      expect(outlineOf(kept(observe(image, findings, before, 2)))).toEqual(outlineOf(before));
      expect(outlineOf(observe(image, findings, [], 0))).toEqual(outlineOf(before));
    }
  });

  it("tells packages, versions and architectures apart", () => {
    const { package: of } = first[0]!;
    const others = [{ name: "x" }, { version: "2-1" }, { architecture: "arm64" }];
    const all = [of, ...others.map((change) => ({ ...of, ...change }))];
    const findings = all.map((each) => finding("CVE-2026-1", { package: each }));
    const outline = outlineOf(observe(image, findings, [], 0));
    expect(Object.keys(outline).toSorted()).toEqual(all.map(keyOfPackage).toSorted());
  });
});
