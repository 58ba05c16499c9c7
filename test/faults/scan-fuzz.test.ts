/**
 * Changed samples for everything that a scan reads. Cases are numbered, and a number is always the same case:
 * `ENTREPOT_FUZZ_FROM` begins at another one, `ENTREPOT_FUZZ_SECONDS` goes on for longer. A failure names its number.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { openImageFiles } from "../../src/adapters/image-source/open-image-files.ts";
import { decompressLayer } from "../../src/adapters/layer-analysis/decompress-layer.ts";
import { comparisons } from "../../src/registry/scanning/advisories/compare-of.ts";
import { compileOsv } from "../../src/registry/scanning/advisories/compile-osv.ts";
import { matchAdvisories } from "../../src/registry/scanning/advisories/match.ts";
import { analyzers, systemFiles } from "../../src/registry/scanning/analyzers.ts";
import { distributionOf } from "../../src/registry/scanning/distribution.ts";
import { assembleImage } from "../../src/registry/scanning/inventory-image.ts";
import type { LayerInventory } from "../../src/registry/scanning/layer-inventory.ts";
import { layerLimits } from "../../src/registry/scanning/layer-limits.ts";
import { LayerReading } from "../../src/registry/scanning/layer-reading.ts";
import { readWaiverFile } from "../../src/registry/scanning/outside/waiver-file.ts";
import { readSbom } from "../../src/registry/scanning/sbom/read-sbom.ts";
import { readCsafVex } from "../../src/registry/scanning/sbom/vex/read-csaf-vex.ts";
import { readCycloneDxVex } from "../../src/registry/scanning/sbom/vex/read-cyclonedx-vex.ts";
import { readOpenVex } from "../../src/registry/scanning/sbom/vex/read-openvex.ts";
import { writeCycloneDx } from "../../src/registry/scanning/sbom/write-cyclonedx.ts";
import { writeSpdx } from "../../src/registry/scanning/sbom/write-spdx.ts";
import { finished } from "../../src/registry/steps.ts";
import { archiveOf, layoutFiles, savedFiles } from "../support/image-files.ts";
import {
  type ArchiveEntry,
  archiveEntry,
  file,
  layerArchive,
  setChecksum,
} from "../support/layer-archive.ts";
import { Chance, mutated, mutatedJson } from "../support/mutations.ts";
import { scanSamples } from "../support/scan-samples.ts";

const seconds = Number(process.env.ENTREPOT_FUZZ_SECONDS ?? 16);
const first = Number(process.env.ENTREPOT_FUZZ_FROM ?? 0);
/** Of the seconds, one for each kind of input; what a single case may take of the processor: a machine may have others to do. */
const kinds = 8;
const mostCaseMs = 10_000;

const refusals: ReadonlySet<string> = new Set(["FileRefused", "LayerRefused", "ScanRefusal"]);

/** Runs cases until the time is up, the first ones always. */
async function fuzz(work: (chance: Chance) => unknown): Promise<void> {
  const end = performance.now() + (seconds * 1000) / kinds;
  for (let number = first; number < first + 25 || performance.now() < end; number++) {
    const begun = process.cpuUsage();
    try {
      await work(new Chance(number));
    } catch (error) {
      throw new Error(`case ${number}: ${(error as Error).message}`, { cause: error });
    }
    const { user, system } = process.cpuUsage(begun);
    const tookMs = (user + system) / 1000;
    if (tookMs > mostCaseMs) throw new Error(`case ${number} took ${tookMs} ms of the processor`);
  }
}

/** What it gives, or nothing where it refuses as it should. */
function orRefused<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (refusals.has((error as Error).name)) return undefined;
    throw error;
  }
}

function inventoryOf(archive: Uint8Array): LayerInventory {
  const reading = new LayerReading({ analyzers, systemFiles, limits: layerLimits });
  reading.push(archive);
  return reading.end();
}

/** What was found of each file, whatever else is in the layer. */
function byPath({ records, unread, systemFiles: texts }: LayerInventory): Map<string, string> {
  const told = new Map<string, unknown[]>(
    Object.entries(texts).map(([path, text]) => [path, [text]]),
  );
  for (const each of [...records, ...unread]) {
    told.set(each.path, [...(told.get(each.path) ?? []), each]);
  }
  return new Map([...told].map(([path, all]) => [path, JSON.stringify(all)]));
}

