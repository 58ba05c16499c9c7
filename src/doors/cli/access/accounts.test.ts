/** The commands as they are typed, on a server that listens. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import type { AccountDetails, AccountSummary } from "./accounts.ts";

let server: CommandServer;
beforeAll(async () => {
  server = await openCommandServer();
});
afterAll(() => server.close());

const create = (name: string, email: string, ...more: string[]) =>
  server.run(["account", "create", name, "--email", email, ...more]);

describe("entrepot account", () => {
  it("makes an account, waits for it, and says how to enter it", async () => {
    const { code, out, error } = await create("Team One", "one@example.com");
    expect([code, error]).toEqual([0, ""]);
    const id = /^Id +(\d{12})$/m.exec(out)?.[1];
    expect(out).toContain("Email         one@example.com\n");
    expect(out).toContain(`  [profile Team-One]
  role_arn = arn:aws:iam::${id}:role/OrganizationAccountAccessRole
  source_profile = entrepot
  region = eu-west-1
  endpoint_url = ${server.client.httpUrl}\n`);
    expect(await server.run(["account", "show", id!])).toMatchObject({ code: 0, out });
  });

  it("names the reason why an account could not be made", async () => {
    await create("taken", "taken@example.com");
    const { code, out, error } = await create("again", "taken@example.com");
    expect([code, out]).toEqual([1, ""]);
    expect(error).toBe('entrepot: the account "again" was not made: EMAIL_ALREADY_EXISTS\n');
  });

  it("lists all accounts over as many pages as it takes, the management account marked", async () => {
    for (let n = 0; n < 25; n += 1) await create(`many ${n}`, `many-${n}@example.com`);
    const { accounts } = await server.json<{ accounts: AccountSummary[] }>(["account", "list"]);
    expect(accounts.filter(({ name }) => name.startsWith("many "))).toHaveLength(25);
    expect(accounts.filter(({ isManagement }) => isManagement)).toMatchObject([
      { id: "000000000000", status: "ACTIVE" },
    ]);
    const { out } = await server.run(["account", "list"], {}, 56);
    expect(out).toMatch(/^ID {2,}NAME {2,}EMAIL/);
    expect(out).toContain("000000000000");
    expect(Math.max(...out.split("\n").map((line) => [...line].length))).toBeLessThanOrEqual(56);
  });

  it("finds an account by id, email or name, and says where a name is not enough", async () => {
    await create("twin", "twin-1@example.com");
    const { out } = await create("twin", "twin-2@example.com", "--json");
    const { account: made } = JSON.parse(out) as { account: AccountDetails };
    for (const wanted of [made.id, "TWIN-2@example.com"]) {
      const { account } = await server.json<{ account: AccountDetails }>([
        ...["account", "show", wanted],
      ]);
      expect(account).toEqual(made);
    }
    expect(await server.run(["account", "show", "twin"])).toMatchObject({
      ...{ code: 1, error: 'entrepot: "twin" is the name of 2 accounts: use the id\n' },
    });
    expect(await server.run(["account", "show", "nobody"])).toMatchObject({ code: 1 });
  });

  it("ends what root has at the moment, but not its key", async () => {
    const { code, out } = await server.run(["account", "revoke-root"]);
    expect([code, out]).toEqual([0, expect.stringMatching(/:root is void\. Its access key stays/)]);
    expect((await server.run(["account", "list"])).code).toBe(0);
  });

  it("closes an account, but only when it is told to", async () => {
    await create("going", "going@example.com");
    const hesitant = await server.run(["account", "close", "going"]);
    expect([hesitant.code, hesitant.out]).toEqual([2, expect.stringContaining("Do it: --yes")]);
    expect((await server.run(["account", "show", "going"])).out).toContain("ACTIVE");
    expect(await server.run(["account", "close", "going", "--yes"])).toMatchObject({ code: 0 });
    expect((await server.run(["account", "show", "going"])).out).toContain("SUSPENDED");
  });
});
