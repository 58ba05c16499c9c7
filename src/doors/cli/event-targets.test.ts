/** The commands as they are typed, on a server that listens. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../test/support/command-server.ts";

let server: CommandServer;
beforeAll(async () => {
  server = await openCommandServer();
});
afterAll(() => server.close());

const run = (...words: string[]) => server.run(["events", ...words]);

it("shows rules, targets and dead letters, and delivers them again", async () => {
  expect((await run("rules")).out).toBe("There are no rules.\n");
  expect((await run("dead-letters")).out).toBe("There are no dead letters.\n");
  expect((await run("replay")).out).toBe("0 dead letters are delivered again.\n");
  const { code, error } = await run("targets", "none");
  expect([code, error]).toEqual([1, expect.stringContaining("ResourceNotFoundException")]);
  const alone = await run("dead-letters", "--target", "t");
  expect([alone.code, alone.error]).toEqual([2, expect.stringContaining("--rule")]);
  expect((await run("replay", "id", "--rule", "r")).code).toBe(2);
});
