/** The commands as they are typed, on a server that listens. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import { sampleUsage } from "../../../registry/usage/sample-usage.ts";
import { assessmentRound } from "../../../workers/assess-costs.ts";
import { barsText } from "./bars.ts";

let server: CommandServer;
beforeAll(async () => {
  server = await openCommandServer();
  const { ports } = server.store;
  const registry = server.registry();
  server.store.clock.set(Date.UTC(2027, 5, 1));
  await registry.createRepository("team/app");
  await registry.pushImage("team/app", "one");
  await registry.pushLayer("team/app", Buffer.alloc(4_000_000));
  const never = new AbortController().signal;
  await sampleUsage(ports, never);
  await assessmentRound(ports, never, (error) => {
    throw error;
  });
  server.store.clock.set(Date.UTC(2027, 5, 16));
});
afterAll(() => server.close());

const run = (...words: string[]) => server.run(["cost", ...words]);

describe("entrepot cost", () => {
  const planned = [
    ...["estimate", "--storage", "500GB", "--requests", "50M"],
    ...["--to-other-region", "500GB", "--to-other-region", "500"],
  ];

  it("estimates what is planned, here and elsewhere", async () => {
    const { code, out } = await run(...planned);
    expect(code).toBe(0);
    expect(out.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["WHAT", "UNITS", "UNIT", "USD"],
      ["storage", "500", "GB-month", "50.00"],
      ["requests", "5000", "10000 requests", "0.25"],
      ["transferOtherRegion", "1000", "GB", "25.00"],
      ["total", "75.25"],
      [""],
      ["ELSEWHERE", "USD", "WITHOUT"],
      ["Azure Container Registry, Basic", "49.11", "transferOtherRegion"],
      ["Google Artifact Registry", "49.95", "transferOtherRegion"],
      [""],
    ]);
    const { total } = await server.json<{ total: { amount: string } }>(["cost", ...planned]);
    expect(total.amount).toBe("75.25");
  });

  it("shows prices, puts others in force at once, and takes them back", async () => {
    const file = join(server.directory, "prices.json");
    await writeFile(file, '{"figures":{"storage":{"amount":"0.20","source":"our disks"}}}');
    const { out: before } = await run("prices", "show");
    expect(before).toMatch(/^Table +Entrepot, the defaults\n1 GB +1073741824 bytes\n/);
    expect(before).toMatch(/^storage +0\.10 +GB-month +2026-03-22 +Amazon ECR pricing/m);
    const { out: changed } = await run("prices", "set", file);
    expect(changed).toMatch(/^storage +0\.20 +GB-month +- +our disks$/m);
    expect((await run(...planned)).out).toContain("125.25");
    expect((await run("prices", "reset")).out).toBe(before);
    await writeFile(file, '{"figures":{"stroage":{}}}');
    const refused = await run("prices", "set", file);
    expect([refused.code, refused.error]).toEqual([1, expect.stringContaining('"stroage"')]);
  });

  it("sums a month up, with a line for each and a bar for each month", async () => {
    const { code, out } = await run("summary", "--months", "2");
    expect(code).toBe(0);
    expect(out).toMatch(/^Costs of 2027-06 so far: 0\.00 USD\n\nWHAT +REGION +USED +USD\n/);
    expect(out).toMatch(/^team\/app +eu-west-1 +- +0\.00$/m);
    expect(out).toMatch(/^2027-04 +0\.00\n2027-05 +0\.00\n2027-06 +0\.00$/m);
    expect((await run("summary", "--by", "kind")).out).toMatch(/^storage +- +0\.\d+ GB-month/m);
    expect((await run("summary", "--by", "tag=team")).out).toContain("(without the tag)");
  });

  it("tells what the month will have cost, and what could be saved", async () => {
    const { out: forecast } = await run("forecast");
    expect(forecast).toMatch(/^2027-06 will have cost 0\.00 USD at its end\.\n/);
    expect(forecast).toMatch(/^- Prices stay as they are now\.$/m);
    const { out: savings } = await run("savings");
    expect(savings).toMatch(/^team\/app +no lifecycle policy +1 +0 B +0\.00$/m);
    expect((await run("savings", "--repository", "team/app")).out).toBe(savings);
    const [, rules = "", words = ""] = /printf %s '(.*)' \| entrepot (.*)$/m.exec(savings) ?? [];
    const file = join(server.directory, "rules.json");
    await writeFile(file, rules);
    expect(words).toContain("lifecycle put team/app --endpoint http");
    const typed = words.replace("/dev/stdin", file).split(" ");
    expect(await server.run(typed)).toMatchObject({ code: 0 });
    expect((await run("savings")).out).not.toContain("no lifecycle policy");
  });

  it.each([
    [["estimate", "--storage", "much"], "is no amount"],
    [["summary", "--by", "colour"], "none of repository"],
    [["summary", "--scope", "world"], "none of registry"],
    [["summary", "--top", "all"], "is no whole number"],
    [["prices", "set", "/nowhere.json"], "cannot be read"],
  ])("makes nothing of %j", async (words, sentence) => {
    const { code, out, error } = await run(...words);
    expect([code, out, error]).toEqual([2, "", expect.stringContaining(sentence)]);
  });
});

describe("bars", () => {
  it("are as long as their part of the largest, within the width", () => {
    const bars = [
      { name: "2027-05", value: 50, text: "50.00" },
      { name: "2027-06", value: 100, text: "100.00" },
      { name: "2027-07", value: 0, text: "0.00" },
    ];
    expect(barsText(bars, 27).split("\n")).toEqual([
      "2027-05   50.00  █████",
      "2027-06  100.00  ██████████",
      "2027-07    0.00",
    ]);
    for (const width of [20, 40, 80, Number.POSITIVE_INFINITY]) {
      const lines = barsText(bars, width).split("\n");
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(
        Math.max(25, Math.min(width, 77)),
      );
    }
  });
});
