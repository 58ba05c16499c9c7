import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { patiently } from "./patience.ts";
import { ConnectionLost, NotConnected, ServerError } from "./postgres-error.ts";

const patienceMs = 10_000;
const unavailable = { kind: "ServiceUnavailable" };

beforeEach(() => vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => vi.useRealTimers());

/** Fails so often, each time after a moment; says how often it was tried. */
async function tried(error: Error, times: number, momentMs: number): Promise<[number, unknown]> {
  let attempts = 0;
  const outcome = await patiently(patienceMs, async () => {
    attempts += 1;
    vi.setSystemTime(Date.now() + momentMs);
    if (attempts <= times) throw error;
    return "done";
  }).catch((refusal: unknown) => refusal);
  return [attempts, outcome];
}

it.each([
  ["that takes nobody yet", new NotConnected("starting up", true, undefined)],
  ["that cuts off", new ConnectionLost(undefined)],
])(
  "waits for a database %s as long as it has patience, however often it asks",
  async (_, error) => {
    expect(await tried(error, 15, 500)).toEqual([16, "done"]);
    const [attempts, outcome] = await tried(error, 1_000, 2_000);
    expect(outcome).toMatchObject(unavailable);
    expect(attempts).toBeLessThan(7);
  },
);

it("gives up what others are in the way of after a dozen attempts", async () => {
  const error = new ServerError({ message: "could not serialize", code: "40001" });
  expect(await tried(error, 3, 1)).toEqual([4, "done"]);
  expect(await tried(error, 1_000, 1)).toMatchObject([12, unavailable]);
});

it("asks once where waiting changes nothing", async () => {
  const error = new NotConnected("no such host", false, undefined);
  expect(await tried(error, 1_000, 1)).toMatchObject([1, unavailable]);
});
