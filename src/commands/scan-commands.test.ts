import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  archiveOf,
  digestText,
  layoutFiles,
  savedFiles,
  writeFiles,
} from "../../test/support/image-files.ts";
import { file, layerArchive, symlink } from "../../test/support/layer-archive.ts";
import { sarifLog } from "../../test/support/sarif-schema.ts";
import { IndexDirectory } from "../adapters/advisories/index-directory.ts";
import { LayerAnalysisThreads } from "../adapters/layer-analysis/layer-analysis-threads.ts";
import type { Client } from "../doors/cli/client.ts";
import { runCommandLine } from "../doors/cli/command-line.ts";
import type { Commands } from "../doors/cli/commands.ts";
import { scanCommands } from "./scan-commands.ts";

const day = 24 * 60 * 60 * 1000;
const now = Date.UTC(2026, 5, 1);
const modified = new Date(now - day).toISOString();

const stanza = (name: string, version: string) =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n\n`;
const base = layerArchive([
  file("etc/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n'),
  file("var/lib/dpkg/status", stanza("libssl", "1.0-1") + stanza("zlib", "1.2-1")),
]);
const app = layerArchive([
  file("app/node_modules/left/package.json", '{"name":"left","version":"1.0.0"}'),
  file("app/node_modules/right/package.json", '{"name":"right","version":"2.0.0"}'),
]);
const layers = [base, app];

const affected = (ecosystem: string, name: string, fixed?: string) => ({
  package: { ecosystem, name },
  ranges: [
    {
      type: ecosystem === "npm" ? "SEMVER" : "ECOSYSTEM",
      events: [{ introduced: "0" }, ...(fixed === undefined ? [] : [{ fixed }])],
    },
  ],
});
const rated = (id: string, vector: string, ...all: object[]) => ({
  ...{ id, modified, published: modified, summary: `About ${id}` },
  ...{ severity: [{ type: "CVSS_V3", score: vector }], affected: all },
});
const critical = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const medium = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N";

let root: string;
let vulndb: string;
const analysis = new LayerAnalysisThreads(2);
const at = (name: string) => join(root, name);
const none: Readonly<Record<string, string>> = {};
const client: Client = {
  ...{ httpUrl: "http://localhost:5050", httpsUrl: undefined, domain: "localhost" },
  ...{ account: "000000000000" as Client["account"], region: "us-east-1" as Client["region"] },
  ...{ dataDirectory: "/nowhere", authorityFile: "/nowhere", environmentKey: undefined },
  ...{ rootKey: async () => undefined, awsConfigFile: "/nowhere/config" },
  ...{ awsCredentialsFile: "/nowhere/credentials", dockerConfigDirectory: "/nowhere" },
};

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "entrepot-scan-test-"));
  const records = [
    rated("CVE-2026-1", critical, affected("Debian:12", "libssl", "1.0-2")),
    rated("CVE-2026-2", medium, affected("npm", "left", "1.0.1")),
    rated("CVE-2026-3", medium, affected("npm", "right")),
  ];
  writeFileSync(at("records.json"), JSON.stringify(records));
  vulndb = at("vulndb");
  const indexes = new IndexDirectory(vulndb, undefined);
  const wish = { inputs: [at("records.json")], replaced: [], followed: {}, builtAt: now };
  await indexes.import(wish);
  indexes.close();
  writeFiles(at("layout"), layoutFiles([{ layers, words: { name: "v1" } }]));
});
afterAll(async () => {
  await analysis.close();
  rmSync(root, { recursive: true });
});

async function scan(words: readonly string[], input: Readable = Readable.from([]), clock = now) {
  const [out, error] = [new PassThrough(), new PassThrough()];
  const config = {
    ...{ dataDirectory: at("data"), isEgressListed: () => false },
    vulnerabilityFeeds: { ...none, staleMs: 7 * day } as never,
  };
  const commands: Pick<Commands, "version" | "settings" | "now" | "scan" | "client"> = {
    ...{ version: "1.2.3", settings: [], now: () => clock, client: () => client },
    scan: () => scanCommands({ config, client, standardInput: input, analysis }),
  };
  const all = ["scan", ...words, ...(words.includes("--vulndb") ? [] : ["--vulndb", vulndb])];
  const code = await runCommandLine(all, commands as Commands, { out, error });
  return { code, out: String(out.read() ?? ""), error: String(error.read() ?? "") };
}

/** The vulnerabilities that are told, the worst first. */
async function found(words: readonly string[], input?: Readable): Promise<readonly string[]> {
  const { out, code, error } = await scan([...words, "--format", "json"], input);
  expect(code, error + out).toBe(0);
  const { findings } = JSON.parse(out) as { findings: { vulnerabilityId: string }[] };
  return findings.map(({ vulnerabilityId }) => vulnerabilityId);
}

const everything = ["CVE-2026-1", "CVE-2026-2", "CVE-2026-3"];

describe("an image is scanned", () => {
  it("that is a layout, in a directory, an archive, a compressed one, or a stream", async () => {
    const archive = archiveOf(layoutFiles([{ layers }]));
    expect(await found([at("layout")])).toEqual(everything);
    for (const [name, content] of [
      ["a.tar", archive],
      ["a.tar.gz", gzipSync(archive)],
      ["a.tar.zst", zstdCompressSync(archive)],
    ] as const) {
      writeFileSync(at(name), content);
      expect(await found([at(name)]), name).toEqual(everything);
      expect(await found(["-"], Readable.from([content])), name).toEqual(everything);
    }
    const left = (await readdir(tmpdir())).filter((name) => /^entrepot-scan-(?!test)/.test(name));
    expect(left).toEqual([]);
  });

  it("that docker saved, also where a link stands for a layer that is there twice", async () => {
    writeFileSync(at("saved.tar"), archiveOf(savedFiles(layers)));
    expect(await found([at("saved.tar")])).toEqual(everything);
    const files = savedFiles([base, app, base]);
    files.delete("layer2/layer.tar");
    const link = symlink("layer2/layer.tar", "../layer0/layer.tar");
    writeFileSync(at("linked.tar"), archiveOf(files, [link]));
    expect(await found([at("linked.tar")])).toEqual(everything);
  });

  it("that is a tree of files, or an archive of one, with links and long names", async () => {
    const long = `app/${"n".repeat(120)}/node_modules/left/package.json`;
    writeFiles(
      at("tree"),
      new Map([
        ["etc/os-release", Buffer.from("ID=debian\nVERSION_ID=12\n")],
        ["var/lib/dpkg/status", Buffer.from(stanza("libssl", "1.0-1"))],
        [long, Buffer.from('{"name":"left","version":"1.0.0"}')],
      ]),
    );
    mkdirSync(at("tree/proc"));
    writeFileSync(at("tree/proc/package.json"), "{}");
    expect(await found([at("tree")])).toEqual(["CVE-2026-1", "CVE-2026-2"]);
    const { out } = await scan([at("tree"), "--packages"]);
    expect(out).toContain("2 packages, debian");
    const bom = async () => {
      const { out: text } = await scan([at("tree"), "--format", "cyclonedx"]);
      return (JSON.parse(text) as { serialNumber: string }).serialNumber;
    };
    const serialNumber = await bom();
    expect(await bom()).toBe(serialNumber);
    writeFileSync(at("tree/app/new"), "");
    expect(await bom()).not.toBe(serialNumber);
    writeFileSync(at("root.tar"), Buffer.concat([base.subarray(0, -1024), app]));
    expect(await found([at("root.tar")])).toEqual(everything);
    // Where a frame ends the archive could end, too.
    const frames = [base.subarray(0, -1024), app].map((part) => zstdCompressSync(part));
    writeFileSync(at("root.tar.zst"), Buffer.concat(frames));
    expect(await found([at("root.tar.zst")])).toEqual(everything);
  });

  it("of one platform, or one name, of several; which is told where it is not said", async () => {
    const arm = { layers: [base], words: { architecture: "arm64" } };
    writeFiles(at("platforms"), layoutFiles([{ layers }, arm]));
    expect(await found([at("platforms"), "--platform", "linux/arm64"])).toEqual(["CVE-2026-1"]);
    expect(await found([at("platforms"), "--platform", "linux/amd64"])).toEqual(everything);
    const none = await scan([at("platforms"), "--platform", "linux/s390x"]);
    expect([none.code, none.error]).toEqual([
      1,
      expect.stringContaining(
        "for linux/s390x in it; name a platform with --platform: linux/amd64, linux/arm64",
      ),
    ]);
    const other = await scan([at("saved.tar"), "--platform", "linux/arm64"]);
    expect([other.code, other.error]).toEqual([1, expect.stringContaining("for linux/amd64, not")]);
    const named = [
      { layers, words: { name: "registry.local/app:v1" } },
      { layers: [base], words: { name: "registry.local/app:v2" } },
    ];
    writeFiles(at("names"), layoutFiles(named));
    expect(await found([at("names"), "--image", "app:v2"])).toEqual(["CVE-2026-1"]);
    const unsaid = await scan([at("names")]);
    expect([unsaid.code, unsaid.error]).toEqual([
      1,
      expect.stringContaining("--image: registry.local/app:v1, registry.local/app:v2"),
    ]);
  });
});

describe("a scan that could not be made is never one without findings", () => {
  it("where nothing in the image is known of", async () => {
    const empty = layerArchive([file("bin/tool", "#!/bin/sh\n", 0o755)]);
    writeFiles(at("empty"), layoutFiles([{ layers: [empty] }]));
    for (const words of [[], ["--packages"], ["--format", "spdx"], ["--fail-on", "critical"]]) {
      const { code, out, error } = await scan([at("empty"), ...words]);
      expect([code, out, error]).toEqual([4, "", expect.stringContaining("No package")]);
    }
    const alien = layerArchive([
      file("etc/os-release", "ID=other\n"),
      file("var/lib/dpkg/status", stanza("libssl", "1.0-1")),
    ]);
    writeFiles(at("alien"), layoutFiles([{ layers: [alien] }]));
    const { code, out, error } = await scan([at("alien")]);
    expect([code, out, error]).toEqual([4, "", expect.stringContaining("not supported")]);
    expect((await scan([at("alien"), "--packages"])).code).toBe(0);
  });

  it("where bytes are others than the image says, or not there", async () => {
    const damage = async (name: string, change: (files: Map<string, Buffer>) => void) => {
      const files = layoutFiles([{ layers }]);
      change(files);
      writeFiles(at(name), files);
      const { code, out, error } = await scan([at(name)]);
      expect([code, out], name).toEqual([1, ""]);
      return error;
    };
    const layer = gzipSync(app);
    const path = `blobs/${digestText(layer).replace(":", "/")}`;
    expect(await damage("absent", (files) => files.delete(path))).toContain("is not in it");
    expect(await damage("other", (files) => files.set(path, gzipSync(base)))).toContain("damaged");
    expect(await damage("cut", (files) => files.set(path, layer.subarray(0, 60)))).toMatch(
      /damaged|breaks off/,
    );
    const saved = savedFiles(layers).set("layer1/layer.tar", base);
    writeFileSync(at("swapped.tar"), archiveOf(saved));
    const swapped = await scan([at("swapped.tar")]);
    expect([swapped.code, swapped.error]).toEqual([1, expect.stringContaining("Layer 2 is not")]);
    const broken = layerArchive([file("var/lib/dpkg/status", "no field\n"), file("a", "")]);
    writeFiles(at("broken"), layoutFiles([{ layers: [broken, app] }]));
    const unread = await scan([at("broken")]);
    expect([unread.code, unread.error]).toEqual([1, expect.stringContaining("dpkg/status")]);
  });

  it.each([
    ["text", Buffer.from("hello")],
    ["nothing", Buffer.alloc(0)],
    ["xz", Buffer.from("fd377a585a0000", "hex")],
    ["a cut archive", archiveOf(layoutFiles([{ layers }])).subarray(0, 3000)],
    ["a cut gzip", gzipSync(archiveOf(savedFiles(layers))).subarray(0, 400)],
  ])("where the file is %s", async (name, content) => {
    const path = at(`is-${name}`);
    writeFileSync(path, content);
    const { code, out, error } = await scan([path]);
    expect([[1, 4].includes(code), out, error]).toEqual([true, "", expect.stringMatching(/\w/)]);
    expect((await scan(["-"], Readable.from([content]))).code).toBe(code);
  });

  it("where there is no such image, no such directory, or no advisories", async () => {
    expect(await scan([at("absent.tar")])).toMatchObject({ code: 2, out: "" });
    expect(await scan([at("layout"), "--vulndb", at("nowhere")])).toMatchObject({ code: 2 });
    mkdirSync(at("no-advisories"));
    const { code, error } = await scan([at("layout"), "--vulndb", at("no-advisories")]);
    expect([code, error]).toEqual([1, expect.stringContaining("no advisories")]);
    const denied = await scan(["127.0.0.1:1/app:v1"]);
    expect([denied.code, denied.error]).toEqual([1, expect.stringContaining("127.0.0.1")]);
  });
});

describe("the exit code", () => {
  it.each([
    ["critical", 3],
    ["medium", 3],
    ["exploited", 0],
    ["fixable", 3],
    ["priority:1", 3],
    ["priority:100", 0],
  ])("for --fail-on %s is %i", async (rule, expected) => {
    const { code, out } = await scan([at("layout"), "--fail-on", rule]);
    expect(code).toBe(expected);
    expect(out.includes(`Fails on ${rule}`)).toBe(expected === 3);
  });

  it("is that of wrong words for rules that there are not", async () => {
    for (const rule of ["sever", "priority:101", "priority:x"]) {
      expect(await scan([at("layout"), "--fail-on", rule])).toMatchObject({ code: 2, out: "" });
    }
    expect((await scan([at("layout"), "--packages", "--fail-on", "low"])).code).toBe(2);
    expect((await scan([at("layout"), "--packages", "--format", "sarif"])).code).toBe(2);
  });

  it("counts what is told: nothing that options leave out, which is said", async () => {
    const only = await scan([at("layout"), "--severity", "high", "--fail-on", "medium"]);
    expect([only.code, only.out]).toEqual([3, expect.stringContaining("2 left out by options")]);
    const fixable = await scan([at("layout"), "--only-fixable"]);
    expect(fixable.out).not.toContain("CVE-2026-3");
  });
});

describe("what is lived with", () => {
  const failing = ["--fail-on", "critical", "--format", "json"];
  const waivers = (text: string) => {
    writeFileSync(at("waivers"), text);
    return ["--ignore", at("waivers")];
  };

  it("does not count while a waiver holds, and counts again after its last day", async () => {
    const holding = waivers("# reviewed\nCVE-2026-1 libssl 2026-06-01 not reachable\n");
    const { code, out, error } = await scan([at("layout"), ...failing, ...holding]);
    expect([code, error]).toEqual([0, ""]);
    const { suppressed } = JSON.parse(out) as { suppressed: object[] };
    expect(suppressed).toMatchObject([
      {
        vulnerabilityId: "CVE-2026-1",
        suppression: { kind: "WAIVER", reason: "not reachable", until: "2026-06-02T00:00:00.000Z" },
      },
    ]);
    const over = await scan([at("layout"), ...failing, ...waivers("CVE-2026-1 2026-05-31 x\n")]);
    expect([over.code, over.error]).toEqual([3, expect.stringContaining("has ended")]);
    const idle = waivers("CVE-2026-1 other 2026-12-31 x\n");
    const unused = await scan([at("layout"), ...failing, ...idle]);
    expect([unused.code, unused.error]).toEqual([3, expect.stringContaining("about nothing")]);
  });

  it.each(["CVE-2026-1", "CVE-2026-1 2026-12-31", "CVE-2026-1 2026-02-31 x", "a b c 2026-12-31 x"])(
    "is not said by the line %j",
    async (line) => {
      const { code, error } = await scan([at("layout"), ...waivers(line)]);
      expect([code, error]).toEqual([2, expect.stringContaining("line 1")]);
    },
  );

  it("does not count where VEX says not affected, of the package or in the image", async () => {
    const vex = (product: object) => {
      const statements = [
        {
          vulnerability: { name: "CVE-2026-1" },
          products: [product],
          ...{ status: "not_affected", justification: "vulnerable_code_not_present" },
        },
      ];
      const head = { "@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", version: 1 };
      const about = { author: "Team", timestamp: modified };
      writeFileSync(at("vex.json"), JSON.stringify({ ...head, ...about, statements }));
      return ["--vex", at("vex.json")];
    };
    const package_ = { "@id": "pkg:deb/debian/libssl@1.0-1" };
    const { code, out } = await scan([at("layout"), ...failing, ...vex(package_)]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ suppressed: [{ suppression: { kind: "VEX" } }] });
    const other = await scan([at("layout"), ...failing, ...vex({ "@id": "pkg:deb/debian/zlib" })]);
    expect(other.code).toBe(3);
    const wrong = await scan([at("layout"), "--vex", at("waivers")]);
    expect([wrong.code, wrong.error]).toEqual([2, expect.stringContaining("waivers: is no JSON")]);
  });
});

describe("a scan is told", () => {
  it("as a table, with what is behind it", async () => {
    const { out } = await scan([at("layout")]);
    expect(out).toMatch(/critical +\d+\.\d +CVE-2026-1 +libssl +1\.0-1 +1\.0-2 +var\/lib\/dpkg/);
    expect(out).toMatch(
      /layout:v1: 1 critical, 2 medium\. 4 packages, Debian 12\.\nAdvisories as of 2026-05-31/,
    );
  });

  it("with a warning where the advisories are old", async () => {
    const words = [at("layout"), "--format", "json"];
    expect((await scan(words)).error).toBe("");
    const { code, out, error } = await scan(words, undefined, now + 8 * day);
    expect([code, error]).toEqual([0, expect.stringContaining("as of 2026-05-31")]);
    expect(JSON.parse(out)).toMatchObject({
      advisories: { isOld: true },
      warnings: [expect.stringContaining("entrepot vulndb update")],
    });
  });

  it("as SARIF, with rules, places, and fingerprints that stay", async () => {
    writeFileSync(at("waivers"), "CVE-2026-2 2026-12-31 later\n");
    const words = [at("layout"), "--format", "sarif", "--ignore", at("waivers")];
    const output = ["--output", at("out.sarif")];
    const { out } = await scan([...words, ...output]);
    expect(out).toContain("1 critical, 1 medium (1 not counted)");
    const text = readFileSync(at("out.sarif"), "utf8");
    expect(sarifLog.safeParse(JSON.parse(text)).error).toBeUndefined();
    const [run] = (JSON.parse(text) as { runs: Run[] }).runs;
    const { rules } = run!.tool.driver;
    expect(rules.map(({ id, properties }) => [id, properties["security-severity"]])).toEqual([
      ["CVE-2026-1", "9.8"],
      ["CVE-2026-3", "5.3"],
      ["CVE-2026-2", "5.3"],
    ]);
    for (const { ruleId, ruleIndex } of run!.results) expect(rules[ruleIndex]!.id).toBe(ruleId);
    expect(run!.results[0]).toMatchObject({
      level: "error",
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: "var/lib/dpkg/status", uriBaseId: "ROOT" } },
          logicalLocations: [{ name: digestText(base) }],
        },
      ],
    });
    expect(run!.results.map(({ suppressions }) => suppressions?.[0]?.kind)).toEqual([
      ...[undefined, undefined, "external"],
    ]);
    const again = JSON.parse((await scan(words)).out) as { runs: Run[] };
    const fingerprints = (from: Run) => from.results.map((each) => each.partialFingerprints);
    expect(fingerprints(again.runs[0]!)).toEqual(fingerprints(run!));
  });

  it("as a bill of materials, which --fail-on still judges", async () => {
    const cyclone = await scan([at("layout"), "--format", "cyclonedx", "--fail-on", "critical"]);
    expect(cyclone.code).toBe(3);
    const { components } = JSON.parse(cyclone.out) as { components: { name: string }[] };
    expect(components.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["debian", "left", "libssl", "right", "zlib"]),
    );
    const spdx = await scan([at("layout"), "--format", "spdx"]);
    expect([spdx.code, JSON.parse(spdx.out)]).toMatchObject([0, { spdxVersion: "SPDX-2.3" }]);
  });
});

interface Run {
  readonly tool: {
    readonly driver: { readonly rules: { id: string; properties: Record<string, string> }[] };
  };
  readonly results: {
    readonly ruleId: string;
    readonly ruleIndex: number;
    readonly partialFingerprints: object;
    readonly suppressions?: { readonly kind: string }[];
  }[];
}
