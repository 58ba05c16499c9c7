import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { comparisons } from "../../registry/scanning/advisories/compare-of.ts";
import { findVulnerabilities } from "../../registry/scanning/advisories/find-vulnerabilities.ts";
import type { InstalledPackage } from "../../registry/scanning/image-inventory.ts";
import { IndexDirectory } from "./index-directory.ts";
import type { SqliteAdvisoryIndex } from "./sqlite-advisory-index.ts";

const snapshot = join(
  import.meta.dirname,
  "..",
  "..",
  "..",
  "data",
  "advisories",
  "snapshot.db.zst",
);
let root: string;
let indexes: IndexDirectory;
let index: SqliteAdvisoryIndex;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "entrepot-snapshot-"));
  indexes = new IndexDirectory(root, snapshot);
  index = (await indexes.current())!;
});

afterAll(() => {
  indexes.close();
  rmSync(root, { recursive: true });
});

type Wanted = Partial<InstalledPackage> & Pick<InstalledPackage, "type" | "name" | "version">;

function installed(wanted: Wanted): InstalledPackage {
  return { path: "a", analyzer: "a", layerDiffId: "sha256:1", isSystemOwned: false, ...wanted };
}

async function find(ecosystem: string | undefined, ...wanted: readonly Wanted[]) {
  const distribution = ecosystem === undefined ? {} : { ecosystem };
  const inventory = {
    distribution: { id: "a", name: "a", ...distribution },
    ...{ packages: wanted.map(installed), unread: [] },
  };
  const found = await findVulnerabilities(index, inventory, comparisons());
  const fixes = Object.fromEntries(
    found.findings.map(({ vulnerabilityId, fixedVersion }) => [vulnerabilityId, fixedVersion]),
  );
  return { ...found, fixes };
}

describe("the snapshot that the package brings", () => {
  it("is small, and tells its age and what it knows nothing of", async () => {
    expect(statSync(snapshot).size).toBeLessThan(15_000_000);
    expect(new Date(index.about.asOf).getFullYear()).toBeGreaterThanOrEqual(2026);
    const ecosystems = ["Debian:12", "Debian:13", "AlmaLinux:9", "npm", "Go", "PyPI", "Maven"];
    expect(ecosystems.filter((name) => !index.about.ecosystems.has(name))).toEqual([]);
    const { findings, unjudged } = await find("Alpine:v3.20", {
      ...{ type: "apk", name: "busybox", version: "1.36.1-r28" },
    });
    expect([findings, unjudged[0]?.reason]).toEqual([[], "not in the index"]);
    expect((await index.endOfLife()).debian?.length).toBeGreaterThan(10);
  });

  it("finds what is known of Debian's packages by their sources, one finding for each binary", async () => {
    const source = { name: "openssl", version: "3.0.11-1~deb12u1" };
    const { findings, fixes } = await find(
      "Debian:12",
      { type: "deb", name: "libssl3", version: source.version, source },
      { type: "deb", name: "openssl", version: `${source.version}+b1`, source },
    );
    expect(fixes).toMatchObject({
      "CVE-2023-5363": "3.0.11-1~deb12u2",
      "CVE-2024-0727": "3.0.13-1~deb12u1",
    });
    const one = findings.filter(({ vulnerabilityId }) => vulnerabilityId === "CVE-2023-5363");
    expect(one.map(({ package: { name } }) => name)).toEqual(["libssl3", "openssl"]);
    expect(one[0]).toMatchObject({
      ...{ source: "DEBIAN_CVE", state: "fixed" },
      sourceUrl: "https://security-tracker.debian.org/tracker/CVE-2023-5363",
      package: { upstreamVersion: "3.0.11", release: "1~deb12u1", packageManager: "OS", source },
      epss: { date: "2026-08-16" },
    });
  });

  it("finds what is known of packages of languages", async () => {
    const group = "org.apache.logging.log4j";
    const { findings, fixes, unjudged } = await find(
      undefined,
      { type: "npm", name: "lodash", version: "4.17.20" },
      { type: "maven", namespace: group, name: "log4j-core", version: "2.14.1" },
      { type: "maven", name: "log4j-core", version: "2.14.1" },
      { type: "golang", name: "golang.org/x/net", version: "v0.7.0" },
      { type: "golang", name: "stdlib", version: "1.20.1" },
      { type: "pypi", name: "requests", version: "2.30.0" },
      { type: "cargo", name: "tokio", version: "1.18.0" },
      { type: "nuget", name: "newtonsoft.JSON", version: "12.0.3" },
      { type: "composer", namespace: "guzzlehttp", name: "guzzle", version: "v6.5.5" },
      { type: "deb", name: "bash", version: "5.2" },
    );
    expect(fixes).toMatchObject({
      "CVE-2021-23337": "4.17.21",
      "CVE-2021-44228": "2.15.0",
      "CVE-2023-44487": "0.17.0",
      "CVE-2023-24532": "1.20.2",
      "CVE-2023-32681": "2.31.0",
      "CVE-2023-22466": "1.18.4",
      "CVE-2024-21907": "13.0.1",
      "CVE-2022-29248": "6.5.6",
    });
    expect(unjudged.map(({ reason }) => reason)).toEqual([
      "name not known",
      "unknown distribution",
    ]);
    const log4shell = findings.find(({ vulnerabilityId }) => vulnerabilityId === "CVE-2021-44228");
    expect(log4shell).toMatchObject({
      aliases: ["GHSA-jfh8-c2jp-5v3q"],
      source: "GITHUB",
      kev: { addedOn: "2021-12-10", isUsedByRansomware: true },
      package: { name: `${group}:log4j-core`, packageManager: "JAR" },
    });
    expect(log4shell?.ratings).toContainEqual({
      ...{ source: "NVD", vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H" },
    });
  });

  it("leaves to the system what it installed, and to others what they built; one package at two places is one", async () => {
    const lodash = { type: "npm", name: "lodash", version: "4.17.20" } as const;
    const { findings, unjudged, systemOwned } = await find(
      "Debian:12",
      { ...lodash, path: "a/package.json" },
      { ...lodash, path: "b/package.json" },
      { ...lodash, path: "a/package.json", analyzer: "other" },
      { ...lodash, path: "c/package.json", isSystemOwned: true },
      { type: "deb", name: "openssl", version: "1.0-1", vendor: "X <x@docker.com>" },
    );
    expect(findings.map(({ package: { places } }) => places.map(({ path }) => path))).toEqual([
      ["a/package.json", "b/package.json"],
    ]);
    expect([systemOwned, unjudged.map(({ reason }) => reason)]).toEqual([1, ["third party"]]);
  });

  it("answers for 500 packages at once", async () => {
    const names = [];
    for (const { place } of index.places()) {
      if (place.startsWith("npm\n") && names.length < 500) names.push(place.slice(4));
    }
    const wanted = names.map((name): Wanted => ({ type: "npm", name, version: "1.0.0" }));
    const { findings } = await find(undefined, ...wanted);
    expect(findings.length).toBeGreaterThan(100);
  });
});
