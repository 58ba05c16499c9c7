import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { judgementGeneration } from "../gates/request-judgement.ts";
import type { Registry } from "../names.ts";
import { changeFilter, createFilter, deleteFilter } from "./change-filters.ts";
import { type FilterAction, filterArn } from "./finding-filter.ts";

const registry = { account: "000000000000", region: "us-east-1" } as Registry;
let opened: TestPorts;
beforeAll(async () => {
  opened = await testPorts();
});
afterAll(() => opened.close());

/** Whether all images are to be judged by something else after the work than before. */
async function isJudgedAgain(work: () => Promise<unknown>): Promise<boolean> {
  const { metadata } = opened.ports;
  const before = await judgementGeneration(metadata, registry);
  await work();
  return (await judgementGeneration(metadata, registry)) !== before;
}

function made(name: string, action: FilterAction) {
  const said = { description: undefined, reason: undefined, criteria: {}, tags: {} };
  return createFilter(opened.ports, { registry, name, action, ...said });
}

describe("a filter", () => {
  it("has all images judged again when it begins to suppress, does otherwise, and ends", async () => {
    const { ports } = opened;
    expect(await isJudgedAgain(() => made("first", "SUPPRESS"))).toBe(true);
    const arn = filterArn(await made("second", "NONE"));
    const change = (action: FilterAction) => () =>
      changeFilter(ports, registry, arn, () => ({ action }));
    expect(await isJudgedAgain(change("SUPPRESS"))).toBe(true);
    expect(await isJudgedAgain(change("SUPPRESS"))).toBe(true);
    expect(await isJudgedAgain(() => deleteFilter(ports, registry, arn))).toBe(true);
    const jobs = await ports.metadata.jobs.list({ limit: 10 });
    expect(jobs.map(({ kind }) => kind)).toContain("judge-registry");
  });

  it("has them judged again when it ends to suppress, and not while it does not", async () => {
    const { ports } = opened;
    const third = await made("third", "SUPPRESS");
    const arn = filterArn(third);
    const change = (action: FilterAction) => () =>
      changeFilter(ports, registry, arn, () => ({ action }));
    expect(await isJudgedAgain(change("NONE"))).toBe(true);
    expect(await isJudgedAgain(change("NONE"))).toBe(false);
    expect(await isJudgedAgain(() => deleteFilter(ports, registry, arn))).toBe(false);
    expect(await isJudgedAgain(() => made("fourth", "NONE"))).toBe(false);
  });
});
