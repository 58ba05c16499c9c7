/** Costs as operations answer them, from usage that is written down and images that are pushed. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  account,
  callerOf,
  imageManifest,
  openTestRegistry,
  otherAccount,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { defaultPrices } from "../../registry/cost/default-prices.ts";
import { fraction, textOf } from "../../registry/cost/fraction.ts";
import { pricesInForce } from "../../registry/cost/stored-prices.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { runLifecycle } from "../../registry/lifecycle/run-lifecycle.ts";
import { sampleUsage } from "../../registry/usage/sample-usage.ts";
import { noCounts, noLevels, wholeRegistry } from "../../registry/usage/usage.ts";
import { assessmentRound } from "../../workers/assess-costs.ts";
import { createRepository } from "../ecr/create-repository.ts";
import { putLifecyclePolicy } from "../ecr/put-lifecycle-policy.ts";
import { createKey } from "../kms/create-key.ts";
import { deletePriceTable } from "./delete-price-table.ts";
import { estimateCost } from "./estimate-cost.ts";
import { getCostForecast } from "./get-cost-forecast.ts";
import { getCostSummary } from "./get-cost-summary.ts";
import { getPriceTable } from "./get-price-table.ts";
import { putPriceTable } from "./put-price-table.ts";

const never = new AbortController().signal;
const day = 86_400_000;
const gigabyte = 2 ** 30;

/** Nothing is ever written to it. */
let empty: TestRegistry;
beforeAll(async () => {
  empty = await openTestRegistry();
});
afterAll(() => empty.close());

async function opened(): Promise<TestRegistry> {
  const registry = await openTestRegistry();
  onTestFinished(() => registry.close());
  return registry;
}

/** Looks at everything as the workers do. */
async function look(registry: TestRegistry, trashMs = 0): Promise<void> {
  const { ports } = registry.environment;
  await sampleUsage(ports, never);
  const failed = (error: unknown) => {
    throw error;
  };
  await assessmentRound(ports, never, failed, trashMs);
}

type Page = Awaited<ReturnType<typeof getCostSummary.handle>>;
const namesOf = ({ lines }: Page) =>
  lines.filter(({ kind }) => kind === "REPOSITORY").map(({ key }) => key);
const cents = (amount: string) => Math.round(Number(amount) * 100);
const sum = (lines: readonly { readonly amount: string }[]) =>
  lines.reduce((all, { amount }) => all + cents(amount), 0);
const exactSum = (lines: readonly { readonly exactAmount: string }[]) =>
  lines.reduce((all, { exactAmount }) => all + BigInt(exactAmount.replace(".", "")), 0n);

describe("EstimateCost", () => {
  it("counts 500 GB stored, 50 M requests and 500 GB to each of two regions as 75.25", async () => {
    const estimate = await empty.ask(estimateCost, {
      storageGB: 500,
      requests: 50_000_000,
      transfers: [
        { destination: "OTHER_REGION", gigabytes: 500 },
        { destination: "OTHER_REGION", gigabytes: 500 },
      ],
    });
    expect(estimate.total).toEqual({ amount: "75.25", exactAmount: "75.250000000000" });
    expect(estimate.lines.map(({ name, amount }) => [name, amount])).toEqual([
      ["storage", "50.00"],
      ["requests", "0.25"],
      ["transferOtherRegion", "25.00"],
    ]);
    const elsewhere = estimate.comparisons.map(({ name, total, unknown }) => [
      ...[name, total.amount, ...unknown],
    ]);
    expect(elsewhere).toEqual([
      ["Azure Container Registry, Basic", "49.11", "transferOtherRegion"],
      ["Google Artifact Registry", "49.95", "transferOtherRegion"],
    ]);
  });

  it("refuses what is no amount", async () => {
    for (const input of [
      { storageGB: -1 },
      { storageGB: "much" },
      { transfers: [{ destination: "MARS", gigabytes: 1 }] },
    ]) {
      await expect(empty.ask(estimateCost, input)).rejects.toMatchObject({
        kind: "InvalidParameter",
      });
    }
  });
});

