import { afterEach, beforeEach, expect, it } from "vitest";
import { type TestPorts, testPorts } from "../../test/support/ports.ts";
import { MemoryBlobStore } from "../adapters/blobs/memory.ts";
import { claimStore } from "./claim-store.ts";
import type { AccountId } from "./names.ts";

class BrokenOnce extends MemoryBlobStore {
  #isBroken = true;

  override async claim(owner: string): Promise<void> {
    if (this.#isBroken) {
      this.#isBroken = false;
      throw new Error("cut");
    }
    await super.claim(owner);
  }
}

const account = "000000000000" as AccountId;
let opened: TestPorts;
let other: TestPorts;
beforeEach(async () => {
  opened = await testPorts();
  other = await testPorts();
});
afterEach(async () => {
  await opened.close();
  await other.close();
});

it("claims an empty store once, however many replicas start at once", async () => {
  const { ports } = opened;
  await Promise.all([1, 2, 3].map(() => claimStore(ports, account)));
  const owner = await ports.blobs.owner();
  expect(owner).toMatch(/^[0-9a-f-]{36}$/);
  await claimStore(ports, account);
  expect(await ports.blobs.owner()).toBe(owner);
});

it("refuses the store of another deployment, and leaves it as it was", async () => {
  await claimStore(other.ports, account);
  const { blobs } = other.ports;
  const owner = await blobs.owner();
  await expect(claimStore({ ...opened.ports, blobs }, account)).rejects.toThrow(
    "belongs to another deployment",
  );
  expect(await blobs.owner()).toBe(owner);
});

it("refuses a store that is not the one it was", async () => {
  await claimStore(opened.ports, account);
  const blobs = new MemoryBlobStore();
  await expect(claimStore({ ...opened.ports, blobs }, account)).rejects.toThrow(
    "not the one that this database's layers are in",
  );
  expect(await blobs.owner()).toBeUndefined();
});

it("completes a claim that broke off half-way", async () => {
  const blobs = new BrokenOnce();
  const ports = { ...opened.ports, blobs };
  await expect(claimStore(ports, account)).rejects.toThrow("cut");
  await claimStore(ports, account);
  await claimStore(ports, account);
  expect(await blobs.owner()).toBeDefined();
});
