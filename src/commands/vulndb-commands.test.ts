import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { testPorts } from "../../test/support/ports.ts";
import { zipOf } from "../../test/support/simple-zip.ts";
import { ImportUnderWay } from "../adapters/advisories/index-directory.ts";
import { SystemClock } from "../adapters/clock/system.ts";
import { loadConfig } from "../config.ts";
import { runCommandLine } from "../doors/cli/command-line.ts";
import type { Commands } from "../doors/cli/commands.ts";
import { openVulndb } from "../server/open-vulndb.ts";
import { updateVulndb } from "../server/update-vulndb.ts";
import { updateAdvisoriesJob } from "../workers/update-advisories-job.ts";
import { vulndbCommands } from "./vulndb-commands.ts";

let root: string;
let mirror: string;
const range = { type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "2.0.0" }] };
const record = {
  ...{ id: "GHSA-new", modified: new Date().toISOString() },
  affected: [{ package: { ecosystem: "npm", name: "entrepot-test" }, ranges: [range] }],
};
const server = createServer((request, response) => {
  if (request.url === "/npm/all.zip") response.end(zipOf({ "a.json": JSON.stringify(record) }));
  else if (request.url === "/npm/modified_id.csv") response.end("");
  else response.writeHead(404).end();
});

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "entrepot-vulndb-"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(root, { recursive: true });
});

/** Beside the package's snapshot, or without any, which is quicker. */
async function run(...words: readonly string[]) {
  return runIn("data", words);
}

async function runIn(data: string, words: readonly string[]) {
  const [out, error] = [new PassThrough(), new PassThrough()];
  const clock = new SystemClock();
  const environment = {
    ...{ ENTREPOT_DATA: join(root, data), ENTREPOT_EGRESS_ALLOW: "127.0.0.1" },
    ...{ ENTREPOT_VULNDB_OSV: `${mirror}/`, ENTREPOT_VULNDB_ECOSYSTEMS: "npm" },
    ...{ ENTREPOT_VULNDB_EPSS: "off", ENTREPOT_VULNDB_KEV: "off" },
  };
  const config = loadConfig({ environment, directory: root });
  const commands: Pick<Commands, "version" | "settings" | "now" | "vulndb"> = {
    ...{ version: "0", settings: [], now: () => clock.now() },
    vulndb: () => {
      const without = data === "data" ? { snapshot: join(root, "absent.zst") } : {};
      const openFleet = () => Promise.reject(new Error("this is no fleet"));
      return vulndbCommands({ clock, config, openFleet, ...without });
    },
  };
  const code = await runCommandLine(["vulndb", ...words], commands as Commands, { out, error });
  return { code, out: String(out.read() ?? ""), error: String(error.read() ?? "") };
}

it("is what the server's job does, too, which fails where a feed does", async () => {
  const environment = {
    ...{ ENTREPOT_DATA: join(root, "job"), ENTREPOT_EGRESS_ALLOW: "127.0.0.1" },
    ...{ ENTREPOT_VULNDB_OSV: mirror, ENTREPOT_VULNDB_ECOSYSTEMS: "npm,Go" },
    ...{ ENTREPOT_VULNDB_EPSS: "off", ENTREPOT_VULNDB_KEV: "off" },
  };
  const config = loadConfig({ environment, directory: root });
  const opened = await testPorts();
  onTestFinished(() => opened.close());
  const indexes = openVulndb(config, join(root, "absent.zst"));
  const wish = { full: false, onProgress: () => undefined };
  const update = () => updateVulndb(config, indexes, wish, new SystemClock());
  const run = (each: typeof update) =>
    updateAdvisoriesJob(1, each, (error) => error instanceof ImportUnderWay).run(
      opened.ports,
      null,
      {
        ...{ registry: undefined, attempt: 1, signal: new AbortController().signal },
        heartbeat: async () => undefined,
      },
    );
  await expect(run(update)).rejects.toThrow(/could not be fetched: Go: /);
  expect((await indexes.current())?.about.ecosystems).toEqual(new Set(["npm"]));
  await run(() => Promise.reject(new ImportUnderWay("somebody imports")));
  indexes.close();
});

describe("entrepot vulndb", () => {
  it("has the package's snapshot before anything was imported, and says when that is old", async () => {
    const { code, out } = await runIn("other", ["status"]);
    expect(out).toMatch(/Advisories as of \d{4}-\d\d-\d\d, \d+ days? old/);
    expect(out).toMatch(/Debian +\d+ +\d{4}/);
    const { isStale } = JSON.parse((await runIn("other", ["status", "--json"])).out) as {
      isStale: boolean;
    };
    expect([code, out.includes("entrepot vulndb update")]).toEqual([isStale ? 1 : 0, isStale]);
  });

  it("says when there is nothing at all", async () => {
    expect(await run("status")).toMatchObject({ code: 1, out: expect.stringContaining("no adv") });
  });

  it("fetches what is published, and then only what changed", async () => {
    const first = await run("update");
    expect([first.code, first.out], first.error).toEqual([
      0,
      expect.stringMatching(/^npm: \d+ B\nRead 1 records/),
    ]);
    const status = await run("status");
    expect(status).toMatchObject({ code: 0, out: expect.stringMatching(/\nnpm +1 /) });
    expect((await run("update")).out).toMatch(/^npm: 0 B of changes\n/);
  });

  it("imports files, tells what was refused, and says in one sentence what is not there", async () => {
    const file = join(root, "more.json");
    const more = { ...record, id: "GHSA-more" };
    writeFileSync(file, JSON.stringify([more, { id: "GHSA-bad" }]));
    const { code, out } = await run("import", file);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^Read 1 records.*\nRefused 1 records:\n {2}1: modified is missing/),
    ]);
    const indexes = async () => (await run("status", "--json")).out;
    const before = await indexes();
    const empty = join(root, "empty");
    mkdirSync(empty);
    writeFileSync(join(empty, "contents.json"), "{}");
    const none = await run("import", empty);
    expect([none.code, none.out]).toEqual([
      1,
      `There are no advisories in ${empty}. What was there is kept.\n`,
    ]);
    expect(await indexes()).toBe(before);
    const catalogue = join(root, "kev.json");
    const told = { catalogVersion: "2026.01.01", dateReleased: "2026-01-01T00:00:00Z" };
    writeFileSync(catalogue, JSON.stringify({ ...told, count: 0, vulnerabilities: [] }));
    expect((await run("import", catalogue)).code).toBe(0);
    const absent = await run("import", join(root, "absent"));
    expect([absent.code, absent.error]).toEqual([1, expect.stringContaining("no such file")]);
  });
});