describe("the price table", () => {
  it("is in force at once, is the management account's to change, and can be taken back", async () => {
    const registry = await opened();
    const stored = async () =>
      (await registry.ask(estimateCost, { storageGB: 10 }, callerOf(otherAccount))).total.amount;
    expect(await stored()).toBe("1.00");
    const priceTable = { name: "ours", figures: { storage: { amount: "0.25", source: "us" } } };
    await expect(
      registry.ask(putPriceTable, { priceTable }, callerOf(otherAccount)),
    ).rejects.toMatchObject({ kind: "AccessDenied" });
    expect(await stored()).toBe("1.00");
    await registry.ask(putPriceTable, { priceTable });
    expect(await stored()).toBe("2.50");
    const { priceTable: told, origin } = await registry.ask(getPriceTable, {});
    expect([told.name, origin, told.figures.storage, told.figures.keys?.amount]).toEqual([
      ...["ours", "PUT", { amount: "0.25", unit: "GB-month", source: "us", date: "" }, "1"],
    ]);
    await registry.ask(deletePriceTable, {});
    expect([await stored(), (await registry.ask(getPriceTable, {})).origin]).toEqual([
      ...["1.00", "DEFAULT"],
    ]);
  });

  it("is laid over the one of the settings", async () => {
    const registry = await opened();
    const { table } = await pricesInForce(registry.environment.ports, { account });
    const prices = { ...table, currency: "EUR", name: "setting" };
    const { deployment } = registry.environment;
    Object.assign(registry.environment, { deployment: { ...deployment, prices } });
    const answer = await registry.ask(getPriceTable, {});
    expect([answer.priceTable.currency, answer.origin]).toEqual(["EUR", "SETTING"]);
    await registry.ask(putPriceTable, { priceTable: { figures: { keys: { amount: "2" } } } });
    const { priceTable } = await registry.ask(getPriceTable, {});
    expect([priceTable.currency, priceTable.figures.keys?.amount]).toEqual(["EUR", "2"]);
  });

  it.each([
    [{ storage: 1 }, "unknown name in the price table"],
    [{ figures: { stroage: { amount: "1" } } }, "unknown name in figures"],
    [{ figures: { storage: { amount: "1", colour: "red" } } }, "unknown name in storage"],
    [{ figures: { storage: { amount: "-1" } } }, "storage.amount"],
    [{ figures: { storage: { amount: "0.1", unit: "TB" } } }, 'not "GB-month"'],
    [{ figures: { storage: { amount: "0.1", date: "today" } } }, "storage.date"],
    [{ figures: { storage: { amount: "1", tiers: [{ beyond: "0", amount: "1" }] } } }, "beyond"],
    [{ currency: "dollars" }, "three capital letters"],
    [{ currency: "EUR" }, "known in USD only"],
    [{ gigabyteBytes: 1000 }, "1073741824 nor 1000000000"],
  ])("refuses %j by name", async (priceTable, sentence) => {
    await expect(empty.ask(putPriceTable, { priceTable })).rejects.toMatchObject({
      kind: "InvalidParameter",
      message: expect.stringContaining(sentence),
    });
  });
});

describe("GetCostSummary", () => {
  it("adds up to the same total by repository, tag, account, region and kind, whatever is used and paid", async () => {
    const registry = await opened();
    await used(registry);
    registry.clock.advance(20 * day);
    const check = async (units: number, prices: readonly number[]) => {
      await countMore(registry, units);
      const figure = (price: number) => ({
        ...{ amount: textOf(fraction(BigInt(price), 1_000_000n), 6), free: String(price % 7) },
        tiers: [{ beyond: String(100 + (price % 100)), amount: "0.000007" }],
      });
      const names = Object.keys(defaultPrices.figures);
      const figures = Object.fromEntries(names.map((name, at) => [name, figure(prices[at] ?? 0)]));
      await registry.ask(putPriceTable, { priceTable: { figures } });
      const total = (await registry.ask(getCostSummary, {})).total;
      for (const wish of [
        { groupBy: "REPOSITORY", maxResults: 1 },
        { groupBy: "TAG", tagKey: "team" },
        { groupBy: "ACCOUNT", scope: "ORGANIZATION" },
        { groupBy: "REGION" },
        { groupBy: "KIND" },
      ]) {
        const { lines, total: same } = await registry.ask(getCostSummary, wish);
        expect([same, sum(lines)]).toEqual([total, cents(total.amount)]);
        expect(exactSum(lines)).toBe(BigInt(total.exactAmount.replace(".", "")));
      }
      return cents(total.amount);
    };
    const price = fc.nat(2_000_000_000);
    const prices = fc.array(price, { minLength: 12, maxLength: 12 });
    const totals: number[] = [];
    await fc.assert(
      fc.asyncProperty(fc.nat(1_000_000_007), prices, async (units, amounts) => {
        totals.push(await check(units, amounts));
      }),
      { numRuns: 12 },
    );
    expect(Math.max(...totals)).toBeGreaterThan(100);
  }, 30_000);

  it("names what costs most and folds the rest, page by page", async () => {
    const registry = await opened();
    await used(registry);
    registry.clock.advance(20 * day);
    const names: string[] = [];
    let next: { nextToken?: string } | undefined = {};
    while (next !== undefined) {
      const page: Page = await registry.ask(getCostSummary, { maxResults: 1, ...next });
      names.push(...namesOf(page));
      next = page.nextToken === undefined ? undefined : { nextToken: page.nextToken };
    }
    expect(names.toSorted()).toEqual(["app/api", "app/web", "tool"]);
    expect(names).toEqual(namesOf(await registry.ask(getCostSummary, {})));
  });

  it("shows other accounts to the management account alone", async () => {
    const registry = await opened();
    await used(registry);
    const wish = { groupBy: "ACCOUNT", scope: "ORGANIZATION" };
    await expect(registry.ask(getCostSummary, wish, callerOf(otherAccount))).rejects.toMatchObject({
      kind: "AccessDenied",
    });
    const own = await registry.ask(getCostSummary, { groupBy: "ACCOUNT" }, callerOf(otherAccount));
    expect(own.lines).toEqual([]);
  });

  it.each([
    [{ month: "2026-13" }, "month"],
    [{ groupBy: "TAG" }, "tagKey"],
    [{ tagKey: "team" }, "tagKey"],
    [{ nextToken: "x" }, "nextToken"],
    [{ groupBy: "COLOUR" }, "groupBy"],
  ])("refuses %j", async (input, member) => {
    await expect(empty.ask(getCostSummary, input)).rejects.toMatchObject({
      kind: "InvalidParameter",
      message: expect.stringContaining(member),
    });
  });
});

