import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digestOf, imageManifest, TestRegistry } from "../../../test/support/ecr.ts";
import { file, layerArchive } from "../../../test/support/layer-archive.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { TestAdvisories } from "../../../test/support/scanner.ts";
import type { AdvisoryIndex } from "../../ports/advisories.ts";
import type { ScanKey } from "../../ports/scan-store.ts";
import type { Digest } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { matchAgain } from "./match-again.ts";
import { MatchRound } from "./match-round.ts";
import { rematchImage } from "./rematch-image.ts";
import { findingsOf, scanImage } from "./scan-image.ts";
import { putScanningConfiguration } from "./scanning-configuration.ts";
import { openHead, sealDocument } from "./sealed-document.ts";

const status =
  "Package: libssl3\nStatus: install ok installed\nVersion: 3.0.9-1\nArchitecture: amd64\n" +
  "Source: openssl\nMaintainer: Debian <a@debian.org>\n\n";
const base = layerArchive([
  file("etc/os-release", 'ID=debian\nVERSION_ID="12"\n'),
  file("var/lib/dpkg/status", status),
]);
const lodash = layerArchive([
  file("app/node_modules/lodash/package.json", '{"name":"lodash","version":"4.17.20"}'),
]);
function advisory(id: string, ecosystem: string, name: string, fixed: string, day = 1) {
  const events = [{ introduced: "0" }, { fixed }];
  return {
    ...{
      schema_version: "1.6.0",
      id,
      modified: `2026-08-0${day}T00:00:00Z`,
      upstream: [`CVE-${id}`],
    },
    affected: [{ package: { ecosystem, name }, ranges: [{ type: "ECOSYSTEM", events }] }],
  };
}
const ofOpenssl = advisory("2023-1111", "Debian:12", "openssl", "3.0.11-1");
const ofLodash = advisory("2021-23337", "npm", "lodash", "4.17.21");

let opened: TestPorts;
let registry: TestRegistry;
let advisories: TestAdvisories;
let directory: string;
let repository: Repository;
let plain: Digest;
let withLodash: Digest;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "entrepot-match-"));
  opened = await testPorts();
  advisories = await TestAdvisories.open();
  await advisories.import(ofOpenssl, ofLodash, advisory("2020-1000", "Debian:11", "openssl", "9"));
  Object.assign(opened.ports, { vulnerabilities: advisories.database });
  registry = new TestRegistry(opened);
  await registry.createRepository("team/app");
  const { ports } = opened;
  repository = (await ports.metadata.repositories.list(home(), { limit: 1 }))[0]!;
  const configuration = { type: "ENHANCED" as const, rules: [] };
  await putScanningConfiguration(ports, repository.registry, configuration);
  plain = await scanned(base);
  withLodash = await scanned(base, lodash);
});
afterAll(async () => {
  await registry.close();
  await advisories.close();
  rmSync(directory, { recursive: true });
});

const home = () => ({ account: "000000000000", region: "us-east-1" }) as Repository["registry"];

async function scanned(...layers: readonly Uint8Array[]): Promise<Digest> {
  const config = Buffer.from(JSON.stringify({ os: "linux", n: layers.length }));
  // The base is there with the first image.
  for (const content of [config, layers.at(-1)!]) await registry.pushLayer("team/app", content);
  const digest = (await registry.putManifest("team/app", imageManifest(config, ...layers), {
    imageTag: `v${layers.length}`,
  })) as Digest;
  const image = (await opened.ports.metadata.images.find(repository, digest))!;
  await scanImage(opened.ports, repository, image, "ENHANCED");
  return digest;
}

const key = (digest: Digest): ScanKey => ({ repository, digest, type: "ENHANCED" });

async function found(digest: Digest) {
  const image = (await opened.ports.metadata.images.find(repository, digest))!;
  return findingsOf(opened.ports, repository, image, key(digest));
}

async function namesIn(digest: Digest): Promise<readonly string[]> {
  return (await found(digest)).map(({ vulnerabilityId }) => vulnerabilityId);
}

/** A bill of materials that tells of one package more. */
async function attach(subject: Digest, name: string, version: string): Promise<void> {
  const components = [{ type: "library", name, version, purl: `pkg:npm/${name}@${version}` }];
  const sbom = Buffer.from(
    JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.5", components }),
  );
  const sbomType = "application/vnd.cyclonedx+json";
  await registry.pushLayer("team/app", sbom);
  const document = { mediaType: sbomType, digest: digestOf(sbom), size: sbom.length };
  const manifestType = "application/vnd.oci.image.manifest.v1+json";
  await registry.putManifest("team/app", {
    ...{ schemaVersion: 2, mediaType: manifestType, artifactType: sbomType },
    ...{ config: document, layers: [document] },
    subject: { mediaType: manifestType, digest: subject, size: 1 },
  });
}