const subject = {
  ...{ name: "registry.local/app:v1", digest: `sha256:${"a".repeat(64)}`, os: "linux" },
  ...{ architecture: "amd64", writtenAt: 0, toolVersion: "0" },
};
const configured = Buffer.from('{"os":"linux","architecture":"amd64"}');

describe("a scan reads or refuses, and never takes for nothing", () => {
  it("files that are not what their names say", { timeout: 120_000 }, async () => {
    const plain = byPath(
      inventoryOf(layerArchive(scanSamples.map(([path, text]) => file(path, text, 0o755)))),
    );
    await fuzz((chance) => {
      const changed = chance.below(scanSamples.length);
      const entries = scanSamples.map(([path, content], index) => {
        const text =
          index === changed ? mutated(chance, Buffer.from(content as Uint8Array)) : content;
        return file(path, text, 0o755);
      });
      const layer = orRefused(() => inventoryOf(layerArchive(entries)));
      if (layer === undefined) return;
      const [path] = scanSamples[changed]!;
      const found = byPath(layer);
      // What one file holds changes nothing of what others are found to hold.
      for (const [each, told] of plain) {
        if (each !== path) expect(found.get(each), `${each} beside ${path}`).toBe(told);
      }
      // A file that was looked at before is looked at, or it is said that it could not be.
      expect(found.has(path), path).toBe(plain.has(path));
      const { inventory } = finished(assembleImage({ layers: [layer], config: configured }));
      const written = [writeCycloneDx, writeSpdx].map((write) => write({ ...subject, inventory }));
      for (const text of written) {
        const told = readSbom(Buffer.from(text)).packages.length;
        const most = new Set(inventory.packages.map((found) => JSON.stringify(found))).size;
        expect(told).toBeLessThanOrEqual(most);
        if (most > 0) expect(told).toBeGreaterThan(0);
      }
    });
  });

  it("archives whose headers are not true", { timeout: 120_000 }, async () => {
    const small = scanSamples.filter(([, content]) => content.length < 5_000);
    const statusPath = "var/lib/dpkg/status";
    await fuzz((chance) => {
      const blocks = small.map(([path, content]) => archiveEntry(oddEntry(chance, path, content)));
      for (let count = chance.below(3); count > 0; count--) {
        const at = chance.below(blocks.length);
        blocks[at] = oddHeader(chance, blocks[at]!);
      }
      const status = archiveEntry(file(statusPath, "Package: a\nVersion: 1\n\n"));
      const archive = Buffer.concat([status, ...blocks, Buffer.alloc(1024)]);
      const layer = orRefused(() => inventoryOf(archive));
      if (layer === undefined) return;
      for (const { path } of layer.files) expect(path).not.toMatch(/^\/|(^|\/)\.\.?(\/|$)/);
      const isThere = layer.files.some(({ path, kind }) => path === statusPath && kind === "file");
      if (isThere) expect(byPath(layer).has(statusPath)).toBe(true);
      finished(assembleImage({ layers: [layer, layer], config: mutated(chance, configured) }));
    });
  });

  it("compressed bytes that are damaged", { timeout: 120_000 }, async () => {
    const archive = layerArchive([file("var/lib/dpkg/status", scanSamples[3]![1])]);
    const sound = [gzipSync(archive), zstdCompressSync(archive), gzipSync(archive, { level: 0 })];
    await fuzz(async (chance) => {
      const content = mutated(chance, chance.of(sound));
      let bytes = 0;
      try {
        for await (const piece of decompressLayer(Readable.from([content]), layerLimits)) {
          bytes += piece.length;
        }
      } catch (error) {
        if (!refusals.has((error as Error).name)) throw error;
      }
      expect(bytes).toBeLessThan(layerLimits.ratioFreeBytes + 2 ** 20);
    });
  });

  it("texts that tell the system, and waivers", { timeout: 120_000 }, async () => {
    const texts = scanSamples.slice(0, 3);
    const waivers = Buffer.from("# a\nCVE-2026-1 libssl 2026-12-31 why\nCVE-2 2026-12-31 why\n");
    await fuzz((chance) => {
      const files = texts.map(([path, text]) => [
        path,
        mutated(chance, Buffer.from(text as string)),
      ]);
      const told = Object.fromEntries(files.map(([path, text]) => [path, String(text)]));
      const distribution = distributionOf(told as Record<string, string>);
      expect(typeof (distribution?.id ?? "")).toBe("string");
      for (const waiver of orRefused(() => readWaiverFile(String(mutated(chance, waivers)))) ??
        []) {
        expect([Number.isFinite(waiver.until), waiver.reason === ""]).toEqual([true, false]);
      }
    });
  });

  it("advisories of anybody", { timeout: 120_000 }, async () => {
    const compareOf = comparisons();
    await fuzz((chance) => {
      const value = mutatedJson(chance, chance.of(osvRecords));
      let compiled: ReturnType<typeof compileOsv>;
      try {
        compiled = compileOsv(value, compareOf);
      } catch (error) {
        if ((error as Error).name === "RecordRefused") return;
        throw error;
      }
      for (const advisory of compiled.advisories.slice(0, 50)) {
        const { ecosystem, name } = advisory;
        const compare = compareOf(ecosystem);
        for (const version of ["1.0", "2:1.2.3-4~x", "", "\0", "9".repeat(500)]) {
          if (compare === undefined) continue;
          const key = { ecosystem, name, version };
          matchAdvisories(key, { type: "npm", version }, [advisory], compare);
        }
      }
    });
  });

  it("bills of materials, and statements of exploitability", { timeout: 120_000 }, async () => {
    const layer = inventoryOf(
      layerArchive(scanSamples.map(([path, text]) => file(path, text, 0o755))),
    );
    const { inventory } = finished(assembleImage({ layers: [layer], config: configured }));
    const few = {
      ...subject,
      inventory: { ...inventory, packages: inventory.packages.slice(0, 9) },
    };
    const boms = [writeCycloneDx(few), writeSpdx(few)].map((text) => JSON.parse(text) as unknown);
    await fuzz((chance) => {
      const documents = [
        [chance.of(boms), readSbom],
        [openVex, readOpenVex],
        [csafVex, readCsafVex],
        [cycloneDxVex, readCycloneDxVex],
      ] as const;
      for (const [document, read] of documents) {
        const text = Buffer.from(jsonText(mutatedJson(chance, document)));
        orRefused(() => read(text));
        orRefused(() => read(mutated(chance, text)));
      }
    });
  });
});

