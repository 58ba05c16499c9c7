import { expect, test } from "vitest";
import { limits } from "../limits.ts";
import { FailedLogins } from "./failed-logins.ts";

function start() {
  const clock = { time: 1_700_000_000_000, now: () => clock.time };
  return { clock, logins: new FailedLogins(clock) };
}

function fail(logins: FailedLogins, times: number, address: string, caller?: string) {
  for (let count = 0; count < times; count += 1) logins.record(address, caller);
}

test("allows 20 failures and refuses the 21st attempt", () => {
  const { logins } = start();
  fail(logins, limits.failedLoginsPerMinute - 1, "192.0.2.1");
  expect(logins.allow("192.0.2.1")).toBe(true);
  logins.record("192.0.2.1");
  expect(logins.allow("192.0.2.1")).toBe(false);
  expect(logins.allow("192.0.2.2")).toBe(true);
});

test("gives the allowance back evenly, and never more than one minute's worth is owed", () => {
  const { clock, logins } = start();
  fail(logins, 1_000, "192.0.2.1");
  expect(logins.retryAfterSeconds("192.0.2.1")).toBe(3);
  clock.time += 2_999;
  expect(logins.allow("192.0.2.1")).toBe(false);
  clock.time += 1;
  expect(logins.allow("192.0.2.1")).toBe(true);
  logins.record("192.0.2.1");
  expect(logins.allow("192.0.2.1")).toBe(false);
});

test("lets no more than 20 guesses a minute through over any longer time", () => {
  const { clock, logins } = start();
  let guesses = 0;
  for (let step = 0; step < 6_000; step += 1) {
    if (logins.allow("192.0.2.1", "AKIAGUESSED")) {
      guesses += 1;
      logins.record("192.0.2.1", "AKIAGUESSED");
    }
    clock.time += 100;
  }
  expect(guesses).toBeLessThanOrEqual(11 * limits.failedLoginsPerMinute);
});

test("keeps a caller that signed in before free from a guesser behind the same address", () => {
  const { clock, logins } = start();
  logins.succeeded("192.0.2.1", "AKIAKNOWN");
  fail(logins, 100, "192.0.2.1", "AKIAOTHER");
  expect(logins.allow("192.0.2.1", "AKIAOTHER")).toBe(false);
  expect(logins.allow("192.0.2.1", "AKIAKNOWN")).toBe(true);
  clock.time += limits.knownCallerLifeMs + 1;
  fail(logins, 100, "192.0.2.1");
  expect(logins.allow("192.0.2.1", "AKIAKNOWN")).toBe(false);
});

test("slows guesses at the secret of a known caller as well", () => {
  const { logins } = start();
  logins.succeeded("192.0.2.1", "AKIAKNOWN");
  fail(logins, limits.failedLoginsPerMinute, "192.0.2.1", "AKIAKNOWN");
  expect(logins.allow("192.0.2.1", "AKIAKNOWN")).toBe(false);
});

test("a success does not win guesses back", () => {
  const { logins } = start();
  fail(logins, limits.failedLoginsPerMinute, "192.0.2.1", "AKIAOTHER");
  logins.succeeded("192.0.2.1", "AKIAMINE");
  expect(logins.allow("192.0.2.1", "AKIAOTHER")).toBe(false);
});

test("counts an IPv6 host by its /64 and an IPv4 one the same in both notations", () => {
  const { logins } = start();
  fail(logins, limits.failedLoginsPerMinute, "2001:db8::1");
  expect(logins.allow("2001:db8:0:0:ffff::2")).toBe(false);
  expect(logins.allow("2001:db8:0:1::1")).toBe(true);
  fail(logins, limits.failedLoginsPerMinute, "::ffff:192.0.2.9");
  expect(logins.allow("192.0.2.9")).toBe(false);
});

test("a clock that is set back adds nothing to anybody's failures", () => {
  const { clock, logins } = start();
  fail(logins, limits.failedLoginsPerMinute - 1, "192.0.2.1");
  clock.time -= 86_400_000;
  expect(logins.allow("192.0.2.1")).toBe(true);
});

test("forgets the oldest address rather than grow without bound", () => {
  const { logins } = start();
  fail(logins, limits.failedLoginsPerMinute, "first");
  for (let host = 0; host < limits.failedLoginEntries; host += 1) logins.record(`host-${host}`);
  expect(logins.allow("first")).toBe(true);
  expect(logins.allow("host-0")).toBe(true);
});
