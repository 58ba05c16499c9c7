import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { zipOf } from "../../../test/support/simple-zip.ts";
import { buildIndex } from "./build-index.ts";
import { ImportUnderWay, IndexDirectory } from "./index-directory.ts";
import { IndexUnreadable, SqliteAdvisoryIndex } from "./sqlite-advisory-index.ts";

let root: string;
let indexes: IndexDirectory;
let builds = 0;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "entrepot-advisories-"));
  indexes = new IndexDirectory(join(root, "vulndb"), undefined);
});

afterEach(() => {
  indexes.close();
  rmSync(root, { recursive: true, force: true });
});

function record(id: string, name: string, fixed: string, more: object = {}) {
  const range = { type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] };
  const affected = [{ package: { ecosystem: "npm", name }, ranges: [range] }];
  return { id, modified: "2024-01-01T00:00:00Z", affected, ...more };
}

function place(files: Readonly<Record<string, string | Buffer>>): string {
  const directory = join(root, `input-${builds++}`);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return directory;
}

function take(input: string, replaced: readonly string[] | "those that come" = []) {
  const builtAt = Date.parse("2024-06-01") + builds++;
  return indexes.import({ inputs: [input], replaced, followed: {}, builtAt });
}

async function fixes(...names: readonly string[]) {
  const index = await indexes.current();
  const found = await index!.advisories(names.map((name) => ({ ecosystem: "npm", name })));
  return names.map((name) =>
    (found.get(`npm\n${name}`) ?? []).map(({ id, ranges }) => `${id} ${ranges[0]?.[1]?.[1]}`),
  );
}

const json = (value: unknown) => JSON.stringify(value);

