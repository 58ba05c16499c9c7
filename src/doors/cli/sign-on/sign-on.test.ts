/** The commands as they are typed, on a server that listens. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import { account } from "../../../../test/support/ecr.ts";

const issuer = "https://login.example.com/realm";
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

it("makes a provider known and lets people sign in by it, with a secret from a file that is not told", async () => {
  expect(await ran("sign-on", "list")).toContain("Nobody signs in by a provider");
  const file = join(server.directory, "secret");
  await writeFile(file, "very secret\n");
  const put = ["sign-on", "put", issuer, "--client-id", "console", "--label", "Acme"];
  const made = JSON.parse(await ran(...put, "--client-secret-file", file, "--json"));
  expect(made).toMatchObject({
    isNewProvider: true,
    signOn: {
      ...{ providerArn: `arn:aws:iam::${account}:oidc-provider/login.example.com/realm` },
      ...{ hasClientSecret: true, scopes: ["email", "profile"], groupsClaim: "groups" },
    },
  });
  expect(JSON.stringify(made)).not.toContain("very secret");
  // What is not said again stays: the secret.
  expect(await ran(...put, "--groups-claim", "teams")).toMatch(/realm +Acme +console +kept +teams/);
  expect(await ran(...put, "--public-client")).toMatch(/realm +Acme +console +none +groups/);
  expect(await ran("sign-on", "list")).toContain("login.example.com/realm");
  expect(
    await server.run(["sign-on", "put", "ftp://x", "--client-id", "a", "--label", "b"]),
  ).toEqual(expect.objectContaining({ code: 2 }));
});

it("leaves nothing behind of what is refused", async () => {
  const put = ["sign-on", "put", "https://other.example", "--client-id", "c", "--label", "\u0007"];
  const { code, error } = await server.run(put);
  expect(code).not.toBe(0);
  expect(error).toContain("label");
  const again = await server.run([...put.slice(0, -1), "Other", "--json"]);
  expect(JSON.parse(again.out)).toMatchObject({ isNewProvider: true });
});

it("grants a group a role, which `can` judges, and takes it back", async () => {
  await ran("sign-on", "grant", issuer, "Team Ä/devs", "Developer", "--prefix", "team/");
  expect(await ran("sign-on", "groups")).toMatch(
    /Team Ä\/devs +login.example.com\/realm +Developer +team\/\*/,
  );
  const who = "oidc:login.example.com/realm#Team Ä/devs";
  expect(await ran("can", who, "PutImage", "team/app")).toMatch(/^ALLOWED: .*EntrepotGroup-Team-/);
  const no = await server.run(["can", who, "PutImage", "other/app"]);
  expect([no.code, no.out]).toEqual([3, expect.stringMatching(/^DENIED: /)]);
  await ran("sign-on", "revoke", issuer, "Team Ä/devs", "Developer", "--prefix", "team/");
  expect(await ran("sign-on", "groups")).toContain("No group has a role");
  const gone = await server.run(["can", who, "PutImage", "team/app"]);
  expect(gone.code).not.toBe(0);
  expect(gone.error).toContain("has no role: entrepot sign-on grant");
});

it("lets nobody sign in any more", async () => {
  expect(await ran("sign-on", "delete", issuer)).toContain("Nobody signs in by login.example.com");
  const again = await server.run(["sign-on", "delete", issuer]);
  expect(again.error).toContain("ResourceNotFoundException");
});
