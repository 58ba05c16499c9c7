import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account, openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import type { AuditEntry } from "../../registry/audit/audit-entry.ts";
import { auditLimits } from "../../registry/audit/audit-limits.ts";
import { rowOf } from "../../registry/audit/audit-segment.ts";
import { periodsIn, usualPeriod } from "../../registry/audit/count-audit.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { createRepository } from "../ecr/create-repository.ts";
import { describeRepositories } from "../ecr/describe-repositories.ts";
import { countAudit } from "./count-audit.ts";
import { searchAudit } from "./search-audit.ts";

const startSeconds = 1_700_000_000;
let registry: TestRegistry;
let ann: Caller;

beforeEach(async () => {
  registry = await openTestRegistry();
  const policy = { Effect: "Allow", Action: "ecr:*", Resource: "*" };
  ann = await userWith(registry.environment.ports, { account, name: "ann" }, policy);
});
afterEach(() => registry.close());

const count = (input: object = {}) => registry.ask(countAudit, input);
const search = (input: object = {}) => registry.ask(searchAudit, input);
const valuesOf = (told: readonly { readonly value: string; readonly recordCount: number }[]) =>
  Object.fromEntries(told.map(({ value, recordCount }) => [value, recordCount]));

/** Three times ten seconds apart: ann makes a repository, twice in vain, and looks once. */
async function happenings(): Promise<void> {
  for (const repositoryName of ["one", "one", "two"]) {
    await registry.ask(createRepository, { repositoryName }, ann).catch(() => undefined);
    await registry.ask(createRepository, { repositoryName }, ann).catch(() => undefined);
    await registry.ask(describeRepositories, {}, ann);
    registry.clock.advance(10_000);
  }
}

