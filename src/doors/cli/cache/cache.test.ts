/** The commands as they are typed, on a server that listens. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import type { CacheTermsAnswer } from "./cache-terms.ts";

let server: CommandServer;
beforeAll(async () => {
  server = await openCommandServer();
  const rule = { ecrRepositoryPrefix: "hub", upstreamRegistryUrl: "public.ecr.aws" };
  await server.ask("ecr:CreatePullThroughCacheRule", rule);
});
afterAll(() => server.close());

const digest = `sha256:${"a".repeat(64)}`;

it("shows what a rule fetches by itself", async () => {
  expect((await server.run(["cache", "terms", "hub"])).out).toBe(
    [
      ...["Rule hub", "  may fetch        everything", "  may not fetch    nothing else"],
      ...["  minimum age      none", "  tags are good    1d", ""],
    ].join("\n"),
  );
});

it("gives it terms as people write them, which replace those that it had", async () => {
  const pin = `library/app:v1@${digest}`;
  const times = ["--fresh", "90m", "--minimum-age", "7d"];
  const names = ["--allow", "library/*", "--allow", "team/*", "--deny", "team/old"];
  const words = ["cache", "set-terms", "hub", ...times, ...names, "--pin", pin];
  expect((await server.run(words)).out).toBe(
    [
      ...["Rule hub", "  may fetch        library/*, team/*", "  may not fetch    team/old"],
      ...["  minimum age      7d", "  tags are good    90m", `  pinned           ${pin}`, ""],
    ].join("\n"),
  );
  const shown = await server.json<CacheTermsAnswer>(["cache", "terms", "hub"]);
  expect(shown).toMatchObject({
    ...{ freshSeconds: 5_400, minimumAgeSeconds: 604_800, deny: ["team/old"] },
    pins: [{ repositoryName: "library/app", imageTag: "v1", imageDigest: digest }],
  });
  const plain = await server.json<CacheTermsAnswer>(["cache", "set-terms", "hub"]);
  expect(plain).toMatchObject({ minimumAgeSeconds: 0, allow: [], deny: [], pins: [] });
});

it.each([
  [["--fresh", "soon"], "is no time"],
  [["--minimum-age", "7"], "is no time"],
  [["--pin", "library/app"], "is no pin"],
])("refuses %j", async (words, sentence) => {
  const { code, error } = await server.run(["cache", "set-terms", "hub", ...words]);
  expect([code, error]).toEqual([2, expect.stringContaining(sentence)]);
});

it("shows what rules spare their upstreams, of as many hours as are asked for", async () => {
  expect((await server.run(["cache", "usage"])).out).toBe(
    [
      "Rule hub (public.ecr.aws)",
      "  hit rate         no pulls, 0 from here, 0 from the upstream",
      ...["  bytes saved      0", ""],
    ].join("\n"),
  );
  const told = await server.json<{ startTime: number; endTime: number }>([
    ...["cache", "usage", "--hours", "48"],
  ]);
  expect(told.endTime - told.startTime).toBeGreaterThanOrEqual(47 * 3_600);
  expect((await server.run(["cache", "usage", "--hours", "long"])).code).toBe(2);
});