describe("archives of images", () => {
  const directory = mkdtempSync(join(tmpdir(), "entrepot-fuzz-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  const layer = layerArchive([file("var/lib/dpkg/status", "Package: a\nVersion: 1\n\n")]);
  const files = [layoutFiles([{ layers: [layer] }]), savedFiles([layer])] as const;
  const choice = { ownPlatform: "linux/amd64" };

  async function read(content: Buffer | string): Promise<void> {
    try {
      const from = typeof content === "string" ? content : Readable.from([content]);
      const source = await openImageFiles(from, directory);
      try {
        const { layers } = await source.image(choice);
        for (const each of layers.slice(0, 9)) for await (const _ of (await each.open()) ?? []);
      } finally {
        await source.close();
      }
    } catch (error) {
      if (!refusals.has((error as Error).name)) throw error;
    }
  }

  it("are read or refused, and nothing of them stays or is written elsewhere", {
    timeout: 120_000,
  }, async () => {
    await fuzz(async (chance) => {
      const given = new Map<string, Buffer>(chance.of(files));
      const path = chance.of([...given.keys()]);
      const isJson = given.get(path)![0] === 0x7b || given.get(path)![0] === 0x5b;
      const before = given.get(path)!;
      given.set(
        path,
        isJson && chance.below(2) === 0
          ? Buffer.from(jsonText(mutatedJson(chance, JSON.parse(before.toString()))))
          : mutated(chance, before),
      );
      const archive = archiveOf(given, [
        { path: chance.of(["../../escaped", "/tmp/escaped", "a/../../b"]), content: "x" },
        { path: "link", type: "2", target: chance.of(["/etc/passwd", "link", "../.."]) },
        { path: "device", type: chance.of(["3", "4", "6"]) },
      ]);
      const way = chance.below(3);
      await read(way === 0 ? archive : way === 1 ? gzipSync(archive) : mutated(chance, archive));
      expect(readdirSync(directory)).toEqual([]);
    });
  });

  it("are not followed out of themselves by what links they have", async () => {
    const outside = join(directory, "outside.json");
    writeFileSync(outside, "secret");
    const given = savedFiles([layer]);
    given.delete("config.json");
    const links = [{ path: "config.json", type: "2", target: outside }];
    const path = join(directory, "linked.tar");
    writeFileSync(path, archiveOf(given, links));
    const source = await openImageFiles(path, directory);
    await expect(source.image(choice)).rejects.toThrow("config.json is not there");
    await source.close();
  });
});

/** JSON may not be as deep as a change made it, for who writes it here. */
function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch (error) {
    if (error instanceof RangeError) return "[".repeat(5_000);
    throw error;
  }
}

function oddEntry(chance: Chance, path: string, content: Uint8Array | string): ArchiveEntry {
  const plain = file(path, content, 0o755);
  switch (chance.below(12)) {
    case 0:
      return { ...plain, type: chance.of([..."0123456789xgLKSV\0"]) };
    case 1:
      return { ...plain, path: `${chance.of(["/", "../", "./", "a/../", "//"])}${path}` };
    case 2:
      return { path, type: chance.of(["1", "2"]), target: chance.of([path, "/", "..", "etc", ""]) };
    case 3:
      return {
        ...plain,
        sizeField: chance.of(["77777777777\0", "-0000000001\0", "\x80".repeat(12)]),
      };
    case 4:
      return { ...plain, path: Buffer.from(`${path}\xff\xfe`, "latin1") };
    case 5:
      return {
        ...plain,
        path: path.replace(/[^/]*$/, chance.of([".wh.a", ".wh..wh..opq", ".wh."])),
      };
    default:
      return plain;
  }
}

/** Any byte of a header, with a checksum that holds. */
function oddHeader(chance: Chance, entry: Buffer): Buffer {
  const copy = Buffer.from(entry);
  copy[chance.below(512)] = chance.below(256);
  if (chance.below(8) > 0) setChecksum(copy);
  return copy;
}

const events = [{ introduced: "0" }, { fixed: "1.2.3" }, { introduced: "2.0" }];
const osvRecords = ["npm", "Debian:12", "Alpine:v3.19", "PyPI", "Maven", "Go", "RubyGems"].map(
  (ecosystem) => ({
    ...{ id: "CVE-2026-1", modified: "2026-01-01T00:00:00Z", published: "2026-01-01T00:00:00Z" },
    ...{ aliases: ["GHSA-1"], upstream: ["CVE-2026-2"], summary: "a", details: "b" },
    severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
    affected: [
      {
        package: { ecosystem, name: "a", purl: "pkg:npm/a" },
        ranges: [{ type: "ECOSYSTEM", events }],
        versions: ["1.0", "1.1"],
        database_specific: { cwes: [{ cweId: "CWE-79" }] },
      },
    ],
    references: [{ type: "WEB", url: "https://example.com" }],
    database_specific: { cwe_ids: ["CWE-79"], severity: "HIGH" },
  }),
);

const openVex = {
  ...{ "@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", author: "a", version: 1 },
  timestamp: "2026-01-01T00:00:00Z",
  statements: [
    {
      vulnerability: { name: "CVE-2026-1", aliases: ["GHSA-1"] },
      products: [{ "@id": "pkg:oci/app", subcomponents: [{ "@id": "pkg:npm/a@1" }] }],
      ...{ status: "not_affected", justification: "component_not_present" },
    },
  ],
};
const cycloneDxVex = {
  ...{ bomFormat: "CycloneDX", specVersion: "1.5", version: 1, serialNumber: "urn:uuid:1" },
  metadata: { timestamp: "2026-01-01T00:00:00Z", component: { name: "app", version: "sha256:1" } },
  components: [
    { ...{ type: "library", name: "a", version: "1" }, "bom-ref": "a", purl: "pkg:npm/a@1" },
  ],
  vulnerabilities: [
    {
      ...{ id: "CVE-2026-1", references: [{ id: "GHSA-1" }], updated: "2026-01-01T00:00:00Z" },
      analysis: { state: "not_affected", justification: "code_not_present", detail: "x" },
      affects: [{ ref: "a", versions: [{ version: "1" }] }, { ref: "urn:cdx:1/1#pkg:npm/a@1" }],
    },
  ],
};
const csafVex = {
  document: {
    ...{ category: "csaf_vex", csaf_version: "2.0", publisher: { name: "a" } },
    tracking: { current_release_date: "2026-01-01T00:00:00Z" },
  },
  product_tree: {
    branches: [
      {
        branches: [
          {
            product: {
              product_id: "a",
              product_identification_helper: { purl: "pkg:npm/a@1" },
            },
          },
        ],
      },
    ],
    product_groups: [{ group_id: "g", product_ids: ["a"] }],
  },
  vulnerabilities: [
    {
      ...{ cve: "CVE-2026-1", ids: [{ text: "x" }], product_status: { known_not_affected: ["a"] } },
      flags: [{ label: "component_not_present", group_ids: ["g"] }],
    },
  ],
};
