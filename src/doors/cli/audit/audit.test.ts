/** The command as it is typed, on a server that listens. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import { createRepository } from "../../../operations/ecr/create-repository.ts";
import { deleteRepository } from "../../../operations/ecr/delete-repository.ts";
import type { AuditRecord } from "./audit.ts";

let server: CommandServer;

beforeAll(async () => {
  server = await openCommandServer();
  const registry = server.registry();
  await registry.ask(createRepository, { repositoryName: "team/app" });
  server.store.clock.advance(60_000);
  await registry.ask(deleteRepository, { repositoryName: "no/app" }).catch(() => undefined);
  server.store.clock.advance(60_000);
});
afterAll(() => server.close());

const list = (...words: string[]) => server.run(["audit", "list", ...words]);
const found = async (...words: string[]) => {
  const { records } = await server.json<{ records: AuditRecord[] }>(["audit", "list", ...words]);
  return records.map(({ eventName }) => eventName);
};

it("prints who did what on what, and how it ended, the newest first", async () => {
  const { code, out } = await list("--resource", "repository/");
  expect(code).toBe(0);
  const [head, newest, oldest] = out.split("\n");
  expect(head).toMatch(/^TIME +WHO +WHAT +ON +FROM +OUTCOME$/);
  expect(newest).toMatch(
    /^2023-\S+ +arn:aws:iam::\d+:root +DeleteRepository +repository\/no\/app +127.0.0.1 +RepositoryNotFound/,
  );
  expect(oldest).toMatch(/CreateRepository +repository\/team\/app +127.0.0.1 +ok$/);
});

it("finds by whom, what, on what, from where, when, of which kind, and failures", async () => {
  expect(await found("--what", "createrepository")).toEqual(["CreateRepository"]);
  expect(await found("--resource", "team/app")).toEqual(["CreateRepository"]);
  expect(await found("--errors")).toEqual(["DeleteRepository"]);
  expect(await found("--since", "90s", "--kind", "api", "--resource", "r")).toEqual([
    "DeleteRepository",
  ]);
  expect(await found("--until", "100s", "--resource", "repository/")).toEqual(["CreateRepository"]);
  expect(await found("--who", "somebody")).toEqual([]);
  expect(await found("--from", "10.0.0.1")).toEqual([]);
  expect(await found("--error-code", "RepositoryNotFoundException")).toEqual(["DeleteRepository"]);
  expect(await found("--error-code", "AccessDenied")).toEqual([]);
  expect(await found("--program", "tes", "--errors")).toEqual(["DeleteRepository"]);
  expect(await found("--program", "docker/")).toEqual([]);
  expect(await found("--writes", "--resource", "team/app")).toEqual(["CreateRepository"]);
  expect(await found("--reads", "--resource", "team/app")).toEqual([]);
  expect(await found("--kind", "data-read", "--kind", "background")).toEqual([]);
  expect((await list("--what", "Nothing")).out).toBe("There is no such record.\n");
});

it("exports lines of JSON and CSV", async () => {
  const lines = (await list("--errors", "--format", "ndjson")).out.trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ eventName: "DeleteRepository" }]);
  expect((await list("--errors", "--format", "csv")).out).toMatch(
    /^time,who,what,on,from,outcome\n2023-[^,]+,arn:[^,]+,DeleteRepository,repository\/no\/app,127.0.0.1,Repo\w+\n$/,
  );
});

it("follows what happens, each record once", async () => {
  const { code, out } = await list("--follow", "--since", "10m", "--format", "ndjson");
  expect(code).toBe(0);
  const names = out
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as AuditRecord).eventName);
  expect(names.slice(0, 2)).toEqual(["CreateRepository", "DeleteRepository"]);
});

it("says what is wrong with what was typed", async () => {
  expect(await list("--kind", "all")).toMatchObject({
    code: 2,
    error: expect.stringContaining('there is no kind "all"'),
  });
  expect((await list("--since", "yesterday")).error).toContain("neither a time nor one before now");
  expect((await list("--count", "some")).code).toBe(2);
  expect((await list("--reads", "--writes")).code).toBe(2);
});
