import { describe, expect, it } from "vitest";
import { InProcessExclusive } from "../../src/adapters/exclusive/in-process.ts";

const exclusives = [{ name: "in one process", open: async () => new InProcessExclusive() }];

describe.each(exclusives)("Exclusive $name keeps its contract", ({ open }) => {
  it("lets one of many hold a name", async () => {
    const exclusive = await open();
    const answers = await Promise.all(Array.from({ length: 20 }, () => exclusive.tryAcquire("gc")));
    expect(answers.filter((release) => release !== undefined)).toHaveLength(1);
  });

  it("gives a name to the next one once it is released", async () => {
    const exclusive = await open();
    const release = await exclusive.tryAcquire("gc");
    await release?.();
    expect(await exclusive.tryAcquire("gc")).toBeDefined();
  });

  it("keeps names apart", async () => {
    const exclusive = await open();
    await exclusive.tryAcquire("gc");
    expect(await exclusive.tryAcquire("scan")).toBeDefined();
  });

  it("takes nothing from the next holder when the last one releases twice", async () => {
    const exclusive = await open();
    const first = await exclusive.tryAcquire("gc");
    await first?.();
    await exclusive.tryAcquire("gc");
    await first?.();
    expect(await exclusive.tryAcquire("gc")).toBeUndefined();
  });
});
