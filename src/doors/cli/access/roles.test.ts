/** The commands as they are typed, on a server that listens. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import { policyText } from "../../../../test/support/identity.ts";
import type { CreatedRole, RoleDetails, RoleSummary } from "./roles.ts";

const pullOnly = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly";

let server: CommandServer;
let file: (name: string) => string;
beforeAll(async () => {
  server = await openCommandServer();
  file = (name) => join(server.directory, name);
  const allow = policyText({ Effect: "Allow", Action: "ecr:*", Resource: "*" });
  await writeFile(file("push.json"), allow);
});
afterAll(() => server.close());
afterEach(async () => {
  for (const { name } of await list()) await server.json(["role", "delete", name, "--yes"]);
});

const list = async () => (await server.json<{ roles: RoleSummary[] }>(["role", "list"])).roles;
const show = async (name: string) =>
  (await server.json<{ role: RoleDetails }>(["role", "show", name])).role;
const create = (name: string, ...words: string[]) => server.run(["role", "create", name, ...words]);

describe("entrepot role", () => {
  it("makes a role for another account with everything that it is to have", async () => {
    const { code, out, error } = await create(
      ...(["deploy", "--trust", "account:111111111111", "--external-id", "blue"] as const),
      ...["--policy", "AmazonEC2ContainerRegistryPullOnly", "--policy-file", file("push.json")],
      ...["--max-hours", "4", "--description", "pulls for team blue", "--path", "/team/"],
      ...["--boundary", "PowerUserAccess"],
    );
    expect([code, error]).toEqual([0, ""]);
    expect(out).toBe(`Made the role arn:aws:iam::000000000000:role/team/deploy.
  for account 111111111111
  ${pullOnly}
  inline policy push\n`);
    const role = await show("deploy");
    expect(role).toMatchObject({
      ...{ path: "/team/", description: "pulls for team blue", maxSessionSeconds: 14_400 },
      ...{ trusts: ["account 111111111111"], boundary: "arn:aws:iam::aws:policy/PowerUserAccess" },
      policies: { attached: [pullOnly], inline: ["push"] },
    });
    expect(JSON.parse(role.trustPolicy)).toMatchObject({
      Statement: [{ Condition: { StringEquals: { "sts:ExternalId": "blue" } } }],
    });
    const shown = await server.run(["role", "show", "deploy"]);
    expect(shown.out).toContain("Session      at most 4 h\n");
    expect(shown.out).toContain('"sts:ExternalId": "blue"');
  });

  it("makes a role for GitHub's jobs, and its issuer known to the account, once", async () => {
    const issuer = "token.actions.githubusercontent.com";
    const first = await server.json<CreatedRole>([
      ...["role", "create", "one", "--trust", "github:acme/app"],
    ]);
    expect([first.newIssuers, first.role.trusts]).toEqual([[issuer], [issuer]]);
    const second = await create("two", "--trust", "github:acme/*", "--audience", "registry");
    expect(second.out).not.toContain("OIDC provider");
    expect((await create("three", "--trust", `oidc:https://${issuer}`)).code).toBe(2);
    expect((await list()).map(({ name }) => name)).toEqual(["one", "two"]);
  });

  it("makes a role of a trust policy that was written, and wants exactly one word of trust", async () => {
    const trust = policyText({
      ...{ Effect: "Allow", Action: "sts:AssumeRole" },
      Principal: { AWS: "arn:aws:iam::000000000000:root" },
    });
    await writeFile(file("trust.json"), trust);
    expect((await create("own", "--trust-policy", file("trust.json"))).code).toBe(0);
    expect(JSON.parse((await show("own")).trustPolicy)).toEqual(JSON.parse(trust));
    const both = ["--trust", "account", "--trust-policy", file("trust.json")];
    for (const words of [[], both]) expect((await create("x", ...words)).code).toBe(2);
    expect((await create("x", "--trust", "account", "--max-hours", "13")).code).toBe(2);
  });

  it("makes nothing at all of a role that cannot have everything", async () => {
    const words = ["--trust", "oidc:issuer.example.com", "--subject", "me"];
    const { code, error } = await create("x", ...words, "--policy", "arn:aws:iam::aws:policy/None");
    expect([code, error]).toEqual([1, expect.stringContaining("NoSuchEntity")]);
    expect(await list()).toEqual([]);
    // The issuer would not be new if it had stayed.
    const made = await server.json<CreatedRole>(["role", "create", "y", ...words]);
    expect(made.newIssuers).toEqual(["issuer.example.com"]);
    const named = await create("z", "--trust", "account", "--policy", "Mistyped");
    expect(named.error).toBe('entrepot: there is no managed policy "Mistyped"\n');
  });

  it("lists roles with whom they trust", async () => {
    expect((await server.run(["role", "list"])).out).toBe("There are no roles.\n");
    await create("a", "--trust", "account", "--trust", "service:replication.ecr.amazonaws.com");
    expect((await server.run(["role", "list"])).out).toMatch(
      /^NAME +CREATED +TRUSTS +DESCRIPTION\na +20\S+ +account 000000000000, replication.ecr.amazonaws.com\n$/,
    );
  });

  it("deletes a role with everything on it, but only when it is told to, after saying what", async () => {
    const policies = ["--policy", pullOnly, "--policy-file", file("push.json")];
    await create("going", "--trust", "account", ...policies);
    expect(await server.run(["role", "delete", "going"])).toEqual({
      ...{ code: 2, error: "" },
      out: `Deletes the role going and with it:
  the attachment of ${pullOnly}
  inline policy push
  every session of it
Nothing was changed. Do it: --yes\n`,
    });
    expect((await server.run(["role", "delete", "going", "--yes"])).code).toBe(0);
    expect(await list()).toEqual([]);
    const again = await server.run(["role", "delete", "going", "--yes"]);
    expect([again.code, again.error]).toEqual([1, expect.stringContaining("NoSuchEntity")]);
  });

  it("ends the sessions of a role", async () => {
    await create("a", "--trust", "account");
    const { code, out } = await server.run(["role", "revoke", "a"]);
    expect([code, out]).toEqual([0, expect.stringMatching(/role\/a is void\.\n$/)]);
  });
});
