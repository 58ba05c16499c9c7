/**
 * A Debian that debootstrap makes of Debian's own archive, scanned with what Debian says of its packages: every
 * package and vulnerability is compared with what another way of looking finds, which shares nothing with the
 * scanner: dpkg's own file of packages read line by line, OSV's records as they are published, the schema's words
 * for what affects, and `dpkg` itself to compare versions.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { zipMembers } from "../../src/adapters/advisories/zip-members.ts";
import { runCommand } from "../support/cli.ts";
import { debianRoot } from "../support/debian-root.ts";
import { type OsvRecord, slowlyAffects } from "../support/slow-osv-matcher.ts";
import { requireProgram } from "./programs.ts";

const ecosystem = "Debian:12";
const beside = fileURLToPath(new URL("../../../shared/data/advisories", import.meta.url));
/** Archives as osv.dev publishes them: `osv/Debian/all.zip`. They are not in the package. */
const advisories = process.env.ENTREPOT_TEST_ADVISORIES ?? beside;
const archive = join(advisories, "osv/Debian/all.zip");
const isThere = existsSync(archive);
if (!isThere) {
  console.log(`Left out: ${archive} is not there; ENTREPOT_TEST_ADVISORIES names its directory.`);
}

interface Installed {
  readonly name: string;
  readonly version: string;
  /** What its advisories go by. */
  readonly source: string;
  readonly sourceVersion: string;
}

/** Source: Debian Policy 5.3; "Source: name (version)" where either is another than the package's. */
function installedIn(status: string): Installed[] {
  return status.split("\n\n").flatMap((stanza) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(stanza)?.[1]?.trim();
    const [name, version] = [field("Package"), field("Version")];
    if (name === undefined || version === undefined) return [];
    const [, source = name, sourceVersion = version] =
      /^(\S+)(?: \((.*)\))?$/.exec(field("Source") ?? name) ?? [];
    return [{ name, version, source, sourceVersion }];
  });
}

const compared = new Map<string, number>();
function compare(one: string, other: string): number {
  const key = `${one} ${other}`;
  const known = compared.get(key);
  if (known !== undefined) return known;
  const is = (relation: string) =>
    spawnSync("dpkg", ["--compare-versions", one, relation, other]).status === 0;
  const order = one === other ? 0 : is("lt") ? -1 : is("gt") ? 1 : 0;
  compared.set(key, order);
  return order;
}

/** By source package. */
const records = new Map<string, OsvRecord[]>();

function readRecords(): void {
  for (const member of zipMembers(archive, 16 * 1024 * 1024)) {
    const record = JSON.parse(member.read().toString()) as OsvRecord;
    if (record.withdrawn !== undefined) continue;
    const own = (record.affected ?? []).flatMap(({ package: of }) =>
      of?.ecosystem === ecosystem ? [of.name] : [],
    );
    for (const name of new Set(own)) records.set(name, [...(records.get(name) ?? []), record]);
  }
}

/** A record of Debian's about a CVE has its name; an advisory tells of several. */
function cvesOf({ id, upstream = [], aliases = [] }: OsvRecord): readonly string[] {
  const named = [...upstream, ...aliases].filter((each) => each.startsWith("CVE-"));
  return named.length > 0 ? named : [id.replace(/^DEBIAN-/, "")];
}

function expected(packages: readonly Installed[]): string[] {
  const found = new Set<string>();
  for (const { name, version, source, sourceVersion } of packages) {
    for (const record of records.get(source) ?? []) {
      if (!slowlyAffects(record, ecosystem, source, sourceVersion, compare)) continue;
      for (const cve of cvesOf(record)) found.add(`${name} ${version} ${cve}`);
    }
  }
  return [...found].sort();
}

/** Thousands of runs of dpkg, on a machine that may be busy. */
const minutesMs = 10 * 60_000;

let scratch: string;
let root: string;
let packages: Installed[];

describe.runIf(isThere)("a Debian of debootstrap", () => {
  beforeAll(async () => {
    root = debianRoot(requireProgram("debootstrap"));
    packages = installedIn(readFileSync(join(root, "var/lib/dpkg/status"), "utf8"));
    readRecords();
    scratch = mkdtempSync(join(tmpdir(), "entrepot-debian-"));
    const words = ["vulndb", "import", join(advisories, "osv/Debian")];
    const { code, error } = await runCommand(words, { ENTREPOT_DATA: scratch });
    expect(code, error).toBe(0);
  }, 20 * 60_000);
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  async function scanned(directory: string): Promise<string[]> {
    const words = ["scan", directory, "--format", "json"];
    const { code, out, error } = await runCommand(words, { ENTREPOT_DATA: scratch });
    expect(code, error).toBe(0);
    const { findings, packages: count } = JSON.parse(out) as {
      findings: { vulnerabilityId: string; package: { name: string; version: string } }[];
      packages: number;
    };
    expect(count).toBe(packages.length);
    return findings
      .map(({ vulnerabilityId, package: of }) => `${of.name} ${of.version} ${vulnerabilityId}`)
      .sort();
  }

  it(
    "has the vulnerabilities that Debian says it has: none missed, none more",
    async () => {
      expect(packages.length).toBeGreaterThan(80);
      const found = await scanned(root);
      expect(found).toEqual(expected(packages));
      console.log(`${packages.length} packages, ${found.length} vulnerabilities`);
    },
    minutesMs,
  );

  it(
    "has them with versions that Debian had before, too",
    async () => {
      // Of each source a version that a record says was uploaded: some are the fix of one, and before others.
      const earlier = new Map<string, string>();
      for (const source of new Set(packages.map((each) => each.source))) {
        const fixes = (records.get(source) ?? [])
          .flatMap(({ affected = [] }) => affected)
          .filter(({ package: of }) => of?.ecosystem === ecosystem && of.name === source)
          .flatMap(({ ranges = [] }) => ranges.flatMap(({ events }) => events))
          .flatMap(({ fixed }) => (fixed === undefined || fixed === "0" ? [] : [fixed]));
        const sorted = [...new Set(fixes)].sort(compare);
        const version = sorted[Math.floor(sorted.length / 2)];
        if (version !== undefined) earlier.set(source, version);
      }
      const old = packages.map((each): Installed => {
        const version = earlier.get(each.source);
        return version === undefined ? each : { ...each, version, sourceVersion: version };
      });
      const stanza = ({ name, version, source, sourceVersion }: Installed) =>
        `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n` +
        `Source: ${source} (${sourceVersion})\nMaintainer: Debian <a@debian.org>\n`;
      const directory = join(scratch, "old");
      mkdirSync(join(directory, "var/lib/dpkg"), { recursive: true });
      mkdirSync(join(directory, "etc"));
      writeFileSync(join(directory, "etc/os-release"), readFileSync(join(root, "etc/os-release")));
      writeFileSync(join(directory, "var/lib/dpkg/status"), old.map(stanza).join("\n"));
      const found = await scanned(directory);
      expect(found.length).toBeGreaterThan(200);
      expect(found).toEqual(expected(old));
      console.log(`${earlier.size} sources with another version, ${found.length} vulnerabilities`);
    },
    minutesMs,
  );
});
