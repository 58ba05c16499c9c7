/** The commands as they are typed, on a server that listens. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../test/support/command-server.ts";
import type { QuotaAnswer } from "../../operations/entrepot/quota-answer.ts";
import type { ServiceQuotaAnswer } from "../../operations/entrepot/service-quota-answer.ts";

let server: CommandServer;
beforeAll(async () => {
  server = await openCommandServer();
});
afterAll(() => server.close());

const list = async () => (await server.json<{ quotas: QuotaAnswer[] }>(["quota", "list"])).quotas;
afterEach(async () => {
  for (const { prefix, unit } of await list()) {
    await server.json(["quota", "delete", prefix || "/", "--unit", unit]);
  }
});

const set = (...words: string[]) => server.run(["quota", "set", ...words]);

describe("entrepot quota", () => {
  it("sets limits in sizes as people write them, and lists what is used", async () => {
    expect((await server.run(["quota", "list"])).out).toBe("There are no quotas.\n");
    const { code, out } = await set(
      "team/",
      "--unit",
      "bytes",
      "--soft",
      "400GB",
      "--hard",
      "1TiB",
    );
    expect([code, out]).toEqual([
      0,
      "Quota of bytes at team: soft 400 GB, hard 1.1 TB; used 0 B; counting what is there.\n",
    ]);
    await set("/", "--unit", "IMAGES", "--hard", "37");
    expect(await list()).toMatchObject([
      { prefix: "", unit: "IMAGES", hard: 37, used: 0, state: "COUNTING" },
      { prefix: "team", unit: "BYTES", soft: 400e9, hard: 2 ** 40 },
    ]);
    const { out: table } = await server.run(["quota", "list"]);
    expect(table.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["PREFIX", "UNIT", "USED", "SOFT", "HARD", "STATE"],
      ["/", "images", "0", "-", "37", "counting what is there"],
      ["team", "bytes", "0 B", "400 GB", "1.1 TB", "counting what is there"],
      [""],
    ]);
  });

  it("deletes one, and says so when there is none", async () => {
    await set("team", "--unit", "images", "--soft", "1");
    const remove = () => server.run(["quota", "delete", "team/", "--unit", "images"]);
    expect(await remove()).toMatchObject({
      code: 0,
      out: "Deleted the quota of images at team.\n",
    });
    const again = await remove();
    expect([again.code, again.error]).toEqual([
      1,
      expect.stringContaining("There is no quota of IMAGES at 'team'"),
    ]);
  });

  it.each([
    [["team", "--unit", "layers", "--hard", "1"], "no unit of a quota"],
    [["team", "--unit", "bytes", "--hard", "much"], "is no size"],
    [["team", "--unit", "images", "--hard", "1GB"], "is no whole number"],
    [["team", "--hard", "1"], "--unit"],
  ])("makes nothing of %j", async (words, sentence) => {
    const { code, out, error } = await set(...words);
    expect([code, out, error]).toEqual([2, "", expect.stringContaining(sentence)]);
    expect(await list()).toEqual([]);
  });
});

describe("entrepot quota service", () => {
  const images = "L-03A36CE1";

  it("lists, adjusts and resets ECR's own quotas", async () => {
    const { out } = await server.run(["quota", "service", "list"]);
    expect(out).toMatch(/^CODE +NAME +VALUE +DEFAULT +ADJUSTABLE\n/);
    expect(out).toMatch(/^L-03A36CE1 +Images per repository +100000 +100000 +yes$/m);
    expect(out).toMatch(/^layer-parts +Layer parts +4200 +4200 +no$/m);
    const adjusted = await server.run(["quota", "service", "set", images, "7"]);
    expect(adjusted.out).toBe(`Images per repository (${images}): 7.\n`);
    const { quotas } = await server.json<{ quotas: ServiceQuotaAnswer[] }>([
      ...["quota", "service", "list"],
    ]);
    expect(quotas.find(({ quotaCode }) => quotaCode === images)).toMatchObject({ value: 7 });
    const reset = await server.run(["quota", "service", "reset", images]);
    expect(reset.out).toBe(`Images per repository (${images}): 100000.\n`);
  });

  it("says what can not be adjusted", async () => {
    const { code, error } = await server.run(["quota", "service", "set", "layer-parts", "7"]);
    expect([code, error]).toEqual([1, expect.stringContaining("is not adjustable")]);
    expect(await server.run(["quota", "service", "set", images, "many"])).toMatchObject({
      code: 2,
    });
  });
});
