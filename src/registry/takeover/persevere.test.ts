import { expect, it } from "vitest";
import { persevere } from "./persevere.ts";
import { TakeoverFailure } from "./takeover-failure.ts";
import { takeoverLimits } from "./takeover-limits.ts";

async function waitsOf(failures: readonly TakeoverFailure[]) {
  const waits: number[] = [];
  let attempt = 0;
  const work = async () => {
    const failure = failures[attempt++];
    if (failure !== undefined) throw failure;
    return "done";
  };
  const pause = async (milliseconds: number) => void waits.push(milliseconds);
  const outcome = await persevere(work, pause).catch((error: Error) => error.message);
  return { outcome, waits };
}

const passing = (retryAfterMs?: number) => new TakeoverFailure("passing", "busy", retryAfterMs);

it("waits as long as the other side says, else twice as long each time", async () => {
  const { outcome, waits } = await waitsOf([passing(), passing(7_000), passing()]);
  expect([outcome, waits]).toEqual(["done", [500, 7_000, 2_000]]);
});

it("waits no longer than is sensible, whatever the other side says", async () => {
  const { waits } = await waitsOf([passing(10 ** 9)]);
  expect(waits).toEqual([takeoverLimits.longestRetryAfterMs]);
});

it("gives up after so many attempts, and at once on what does not pass", async () => {
  const busy = await waitsOf(Array.from({ length: 10 }, () => passing(1)));
  expect([busy.outcome, busy.waits.length]).toEqual(["busy", takeoverLimits.attempts - 1]);
  const refused = await waitsOf([new TakeoverFailure("refused", "no")]);
  expect([refused.outcome, refused.waits]).toEqual(["no", []]);
});