describe("CountAudit", () => {
  it("counts by period what SearchAudit finds, errors among it", async () => {
    await happenings();
    const counted = await count({ who: "ann", periodSeconds: 10 });
    expect(counted.recordCount).toBe(9);
    expect(counted.periods).toEqual([
      { timestamp: startSeconds + 20, recordCount: 3, errorCount: 1 },
      { timestamp: startSeconds + 10, recordCount: 3, errorCount: 2 },
      { timestamp: startSeconds, recordCount: 3, errorCount: 1 },
    ]);
    for (const { timestamp, recordCount } of counted.periods) {
      const asked = { who: "ann", since: timestamp, until: timestamp + 9 };
      expect((await search(asked)).records).toHaveLength(recordCount);
      expect((await count({ ...asked, periodSeconds: 10 })).recordCount).toBe(recordCount);
    }
  });

  it("counts of each facet what records have that are all else that is asked for", async () => {
    await happenings();
    await registry.ask(describeRepositories, {});
    const { facets, recordCount } = await count({ who: "ann", what: "CreateRepository" });
    expect(recordCount).toBe(6);
    expect(valuesOf(facets.what)).toEqual({ CreateRepository: 6, DescribeRepositories: 3 });
    const who = valuesOf(facets.who);
    expect(who[`arn:aws:iam::${account}:user/ann`]).toBe(6);
    expect(Object.keys(who)).toHaveLength(1);
    expect(valuesOf(facets.errorCode)).toEqual({ RepositoryAlreadyExistsException: 4 });
    const failed = await count({ who: "ann", errorsOnly: true, readOnly: false });
    expect(failed.recordCount).toBe(4);
    for (const facet of ["who", "what", "resource", "sourceAddress", "userAgent"] as const) {
      for (const { value, recordCount: expected } of failed.facets[facet]) {
        const asked = { ...(facet !== "who" && { who: "ann" }), [facet]: value };
        const found = await search({ ...asked, errorsOnly: true, readOnly: false });
        expect([facet, found.records.length]).toEqual([facet, expected]);
      }
    }
  });

  it("counts many in parts that add up to each record once", async () => {
    const { ports } = registry.environment;
    const { recordsCounted } = auditLimits;
    const entry = (n: number): AuditEntry => ({
      ...{ kind: "api", registry: { account, region: ann.region }, id: `id-${n}` },
      ...{ requestId: "", at: startSeconds * 1000 - n * 100 },
      actor: { userIdentity: { type: "Root" }, sourceIPAddress: "::1", userAgent: "test" },
      action: {
        ...{ eventSource: "entrepot", eventName: "Test" },
        ...{ eventType: "AwsApiCall", readOnly: true },
      },
    });
    const many = recordsCounted + 2_000;
    for (let done = 0; done < many; done += 2_000) {
      const rows = Array.from({ length: 2_000 }, (_, at) => rowOf(entry(done + at)));
      await ports.metadata.transaction(({ audit }) => audit.put(rows));
    }
    let [turns, isOver] = [0, false];
    const turn = () => {
      turns += 1;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    const first = await count({ what: "Test" });
    isOver = true;
    expect(turns).toBeGreaterThan(recordsCounted / auditLimits.recordsAtOnce / 2);
    const { since, until, periodSeconds, nextToken, countedBackTo } = first;
    expect(since).toBeLessThanOrEqual(startSeconds - many / 10);
    expect(countedBackTo).toBeGreaterThan(since);
    expect(first.periods.length).toBeLessThanOrEqual(auditLimits.periodsUsual);
    const rest = { what: "Test", since, until, periodSeconds, nextToken };
    const second = await count(rest);
    expect(second.nextToken).toBeUndefined();
    expect(first.recordCount + second.recordCount).toBe(many);
    await expect(count({ ...rest, since: since + 1 })).rejects.toMatchObject({
      kind: "InvalidNextToken",
    });
  });

  it("spans an empty trail, and refuses more periods than it tells", async () => {
    const { since, until, periods } = await count({ who: "nobody" });
    expect(until - since).toBeGreaterThan(0);
    expect(periods).toEqual([]);
    const many = { since: startSeconds, until: startSeconds + auditLimits.periodsMost };
    await expect(count({ ...many, periodSeconds: 1 })).rejects.toMatchObject({
      kind: "InvalidParameter",
    });
  });

  it("is for who may search the trail", async () => {
    await expect(registry.ask(countAudit, {}, ann)).rejects.toThrow(/entrepot:SearchAudit/);
    const policy = { Effect: "Allow", Action: "entrepot:SearchAudit", Resource: "*" };
    const { ports } = registry.environment;
    const auditor = await userWith(ports, { account, name: "auditor" }, policy);
    expect((await registry.ask(countAudit, {}, auditor)).recordCount).toBeGreaterThan(0);
  });
});

describe("SearchAudit", () => {
  it("finds by program and error, reads or what is none", async () => {
    await happenings();
    const names = async (input: object) =>
      (await search({ who: "ann", ...input })).records.map(({ eventName }) => eventName);
    expect(await names({ readOnly: true })).toEqual(Array(3).fill("DescribeRepositories"));
    expect(await names({ readOnly: false })).toEqual(Array(6).fill("CreateRepository"));
    expect(await names({ errorCode: "RepositoryAlreadyExistsException" })).toHaveLength(4);
    const { userAgent } = (await search({ who: "ann" })).records[0]!;
    expect(await names({ userAgent: userAgent.slice(1) })).toHaveLength(9);
    expect(await names({ userAgent: "another" })).toEqual([]);
  });

  it("finds what its last second has, as records tell seconds", async () => {
    registry.clock.advance(700);
    await registry.ask(describeRepositories, {}, ann);
    const [found] = (await search({ who: "ann", until: startSeconds })).records;
    expect(found?.eventTime).toBe(new Date(startSeconds * 1000).toISOString().replace(".000", ""));
  });
});

it.each([60, 3_600, 86_400, 90 * 86_400, 3_650 * 86_400, 1_700_000_000])(
  "%i seconds are divided into as many periods as people can tell apart",
  (seconds) => {
    const span = { since: 1_700_000_000 - seconds, until: 1_700_000_000 };
    const periods = periodsIn(span, usualPeriod(span));
    expect(periods).toBeLessThanOrEqual(auditLimits.periodsUsual);
    expect(periods).toBeGreaterThan(8);
  },
);
