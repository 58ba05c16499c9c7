import { describe, expect, it } from "vitest";
import { FixedClock } from "../../src/adapters/clock/fixed.ts";
import { InProcessExclusive } from "../../src/adapters/exclusive/in-process.ts";
import { LeasedExclusive } from "../../src/adapters/exclusive/leased.ts";
import type { Exclusive } from "../../src/ports/exclusive.ts";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import { limits } from "../../src/registry/limits.ts";
import { metadataStores } from "./metadata-stores.ts";

interface ExclusiveKind {
  readonly name: string;
  open(): Promise<Exclusive>;
}

const exclusives: readonly ExclusiveKind[] = [
  { name: "in one process", open: async () => new InProcessExclusive() },
  ...metadataStores.map((kind) => ({
    name: `with leases in ${kind.name}`,
    open: async () => new LeasedExclusive((await kind.open()).store, new FixedClock()),
  })),
];

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

describe.each(metadataStores)("Exclusive with leases in $name", ({ open }) => {
  /** Two replicas on one database, and a third whose database does not answer. */
  async function replicas() {
    const clock = new FixedClock();
    const { store } = await open();
    const cut: Pick<MetadataStore, "transaction"> = {
      transaction: () => Promise.reject(new Error("the database is away")),
    };
    const here = new LeasedExclusive(store, clock);
    const there = new LeasedExclusive(store, clock);
    return { clock, store, here, there, cut };
  }

  it("lets one of two replicas hold a name, until it releases it", async () => {
    const { here, there } = await replicas();
    const answers = await Promise.all([here.tryAcquire("gc"), there.tryAcquire("gc")]);
    const releases = answers.filter((release) => release !== undefined);
    expect(releases).toHaveLength(1);
    expect(await here.tryAcquire("gc")).toBeUndefined();
    expect(await there.tryAcquire("gc")).toBeUndefined();
    await releases[0]?.();
    expect(await there.tryAcquire("gc")).toBeDefined();
  });

  it("takes a name over from a replica that is not heard of for a lease, and no sooner", async () => {
    const { clock, here, there } = await replicas();
    await here.tryAcquire("gc");
    clock.advance(limits.exclusiveLeaseMs - 1);
    expect(await there.tryAcquire("gc")).toBeUndefined();
    clock.advance(1);
    expect(await there.tryAcquire("gc")).toBeDefined();
  });

  it("holds a name for as long as its replica renews it", async () => {
    const { clock, here, there } = await replicas();
    const release = await here.tryAcquire("gc");
    for (let beat = 0; beat < 5; beat += 1) {
      clock.advance(limits.exclusiveLeaseMs - 1);
      await here.renew();
    }
    expect(await there.tryAcquire("gc")).toBeUndefined();
    await release?.();
    await here.renew();
    expect(await there.tryAcquire("gc")).toBeDefined();
  });

  it("takes nothing back from the replica that took a name over", async () => {
    const { clock, store, here, there } = await replicas();
    const late = await here.tryAcquire("gc");
    clock.advance(limits.exclusiveLeaseMs);
    await there.tryAcquire("gc");
    const lease = await store.transaction(({ leases }) => leases.find("gc"));
    await here.renew();
    await late?.();
    expect(await store.leases.find("gc")).toEqual(lease);
    expect(await here.tryAcquire("gc")).toBeUndefined();
  });

  it("leaves a name free for this process when the database fails, and never fails a release", async () => {
    const { clock, store, cut, there } = await replicas();
    let broken = false;
    const flaky = new LeasedExclusive(
      {
        transaction: (work) => (broken ? cut.transaction(work) : store.transaction(work)),
      },
      clock,
    );
    const release = await flaky.tryAcquire("gc");
    broken = true;
    await flaky.renew();
    await release?.();
    await expect(flaky.tryAcquire("gc")).rejects.toThrow("the database is away");
    broken = false;
    expect(await there.tryAcquire("gc")).toBeUndefined();
    expect(await flaky.tryAcquire("gc")).toBeDefined();
  });
});