describe("an index of advisories", () => {
  it("holds what archives, folders, documents and lines say, and tells what it refused and why", async () => {
    const input = place({
      "npm/all.zip": zipOf({
        "A-1.json": json(record("A-1", "a", "1.0.0")),
        "bad.json": "{",
        "B-1.json": json({ id: "B-1" }),
        "README.md": "no record",
      }),
      "large/all.zip": zipOf({ "A-2.json": json(record("A-2", "a", "2.0.0")) }, true),
      "cut.zip": zipOf({ "A-9.json": json(record("A-9", "a", "9.0.0")) }).subarray(0, 60),
      "list.json.gz": gzipSync(json([record("A-3", "b", "3.0.0")])),
      "lines.ndjson": `${json(record("A-4", "b", "4.0.0"))}\n\n${json(record("A-5", "c", "5.0.0"))}`,
      "manifest.json": json({ files: 5 }),
    });
    const built = await take(input);
    expect(built.records).toBe(5);
    expect(built.refused.map(({ reason, count }) => [reason, count]).toSorted()).toEqual([
      ["it has no directory", 1],
      ["modified is missing", 1],
      ["no JSON", 1],
    ]);
    expect(await fixes("a", "b", "c", "d")).toEqual([
      ["A-1 1.0.0", "A-2 2.0.0"],
      ["A-3 3.0.0", "A-4 4.0.0"],
      ["A-5 5.0.0"],
      [],
    ]);
    const { about } = (await indexes.current())!;
    expect(about.sources).toContainEqual({
      ...{ source: "npm", rows: 5, newestAt: Date.parse("2024-01-01") },
    });
    expect([about.refused, [...about.ecosystems]]).toEqual([3, ["npm"]]);
  });

  it("keeps the newer of two versions of a record, whichever comes first, and nothing of the older", async () => {
    const later = { modified: "2024-02-01T00:00:00Z" };
    await take(
      place({
        "a.ndjson": [record("A-1", "a", "1.0.0"), record("A-2", "b", "1.0.0")].map(json).join("\n"),
      }),
    );
    // The record is about another package now.
    await take(place({ "a.json": json(record("A-1", "c", "3.0.0", later)) }));
    expect(await fixes("a", "b", "c")).toEqual([[], ["A-2 1.0.0"], ["A-1 3.0.0"]]);
    await take(place({ "a.json": json(record("A-1", "a", "1.0.0")) }));
    expect(await fixes("a", "b", "c")).toEqual([[], ["A-2 1.0.0"], ["A-1 3.0.0"]]);
    await take(place({ "a.json": json(record("A-3", "b", "7.0.0")) }), "those that come");
    expect(await fixes("a", "b", "c")).toEqual([[], ["A-3 7.0.0"], []]);
  });

  it("keeps what two sources say under one id of packages of their own", async () => {
    const gem = { package: { ecosystem: "RubyGems", name: "g" }, versions: ["1"] };
    const later = { modified: "2024-02-01T00:00:00Z", affected: [gem] };
    await take(
      place({
        "1/all.zip": zipOf({ "A-1.json": json(record("A-1", "a", "1.0.0")) }),
        "2/all.zip": zipOf({ "A-1.json": json(record("A-1", "", "", later)) }),
      }),
    );
    const index = await indexes.current();
    expect((await index!.advisories([{ ecosystem: "RubyGems", name: "g" }])).size).toBe(1);
    expect(await fixes("a")).toEqual([["A-1 1.0.0"]]);
  });

  it("holds what is known of CVEs; a newer table replaces an older one, an older one nothing", async () => {
    const facts = {
      ...{ id: "CVE-2024-1000", modified: "2024-01-01T00:00:00Z" },
      severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N" }],
      database_specific: { cwe_ids: ["CWE-79"], ssvc: { Exploitation: "active" } },
    };
    const kev = {
      ...{ catalogVersion: "2024.05.01", dateReleased: "2024-05-01T00:00:00Z" },
      vulnerabilities: [
        { cveID: "CVE-2024-1000", dateAdded: "2024-04-01", knownRansomwareCampaignUse: "Known" },
      ],
    };
    const epss = (day: string, ...rows: string[]) =>
      gzipSync(
        `#model_version:v1,score_date:${day}T00:00:00+0000\ncve,epss,percentile\n${rows.join("\n")}\n`,
      );
    await take(
      place({
        "facts.ndjson.gz": gzipSync(json(facts)),
        "kev.json": json(kev),
        "epss-1.csv.gz": epss("2024-05-01", "CVE-2024-1000,0.5,0.9", "CVE-2024-2000,0.1,0.2"),
        "epss-2.csv.gz": epss("2024-04-30", "CVE-2024-1000,0.1,0.1", "CVE-2024-3000,0.1,0.2"),
        "eol.json": json({
          debian: [{ releaseCycle: "12", releaseDate: "2023-06-10", eol: "2026-06-10" }],
        }),
      }),
    );
    const cves = ["CVE-2024-1000", "CVE-2024-2000", "CVE-2024-3000", "GHSA-1"];
    const known = await (await indexes.current())!.facts(cves);
    expect(known.get("CVE-2024-1000")).toMatchObject({
      ratings: [{ source: "NVD", vector: "CVSS:3.1/AV:N" }],
      cwes: ["CWE-79"],
      ssvc: { exploitation: "active" },
      epss: { score: 0.5, percentile: 0.9, date: "2024-05-01" },
      kev: { addedOn: "2024-04-01", isUsedByRansomware: true },
    });
    expect([...known.keys()]).toEqual(["CVE-2024-1000", "CVE-2024-2000"]);
    await take(place({ "epss.csv.gz": epss("2024-04-01", "CVE-2024-1000,0.9,0.9") }));
    const same = await (await indexes.current())!.facts(cves);
    expect(same).toEqual(known);
    await take(place({ "epss.csv": epss("2024-06-01", "CVE-2024-1000,0.25,0.75").subarray(0, 0) }));
    await take(place({ "epss.csv.gz": epss("2024-06-01", "CVE-2024-1000,0.25,0.75") }));
    const newer = await (await indexes.current())!.facts(cves);
    expect(newer.get("CVE-2024-1000")?.epss).toEqual({
      ...{ score: 0.25, percentile: 0.75, date: "2024-06-01" },
    });
    expect(newer.has("CVE-2024-2000")).toBe(false);
    expect(newer.get("CVE-2024-1000")?.kev).toBeDefined();
    expect((await (await indexes.current())!.endOfLife()).debian?.[0]).toEqual({
      ...{ release: "12", releasedOn: "2023-06-10", securityEnds: "2026-06-10" },
    });
  });

  it("tells which names are told otherwise than before, by release", async () => {
    const range = (fixed: string) => ({
      type: "ECOSYSTEM",
      events: [{ introduced: "0" }, { fixed }],
    });
    const debian = (twelve: string) => ({
      ...{ id: "DSA-1", modified: "2024-01-01T00:00:00Z" },
      affected: [
        { package: { ecosystem: "Debian:11", name: "a" }, ranges: [range("1-1")] },
        { package: { ecosystem: "Debian:12", name: "a" }, ranges: [range(twelve)] },
      ],
    });
    const input = (twelve: string, ...more: readonly object[]) =>
      place({
        "all.ndjson": [debian(twelve), record("A-1", "a", "1.0.0"), ...more].map(json).join("\n"),
      });
    await take(input("1-2", record("A-2", "b", "1.0.0")));
    const before = (await indexes.current())!;
    await take(
      input("1-3", record("A-3", "c", "1.0.0"), record("A-4", "ü", "1.0.0")),
      "those that come",
    );
    const after = (await indexes.current())!;
    expect((await after.changesSince(before.about.version))?.names).toEqual([
      { ecosystem: "Debian:12", name: "a" },
      { ecosystem: "npm", name: "b" },
      { ecosystem: "npm", name: "c" },
      { ecosystem: "npm", name: "ü" },
    ]);
    expect(await after.changesSince(after.about.version)).toEqual({ names: [], cves: [] });
    expect(after.about.version).not.toBe(before.about.version);
  });

  it("tells what changed over several imports, also of CVEs, and when it can not", async () => {
    const file = (...records: readonly object[]) =>
      place({ "all.ndjson": records.map(json).join("\n") });
    const epss = (score: string) =>
      `#model_version:v1,score_date:2024-01-0${builds % 9}T00:00:00+0000\ncve,epss,percentile\nCVE-2024-1000,${score},0.5\n`;
    const facts = (title: string, modified: string) => ({
      id: "CVE-2024-1000",
      modified,
      summary: title,
    });
    const kev = {
      ...{ title: "CISA Catalog of Known Exploited Vulnerabilities", catalogVersion: "2024.01.09" },
      ...{ dateReleased: "2024-01-09T00:00:00Z", count: 1 },
      vulnerabilities: [{ cveID: "CVE-2024-2000", dateAdded: "2024-01-09" }],
    };
    await take(file(record("A-1", "a", "1.0.0"), facts("one", "2024-01-01T00:00:00Z")));
    const version = async () => (await indexes.current())!.about.version;
    const first = await version();
    await take(place({ "epss_scores-current.csv": epss("0.1") }));
    const second = await version();
    await take(file(record("A-2", "b", "1.0.0"), kev));
    const third = await version();
    await take(file(record("A-3", "c", "1.0.0"), facts("two", "2024-02-01T00:00:00Z")));
    const since = async (from: string) => {
      const changes = await (await indexes.current())!.changesSince(from);
      return changes && [changes.names.map(({ name }) => name), changes.cves];
    };
    expect(await since(first)).toEqual([
      ["b", "c"],
      ["CVE-2024-2000", "CVE-2024-1000"],
    ]);
    expect(await since(second)).toEqual(await since(first));
    expect(await since(third)).toEqual([["c"], ["CVE-2024-1000"]]);
    expect(await since("of another")).toBeUndefined();
    // A package of an ecosystem that nothing was known of was not judged before.
    const gem = { package: { ecosystem: "RubyGems", name: "g" }, versions: ["1"] };
    await take(file(record("A-4", "", "", { affected: [gem] })));
    expect(await since(third)).toBeUndefined();
  });

  it("has the same version for the same content, in whatever order it came", async () => {
    const [one, two] = [json(record("A-1", "a", "1.0.0")), json(record("A-2", "a", "2.0.0"))];
    const first = await take(place({ "1.json": one, "2.json": two }));
    const second = await take(place({ "1.json": two, "2.json": one }), "those that come");
    expect(second.version).toBe(first.version);
  });

  it("is replaced whole: who reads goes on with the old one, and nothing is left of an import that failed", async () => {
    await take(place({ "a.json": json(record("A-1", "a", "1.0.0")) }));
    const before = (await indexes.current())!;
    await expect(take(join(root, "absent"))).rejects.toThrow("no such file");
    expect(await indexes.current()).toBe(before);
    // Which of two comes first is the system's to say.
    const input = place({ "a.json": json(record("A-2", "a", "2.0.0")) });
    const outcomes = await Promise.allSettled([take(input), take(input)]);
    const failures = outcomes.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
    expect(failures).toEqual([expect.any(ImportUnderWay)]);
    expect((await before.advisories([{ ecosystem: "npm", name: "a" }])).get("npm\na")).toHaveLength(
      1,
    );
    expect(await fixes("a")).toEqual([["A-1 1.0.0", "A-2 2.0.0"]]);
    expect(
      readdirSync(join(root, "vulndb"))
        .map((name) => name.replace(/\d{3,}|-[0-9a-f]{16}/g, ""))
        .toSorted(),
    ).toEqual([...["current.json", "import.lock", "index-.db"]]);
  });

  it("comes from the package's snapshot while there is none, and is not read when it is something else", async () => {
    const target = join(root, "snapshot.db");
    const input = place({ "a.json": json(record("A-1", "a", "1.0.0")) });
    const order = { inputs: [input], base: undefined, replaced: [], followed: {}, target };
    await buildIndex({ ...order, builtAt: 1 });
    const index = SqliteAdvisoryIndex.open(target);
    const packed = zstdCompressSync(
      Buffer.from(await import("node:fs").then((fs) => fs.readFileSync(target))),
    );
    index.close();
    writeFileSync(`${target}.zst`, packed);
    indexes = new IndexDirectory(join(root, "vulndb"), `${target}.zst`);
    expect(await Promise.all([fixes("a"), fixes("a")])).toEqual([[["A-1 1.0.0"]], [["A-1 1.0.0"]]]);
    writeFileSync(join(root, "text.db"), "no database, but a text that is long enough".repeat(100));
    expect(() => SqliteAdvisoryIndex.open(join(root, "text.db"))).toThrow(IndexUnreadable);
  });
});
