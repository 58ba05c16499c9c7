import { expect, it } from "vitest";
import { inParallel } from "./in-parallel.ts";

it("has so many under way at once, and asks for no more than that", async () => {
  let [asked, running, most] = [0, 0, 0];
  const items = async function* () {
    for (let item = 0; item < 20; item += 1) {
      asked += 1;
      yield item;
    }
  };
  let done = 0;
  await inParallel(items(), 3, async () => {
    running += 1;
    most = Math.max(most, running);
    expect(asked - done).toBeLessThanOrEqual(3);
    await new Promise(setImmediate);
    running -= 1;
    done += 1;
  });
  expect([done, most]).toEqual([20, 3]);
});

it("fails with the first failure once everything has ended, and begins nothing after it", async () => {
  const ended: number[] = [];
  const work = async (item: number) => {
    await new Promise(setImmediate);
    if (item === 1) throw new Error("first");
    ended.push(item);
  };
  await expect(inParallel([0, 1, 2, 3, 4, 5, 6], 2, work)).rejects.toThrow("first");
  expect(ended).not.toContain(6);
});

it("lets what is under way end where the list itself fails", async () => {
  let isDone = false;
  const items = async function* () {
    yield 0;
    throw new Error("list");
  };
  const work = async () => {
    await new Promise(setImmediate);
    isDone = true;
  };
  await expect(inParallel(items(), 2, work)).rejects.toThrow("list");
  expect(isDone).toBe(true);
});