describe("GetCostForecast", () => {
  it("goes on as the last days did, and says what it takes for granted", async () => {
    const registry = await opened();
    const { metadata } = registry.environment.ports;
    const of = { account, region: callerOf(account).region };
    // In the middle of a month of 30 days: 10 GB at first, and 2 GB more each day of the last 7.
    const from = Date.UTC(2027, 5, 1);
    registry.clock.set(from + 15 * day);
    const at = (days: number, gigabytes: number) => ({
      ...{ registry: of, repository: wholeRegistry, at: from + days * day },
      levels: { ...noLevels, storedBytes: gigabytes * gigabyte },
    });
    const counts = { ...noCounts, layerReads: 70_000_000 };
    await metadata.transaction(async ({ usage }) => {
      await usage.levels.see([at(0, 10), at(8, 10), at(14, 24)]);
      await usage.counts.add([
        { registry: of, repository: wholeRegistry, period: "day", at: from + 14 * day, counts },
      ]);
    });
    const forecast = await registry.ask(getCostForecast, { scope: "REGISTRY" });
    expect(forecast.assumptions.length).toBeGreaterThan(2);
    // 2 GB a day for 15 days more.
    expect(forecast.storedBytesAtEnd).toBe(54 * gigabyte);
    const kind = (name: string) => forecast.kinds.find((each) => each.kind === name)!;
    // 10 GB for 14 days and 24 for one, then from 24 to 54: (140 + 24 + 39 * 15) / 30 GB-months.
    expect(kind("storage").total.exactAmount).toBe("2.496666666667");
    expect(kind("requests").soFar.amount).toBe("0.35");
    expect(kind("requests").total.amount).toBe("1.10");
    expect(forecast.knownSince).toBe((from + 8 * day) / 1000);
    expect(forecast.assumptions[0]).toContain("the last 7.0 days");
  });

  it("takes what was filled in the first hours for no trend, and says so", async () => {
    const registry = await opened();
    const { metadata } = registry.environment.ports;
    const scope = { registry: { account, region: callerOf(account).region }, repository: "" };
    const from = Date.UTC(2027, 5, 1);
    const at = (hours: number, gigabytes: number) => ({
      ...{ ...scope, at: from + hours * 3_600_000 },
      levels: { ...noLevels, storedBytes: gigabytes * gigabyte },
    });
    await metadata.transaction(async ({ usage }) => {
      await usage.levels.see([at(0, 1), at(1, 100)]);
      const counts = { ...noCounts, layerReads: 2_000_000 };
      await usage.counts.add([{ ...scope, period: "day", at: from, counts }]);
    });
    const ask = (hours: number) => {
      registry.clock.set(from + hours * 3_600_000);
      return registry.ask(getCostForecast, { scope: "REGISTRY" });
    };
    const young = await ask(2);
    expect(young.storedBytesAtEnd).toBe(100 * gigabyte);
    // 0.01 so far, and as much a day for the rest.
    expect(young.kinds.find(({ kind }) => kind === "requests")?.total.amount).toBe("0.31");
    const said =
      "Where less than 3 days are known there is no trend: what is stored stays as it is.";
    expect(young.assumptions).toContain(said);
    const older = await ask(72);
    expect(older.storedBytesAtEnd).toBe((100 + 33 * 27) * gigabyte);
    expect(older.assumptions).not.toContain(said);
  });

  it("takes off what rules will expire, but not what they always do and the trend has", async () => {
    const registry = await opened();
    const { ports } = registry.environment;
    const [from, size] = [Date.UTC(2027, 5, 1), 1_000_000];
    registry.clock.set(from);
    await registry.createRepository("app");
    const push = async (text: string) => {
      const [config, layer] = [Buffer.from(`{"text":"${text}"}`), Buffer.alloc(size, text)];
      for (const content of [config, layer]) await registry.pushLayer("app", content);
      await registry.putManifest("app", imageManifest(config, layer), { imageTag: text });
    };
    for (const text of ["a", "b", "c"]) await push(text);
    const selection = { tagStatus: "any", countType: "sinceImagePushed", countUnit: "days" };
    const rule = { rulePriority: 1, selection: { ...selection, countNumber: 10 } };
    const rules = [{ ...rule, action: { type: "expire" } }];
    await registry.ask(putLifecyclePolicy, {
      ...{ repositoryName: "app", lifecyclePolicyText: JSON.stringify({ rules }) },
    });
    await look(registry);
    const forecast = () => registry.ask(getCostForecast, { scope: "REGISTRY" });
    registry.clock.set(from + 5 * day);
    await look(registry);
    const { storedBytes, storedBytesAtEnd, expiringBytes, kinds } = await forecast();
    expect(expiringBytes).toBeGreaterThan(3 * size);
    expect(expiringBytes).toBeLessThan(3.1 * size);
    expect(storedBytes - storedBytesAtEnd).toBe(expiringBytes);
    expect(kinds.map(({ kind }) => kind)).toContain("storage");
    // What lies in the trash until after the month is not given back in it.
    registry.clock.advance(2 * day);
    await look(registry, 21 * day);
    expect((await forecast()).expiringBytes).toBe(0);
    registry.clock.set(from + 11 * day);
    const [app] = await ports.metadata.repositories.list(registryOf(callerOf(account)), {
      limit: 1,
    });
    await runLifecycle(ports, app!, { trashMs: 0 });
    await push("d");
    registry.clock.advance(2 * day);
    await look(registry);
    // One image in 17 days is less than three in seven.
    expect((await forecast()).expiringBytes).toBe(0);
  });
});

