/** The commands as they are typed, on a server that listens. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type CommandServer,
  openCommandServer,
  rootKey,
} from "../../../../test/support/command-server.ts";
import { account } from "../../../../test/support/ecr.ts";
import { keyOf, putUser } from "../../../../test/support/identity.ts";
import type { ClientKey } from "../client.ts";
import type { KeyList, NewKey } from "./keys.ts";

let server: CommandServer;
beforeAll(async () => {
  server = await openCommandServer();
});
afterAll(() => server.close());
beforeEach(() => server.json(["user", "create", "ci"]));
afterEach(() => server.json(["user", "delete", "ci", "--yes"]));

const list = (...words: string[]) => server.json<KeyList>(["key", "list", ...words]);
const create = async () => (await server.json<{ key: NewKey }>(["key", "create", "ci"])).key;
const sign = (environmentKey: ClientKey) => server.run(["key", "list", "ci"], { environmentKey });

const day = 24 * 3600 * 1000;

describe("entrepot key", () => {
  it("makes a key that signs, and prints its secret once", async () => {
    const { code, out } = await server.run(["key", "create", "ci"]);
    const { keys } = await list("ci");
    expect([code, keys]).toMatchObject([0, [{ userName: "ci", status: "Active", ageDays: 0 }]]);
    expect(out).toContain(`aws_access_key_id = ${keys[0]?.accessKeyId}\n`);
    const secretAccessKey = /aws_secret_access_key = (\S+)\n/.exec(out)?.[1] ?? "";
    const signed = await sign({ accessKeyId: keys[0]!.accessKeyId, secretAccessKey });
    expect(signed.error).toContain("AccessDenied: User: arn:aws:iam::000000000000:user/ci is not");
    expect(signed.error).not.toContain("Encoded authorization failure message");
  });

  it("disables a key and enables it again by its id alone", async () => {
    const key = await create();
    expect((await server.run(["key", "disable", key.accessKeyId])).out).toBe(
      `The access key ${key.accessKeyId} of ci is inactive.\n`,
    );
    expect((await sign(key)).error).toContain("InvalidClientTokenId");
    expect((await server.run(["key", "enable", key.accessKeyId])).code).toBe(0);
    expect((await sign(key)).error).toContain("AccessDenied");
  });

  it("deletes a key, but only when it is told to", async () => {
    const { accessKeyId } = await create();
    const hesitant = await server.run(["key", "delete", accessKeyId]);
    expect([hesitant.code, hesitant.out]).toEqual([2, expect.stringContaining("Do it: --yes")]);
    expect(await server.run(["key", "delete", accessKeyId, "--yes"])).toMatchObject({ code: 0 });
    expect((await list("ci")).keys).toEqual([]);
    const again = await server.run(["key", "delete", accessKeyId, "--yes"]);
    expect([again.code, again.error]).toEqual([1, expect.stringContaining("NoSuchEntity")]);
  });

  it("shows age and last use of every user's keys, and warns of old ones that still work", async () => {
    const old = await create();
    const off = await create();
    await server.json(["key", "disable", off.accessKeyId]);
    server.store.clock.advance(89 * day);
    expect((await list()).warnings.filter((text) => text.includes("days old"))).toEqual([]);
    server.store.clock.advance(1 * day);
    const young = await putUser(server.store.ports, { account, name: "other" });
    await keyOf(server.store.ports, young);
    const { keys, warnings } = await list();
    expect(keys.map(({ userName, ageDays }) => [userName, ageDays])).toEqual([
      ["ci", 90],
      ["ci", 90],
      ["other", 0],
    ]);
    expect(warnings).toContain(
      `${old.accessKeyId} of ci is 90 days old: make another and delete it`,
    );
    expect(warnings.join()).not.toContain(off.accessKeyId);
    const { out } = await server.run(["key", "list", "ci"]);
    expect(out).toMatch(new RegExp(`^ci +${old.accessKeyId} +active +90 days ago +never$`, "m"));
  });

  it("warns of root's keys", async () => {
    const { warnings } = await list();
    expect(warnings[0]).toMatch(new RegExp(`^${rootKey.accessKeyId} is root's key`));
    const key = await create();
    expect((await sign(key)).out).not.toContain("root");
  });
});