async function after(...records: readonly object[]) {
  await advisories.import(...records);
  opened.clock.advance(1000);
  const outcome = await matchAgain(opened.ports);
  const version = (await advisories.database.current())!.about.version;
  for (const digest of [plain, withLodash]) {
    expect(await opened.ports.metadata.scans.find(key(digest))).toMatchObject({
      ...{ advisories: version, endedAt: opened.clock.now(), status: "ACTIVE" },
    });
  }
  return outcome;
}

describe("matching again", () => {
  it("opens only images that may hold a name whose advisories changed, and says of all that they hold", async () => {
    const ofOthers = [
      advisory("2026-1000", "npm", "left-pad", "2.0.0"),
      advisory("2020-1000", "Debian:11", "openssl", "10", 2),
    ];
    expect(await after(...ofOthers)).toEqual({ matched: 2, opened: 0, changed: 0, expired: 0 });
    expect((await found(plain)).map(({ lastObservedAt }) => lastObservedAt)).toEqual([
      opened.clock.now(),
    ]);
    const again = advisory("2026-1001", "npm", "lodash", "5.0.0");
    expect(await after(again)).toEqual({ matched: 2, opened: 1, changed: 1, expired: 0 });
    expect((await found(withLodash)).map(({ vulnerabilityId }) => vulnerabilityId)).toEqual([
      ...["CVE-2021-23337", "CVE-2023-1111", "CVE-2026-1001"],
    ]);
    const ofSource = advisory("2026-1002", "Debian:12", "openssl", "4.0.0");
    expect(await after(ofSource)).toEqual({ matched: 2, opened: 2, changed: 2, expired: 0 });
  });

  it("opens those that have a vulnerability of which something else is known now", async () => {
    const kev = {
      ...{ title: "CISA Catalog of Known Exploited Vulnerabilities", catalogVersion: "2026.08.09" },
      ...{ dateReleased: "2026-08-09T00:00:00Z", count: 1 },
      vulnerabilities: [{ cveID: "CVE-2021-23337", dateAdded: "2026-08-09" }],
    };
    expect(await after(kev)).toEqual({ matched: 2, opened: 1, changed: 1, expired: 0 });
    expect((await found(withLodash))[0]).toMatchObject({
      ...{ vulnerabilityId: "CVE-2021-23337", kev: { addedOn: "2026-08-09" } },
    });
  });

  it("opens none for another day's likelihoods, and tells them all the same, in their order", async () => {
    const table =
      "#model_version:v1,score_date:2026-08-10T00:00:00+0000\ncve,epss,percentile\n" +
      "CVE-2026-1002,0.9,0.99\nCVE-2023-1111,0.1,0.5\n";
    const path = join(directory, "epss_scores-current.csv");
    writeFileSync(path, table);
    const wish = { inputs: [path], replaced: [], followed: {}, builtAt: 1_000 };
    await advisories.database.import(wish);
    expect(await matchAgain(opened.ports)).toMatchObject({ matched: 2, opened: 0 });
    expect(
      (await found(plain)).map(({ vulnerabilityId, epss }) => [vulnerabilityId, epss?.score]),
    ).toEqual([
      ["CVE-2026-1002", 0.9],
      ["CVE-2023-1111", 0.1],
    ]);
  });

  it("opens all where it is not known what changed, keeps nothing anew that is told already, and tells nobody", async () => {
    const scans = await Promise.all(
      [plain, withLodash].map((each) => opened.ports.metadata.scans.findings(key(each))),
    );
    const gem = { package: { ecosystem: "RubyGems", name: "g" }, versions: ["1"] };
    const first = { id: "GHSA-2", modified: "2026-08-01T00:00:00Z", affected: [gem] };
    expect(await after(first)).toEqual({ matched: 2, opened: 2, changed: 0, expired: 0 });
    const kept = await Promise.all(
      [plain, withLodash].map((each) => opened.ports.metadata.scans.findings(key(each))),
    );
    expect(kept.map((each) => each?.content)).toEqual(scans.map((each) => each?.content));
  });

  it("makes nothing of findings whose outline shows that they are told already", async () => {
    const { ports } = opened;
    const image = (await ports.metadata.images.find(repository, withLodash))!;
    const scan = (await ports.metadata.scans.find(key(withLodash)))!;
    const stored = (await ports.metadata.scans.findings(key(withLodash)))!;
    const all = (await ports.metadata.scans.listSketched("ENHANCED", { limit: 9 })).find(
      (each) => each.scan.digest === withLodash,
    );
    const kind = "findings of ENHANCED";
    const head = await openHead(ports, repository, image, kind, stored);
    expect(head).toMatchObject({ outline: { "npm\nlodash\n4.17.20\n": expect.any(String) } });
    // Whoever looks at findings themselves finds none of them here.
    const document = { findings: [], closed: [] };
    const sealed = await sealDocument(ports, repository, image, kind, document, head);
    const names = all!.findingNames!;
    await ports.metadata.transaction(({ scans }) => scans.put(scan, { ...sealed, names }));
    const ofOld = advisory("2020-5000", "npm", "lodash", "1.0.0");
    expect(await after(ofOld)).toEqual({ matched: 2, opened: 1, changed: 0, expired: 0 });
    // What does change is told of findings as they are: without those, all are new.
    const ofAll = advisory("2026-5001", "npm", "lodash", "9.0.0");
    expect(await after(ofAll)).toEqual({ matched: 2, opened: 1, changed: 1, expired: 0 });
    expect(await namesIn(withLodash)).toContain("CVE-2026-5001");
  });

  it("opens what has no sketch that it understands, and makes one", async () => {
    const { metadata } = opened.ports;
    for (const about of ["PACKAGES", "ENHANCED"] as const) {
      const foreign = Uint8Array.of(1, 0, 0, 0, 0);
      await metadata.transaction(({ scans }) => scans.putNames(repository, plain, about, foreign));
    }
    const other = (n: number) => advisory(`2026-200${n}`, "npm", "left-pad", "2.0.0");
    expect(await after(other(1))).toEqual({ matched: 2, opened: 1, changed: 0, expired: 0 });
    expect(await after(other(2))).toEqual({ matched: 2, opened: 0, changed: 0, expired: 0 });
  });

  it("opens all with the first update after support of a distribution ended", async () => {
    const path = join(directory, "eol.json");
    writeFileSync(path, JSON.stringify({ debian: [{ releaseCycle: "12", eol: "2023-11-16" }] }));
    const wish = { inputs: [path], replaced: [], followed: {}, builtAt: 1_000 };
    await advisories.database.import(wish);
    await matchAgain(opened.ports);
    const described = async () => (await opened.ports.metadata.scans.find(key(plain)))?.description;
    const other = (n: number) => advisory(`2026-400${n}`, "npm", "left-pad", "2.0.0");
    expect(await after(other(1))).toMatchObject({ opened: 0 });
    opened.clock.advance(3 * 24 * 60 * 60 * 1000);
    expect(await described()).not.toContain("no more fixes");
    expect(await after(other(2))).toMatchObject({ opened: 2, changed: 0 });
    expect(await described()).toContain("no more fixes");
    expect(await after(other(3))).toMatchObject({ opened: 0 });
  });

  it("matches all that is in an image where something was attached to it since its findings were made", async () => {
    const ofBase = (day: number) =>
      advisory(`2026-300${day}`, "Debian:12", "openssl", "4.0.0", day);
    await attach(plain, "lodash", "4.17.20");
    expect(await namesIn(plain)).not.toContain("CVE-2021-23337");
    expect(await after(ofBase(1))).toEqual({ matched: 2, opened: 2, changed: 2, expired: 0 });
    expect(await namesIn(plain)).toContain("CVE-2021-23337");

    await attach(plain, "left-pad", "1.0.0");
    const image = (await opened.ports.metadata.images.find(repository, plain))!;
    await scanImage(opened.ports, repository, image, "BASIC"); // Both have one inventory.
    expect(await namesIn(plain)).not.toContain("CVE-2026-1000");
    expect(await after(ofBase(2))).toEqual({ matched: 2, opened: 2, changed: 2, expired: 0 });
    expect(await namesIn(plain)).toContain("CVE-2026-1000");
  });

  it("leaves alone what was kept anew while it looked: another scan, and sketches of that", async () => {
    const { ports } = opened;
    const { metadata } = ports;
    const image = (await metadata.images.find(repository, plain))!;
    const scan = (await metadata.scans.find(key(plain)))!;
    const index = (await advisories.database.current())!;
    const newer = { ...scan, endedAt: scan.endedAt! + 1 };
    const kept = { ...{ sizeBytes: 1, content: Buffer.of(1) }, names: Buffer.from("newer") };
    const meanwhile = () =>
      metadata.transaction(async ({ scans }) => {
        await scans.put(newer, kept);
        await scans.putInventory(repository, plain, { ...kept, madeBy: "newer" });
      });
    const slow: AdvisoryIndex = {
      ...{ about: index.about, facts: (cves) => index.facts(cves) },
      ...{ endOfLife: () => index.endOfLife(), close: () => undefined },
      changesSince: (version) => index.changesSince(version),
      advisories: (names) => meanwhile().then(() => index.advisories(names)),
    };
    const using = { index: slow, looking: new MatchRound(ports, slow), changes: undefined };
    const wanted = { ...using, isByNames: false };
    const both = { packages: true, findings: true };
    expect(await rematchImage(ports, repository, { scan, image }, wanted, both)).toEqual({
      ...{ isChanged: false, isKept: true },
    });
    const from = { advisories: scan.advisories!, endedAt: scan.endedAt! };
    const to = { advisories: "next", sourceUpdatedAt: 1, endedAt: 1 };
    await metadata.transaction(({ scans }) =>
      scans.setAdvisories(repository, "ENHANCED", [plain], { from, to }),
    );
    const all = await metadata.scans.listSketched("ENHANCED", { limit: 9 });
    const now = all.find((each) => each.scan.digest === plain);
    expect(now?.scan).toEqual(newer);
    const names = [now?.packageNames, now?.findingNames];
    expect(names.map((each) => each && String(Buffer.from(each)))).toEqual(["newer", "newer"]);
  });
});