/** What three repositories and requests about none add to a day. */
async function countMore({ environment }: TestRegistry, units: number): Promise<void> {
  const { metadata } = environment.ports;
  const of = { account, region: callerOf(account).region };
  const known = await metadata.usage.repositories.list(of, { limit: 9 });
  const addition = (repository: string, times: number) => ({
    ...{ registry: of, repository, period: "day" as const, at: Date.UTC(2027, 5, 2) },
    counts: {
      ...{ ...noCounts, layerReads: units * times, sentInternetBytes: 7 * units * times },
      ...{ sentOtherRegionBytes: 3 * units * times, keyOperations: units * times },
    },
  });
  await metadata.transaction(async ({ usage }) => {
    await usage.counts.add(known.map(({ repository }, index) => addition(repository, index + 1)));
    await usage.counts.add([addition(wholeRegistry, 7)]);
  });
}

/** Three repositories that share a layer, two of them with a tag, with requests and a key. */
async function used(registry: TestRegistry): Promise<void> {
  registry.clock.set(Date.UTC(2027, 5, 1));
  const shared = Buffer.alloc(3_000_000, "shared");
  for (const [name, size, team] of [
    ["app/web", 1_000_000, "web"],
    ["app/api", 2_000_000, "api"],
    ["tool", 10, undefined],
  ] as const) {
    const tags = team === undefined ? [] : [{ Key: "team", Value: team }];
    await registry.ask(createRepository, { repositoryName: name, tags });
    const config = Buffer.from(JSON.stringify({ name }));
    const layer = Buffer.alloc(size, name);
    for (const content of [shared, config, layer]) await registry.pushLayer(name, content);
    await registry.putManifest(name, imageManifest(config, shared, layer));
  }
  await registry.ask(createKey, {});
  await look(registry);
  await countMore(registry, 33_333_333);
}
