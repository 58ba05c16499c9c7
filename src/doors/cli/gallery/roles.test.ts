/** The commands as they are typed, on a server that listens. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import { createUser } from "../../../operations/iam/create-user.ts";

let server: CommandServer;
beforeAll(async () => {
  server = await openCommandServer();
  await server.registry().ask(createUser, { UserName: "ann" });
});
afterAll(() => server.close());

const ran = async (...words: string[]) => {
  const { code, out, error } = await server.run(words);
  expect([code, error]).toEqual([0, ""]);
  return out;
};

it("makes somebody a developer of repositories, tells of it, and ends it", async () => {
  expect(await ran("access", "list")).toBe("There are none.\n");
  const granted = await ran("access", "grant", "developer", "--user", "ann", "--prefix", "team/");
  expect(granted).toBe("ann is Developer of team/*.\n");
  await ran("access", "grant", "Viewer", "--user", "ann");
  const list = await ran("access", "list");
  expect(list).toMatch(/Developer +team\/\* +user ann/);
  expect(list).toMatch(/Viewer +all +user ann/);
  expect(await ran("access", "list", "--user", "ann")).toMatch(/Developer/);
  const revoked = await ran("access", "revoke", "developer", "--user", "ann", "--prefix", "team/");
  expect(revoked).toBe("ann is no more Developer of team/*.\n");
  expect(await ran("access", "list", "--user", "ann")).not.toMatch(/Developer/);
});

it.each([
  [["access", "grant", "king", "--user", "ann"], 2, "there is no role king"],
  [["access", "grant", "viewer"], 2, "say --user, --group or --role"],
  [["access", "grant", "viewer", "--user", "ann", "--role", "x"], 2, "say one of"],
  [["access", "grant", "viewer", "--user", "nobody"], 1, "NoSuchEntity"],
])("says what is wrong with %j", async (words, expected, sentence) => {
  const { code, error } = await server.run(words);
  expect([code, error]).toEqual([expected, expect.stringContaining(sentence)]);
});
