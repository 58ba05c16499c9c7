/** The commands as they are typed, on a server that listens. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import { account } from "../../../../test/support/ecr.ts";
import { indexById } from "../../../registry/public/index-repository.ts";

let server: CommandServer;
beforeAll(async () => {
  server = await openCommandServer();
});
afterAll(() => server.close());

const ran = async (...words: string[]) => {
  const { code, out, error } = await server.run(words);
  expect([code, error]).toEqual([0, ""]);
  return out;
};

it("makes a public repository, says what it is, and finds it in the gallery", async () => {
  expect(await ran("public", "list")).toBe("There is none.\n");
  const made = await ran("public", "create", "team/app");
  const [uri = ""] = /\S+\/[a-z0-9]{8}\/team\/app/.exec(made) ?? [];
  expect(made).toBe(`Everybody can pull ${uri}.\n`);
  expect(await ran("public", "list")).toContain(uri);
  const twice = await server.run(["public", "create", "team/app"]);
  expect([twice.code, twice.error]).toEqual([1, expect.stringContaining("already exists")]);
  const about = join(server.directory, "about.md");
  await writeFile(about, "# Serves pages");
  const texts = ["--description", "Serves pages", "--about", about];
  await ran("public", "catalog", "team/app", ...texts, "--os", "Linux", "--arch", "x86-64, ARM 64");
  const absent = ["public", "catalog", "team/app", "--about", join(server.directory, "none")];
  expect((await server.run(absent)).error).toContain("none cannot be read");
  const { ports } = server.registry().environment;
  const of = { account, region: "public" } as never;
  const found = await ports.metadata.repositories.find(of, "team/app" as never);
  await indexById(ports, found!);
  expect(await ran("public", "search", "serves", "pages")).toMatch(
    /team\/app .*Serves pages\n1 found\.\n$/,
  );
  expect(await ran("public", "search", "nothing")).toBe("0 found.\n");
});

it("asks for an alias, decides about it, and vouches for an account", async () => {
  await ran("public", "alias", "request", "acme");
  expect(await ran("public", "alias", "list")).toMatch(/acme +\d{12} +PENDING/);
  const early = await server.run(["public", "alias", "primary", "acme"]);
  expect(early.code).toBe(1);
  expect(await ran("public", "alias", "approve", "acme")).toMatch(/status +ACTIVE/);
  await ran("public", "alias", "primary", "acme");
  expect(await ran("public", "list")).toContain("/acme/team/app");
  await ran("public", "alias", "request", "other");
  expect(await ran("public", "alias", "reject", "other", "--reason", "taken")).toMatch(/REJECTED/);
  expect(await ran("public", "verify", account)).toBe(`${account} is verified.\n`);
  expect(await ran("public", "verify", account, "--revoke")).toBe(
    `${account} is not verified any more.\n`,
  );
});
