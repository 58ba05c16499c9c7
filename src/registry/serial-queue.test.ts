import { expect, test } from "vitest";
import { SerialQueue } from "./serial-queue.ts";

/** Work that ends when it is told to. */
function held() {
  let end = (_value: string) => {};
  let hasBegun = false;
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  const work = () => {
    hasBegun = true;
    return ended;
  };
  return { work, end: (value: string) => end(value), hasBegun: () => hasBegun };
}

test("begins a piece of work when the one before it is done, also where that failed", async () => {
  const turns = new SerialQueue(9);
  const first = held();
  const one = turns.take(first.work);
  const failing = turns.take(() => Promise.reject(new Error("broken")));
  const last = held();
  const three = turns.take(last.work);
  await Promise.resolve();
  expect([first.hasBegun(), last.hasBegun()]).toEqual([true, false]);
  first.end("first");
  last.end("last");
  expect(await one).toBe("first");
  await expect(failing).rejects.toThrow("broken");
  expect(await three).toBe("last");
});

test("refuses whoever would have to wait for too long, until there is room again", async () => {
  const turns = new SerialQueue(2);
  const first = held();
  const one = turns.take(first.work);
  const two = turns.take(async () => "two");
  await expect(turns.take(async () => "three")).rejects.toMatchObject({ kind: "Throttling" });
  first.end("one");
  expect(await Promise.all([one, two])).toEqual(["one", "two"]);
  expect(await turns.take(async () => "four")).toBe("four");
});
