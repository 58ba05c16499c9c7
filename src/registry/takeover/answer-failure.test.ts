import { expect, it } from "vitest";
import { answerFailure, retryAfterMs } from "./answer-failure.ts";

const answer = (status: number, text = "", headers: [string, string][] = []) =>
  answerFailure("https://r.example.com", { status, text, headers: new Map(headers) }, 1_000);

it.each([
  [404, "missing"],
  [401, "refused"],
  [403, "refused"],
  [501, "refused"],
  [408, "passing"],
  [429, "passing"],
  [500, "passing"],
  [503, "passing"],
])("an answer with status %i is a failure that is %s", (status, kind) => {
  expect(answer(status).kind).toBe(kind);
});

it("tells what the registry says, and nothing of a page for people", () => {
  const oci = '{"errors":[{"code":"DENIED","message":"not for you"}]}';
  expect(answer(403, oci).message).toMatch(/status 403: not for you$/);
  expect(answer(502, "<html>Bad gateway</html>").message).toMatch(/status 502$/);
});

it("takes Retry-After as seconds and as a date, and nothing else", () => {
  expect(answer(429, "", [["retry-after", "3"]]).retryAfterMs).toBe(3_000);
  expect(retryAfterMs("Thu, 01 Jan 1970 00:00:05 GMT", 1_000)).toBe(4_000);
  expect(retryAfterMs("Thu, 01 Jan 1970 00:00:00 GMT", 1_000)).toBe(0);
  expect(retryAfterMs("soon", 1_000)).toBeUndefined();
});
