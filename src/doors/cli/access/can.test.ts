/** The command as it is typed, on a server that listens. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import { account, deployment } from "../../../../test/support/ecr.ts";
import { keyOf, policyText, putUser, userWith } from "../../../../test/support/identity.ts";
import type { AccountId } from "../../../registry/names.ts";

let server: CommandServer;
beforeAll(async () => {
  server = await openCommandServer();
  const { ports } = server.store;
  await userWith(
    ports,
    { account, name: "ci" },
    {
      Sid: "Push",
      Effect: "Allow",
      Action: ["ecr:PutImage", "ecr:BatchGetImage"],
      Resource: "arn:aws:ecr:*:*:repository/team/*",
    },
    {
      Effect: "Deny",
      Action: "ecr:PutImage",
      Resource: "*",
      Condition: { StringEquals: { "ecr:ImageTag": ["latest", "stable"] } },
    },
  );
  await userWith(ports, { account, name: "guest" });
});
afterAll(() => server.close());

const arn = (repository: string) =>
  `arn:aws:ecr:eu-west-1:${deployment.account}:repository/${repository}`;

describe("entrepot can", () => {
  it("says yes, names the statement, and exits with 0", async () => {
    const { code, out } = await server.run(["can", "user/ci", "ecr:PutImage", "team/app"]);
    expect(code).toBe(0);
    expect(out.split("\n")[0]).toBe(
      `ALLOWED: arn:aws:iam::${account}:user/ci may perform ecr:PutImage on ${arn("team/app")} by statement 1 "Push" of inline policy inline of user ci`,
    );
    expect(out).toMatch(/^ {2}→ {3}1 "Push" Allow: matches$/m);
    expect(out).not.toContain("Near misses");
  });

  it("says no in IAM's sentence, shows the first element that did not fit, and exits with 3", async () => {
    const { code, out, error } = await server.run(["can", "user/ci", "PutImage", "other/app"]);
    expect([code, error]).toEqual([3, ""]);
    expect(out.split("\n")[0]).toBe(
      `DENIED: User: arn:aws:iam::${account}:user/ci is not authorized to perform: ecr:PutImage on resource: ${arn("other/app")} because no identity-based policy allows the ecr:PutImage action`,
    );
    expect(out).toContain(`1 "Push" Allow: resource is ${arn("other/app")}`);
    expect(out.slice(out.indexOf("Near misses"))).toContain(
      `\n  inline policy inline of user ci, 1 "Push" Allow: resource is ${arn("other/app")}, wanted is`,
    );
  });

  it("takes condition keys, several values of one, and names those that are missing", async () => {
    const asked = ["can", "user/ci", "PutImage", "team/app"];
    const denied = await server.run([...asked, "--context", "ecr:ImageTag=latest"]);
    expect([denied.code, denied.out]).toEqual([
      3,
      expect.stringContaining("with an explicit deny in an identity-based policy"),
    ]);
    expect(denied.out).toMatch(/^ {2}→ {3}2 Deny: matches$/m);
    expect((await server.run([...asked, "--context", "ecr:ImageTag=v1"])).code).toBe(0);
    const both = ["--context", "ecr:ImageTag=v1", "--context", "ecr:ImageTag=latest"];
    expect((await server.run([...asked, ...both])).code).toBe(3);
    expect((await server.run(asked)).out).toContain("Asked for but not said: ecr:ImageTag");
    expect(await server.run([...asked, "--context", "latest"])).toMatchObject({ code: 2 });
  });

  it("understands root, ARNs, addresses of repositories, and what takes no resource", async () => {
    const root = await server.run(["can", "root", "ecr:DeleteRepository", "team/app"]);
    expect([root.code, root.out]).toEqual([
      0,
      expect.stringContaining("as the account's own root"),
    ]);
    const principal = `arn:aws:iam::${account}:user/ci`;
    const address = `${account}.dkr.ecr.eu-west-1.localhost:5050/team/app`;
    for (const resource of [arn("team/app"), address]) {
      expect((await server.run(["can", principal, "ecr:PutImage", resource])).code).toBe(0);
    }
    const token = await server.run(["can", "user/ci", "GetAuthorizationToken"]);
    expect([token.code, token.out]).toEqual([3, expect.stringContaining("on resource: * because")]);
    const iam = await server.run(["can", "user/ci", "iam:GetUser", "user/guest"]);
    expect(iam.out).toContain(`on resource: arn:aws:iam::${account}:user/guest because`);
  });

  it("says so where no policy has a say", async () => {
    const { out } = await server.run(["can", "user/guest", "PutImage", "team/app"]);
    expect(out).toContain("No policy has a say.");
  });

  it("tells of another account's repository whether, and not by which statement", async () => {
    const { ports } = server.store;
    const created = await server.json<{ account: { id: AccountId } }>([
      ...["account", "create", "blue", "--email", "blue@example.com"],
    ]);
    const named = { account: created.account.id, name: "puller" };
    const anything = { Effect: "Allow", Action: ["ecr:*", "entrepot:*"], Resource: "*" };
    const environmentKey = await keyOf(ports, await putUser(ports, named, anything));
    const ask = () =>
      server.run(["can", "user/puller", "BatchGetImage", arn("team/app")], { environmentKey });
    const before = await ask();
    expect([before.code, before.out]).toEqual([
      3,
      expect.stringContaining("because no resource-based policy allows the ecr:BatchGetImage"),
    ]);
    await server.ask("ecr:CreateRepository", { repositoryName: "team/app" });
    const blue = { AWS: `arn:aws:iam::${named.account}:root` };
    await server.ask("ecr:SetRepositoryPolicy", {
      repositoryName: "team/app",
      policyText: policyText({ Sid: "Blue", Effect: "Allow", Principal: blue, Action: "ecr:*" }),
    });
    server.store.clock.advance(5_000);
    const after = await ask();
    expect([after.code, after.out]).toEqual([
      0,
      expect.stringContaining("by the resource's own policy, which is another account's to show"),
    ]);
    expect(after.out).not.toContain("Blue");
  });

  it("tells a program the same, with the exit code", async () => {
    const { code, out } = await server.run(["can", "user/ci", "PutImage", "x", "--json"]);
    expect([code, JSON.parse(out)]).toMatchObject([
      3,
      {
        ...{ allowed: false, action: "ecr:PutImage", resourceArn: arn("x") },
        because: "because no identity-based policy allows the ecr:PutImage action",
        statements: [{ sid: "Push", matched: false }, { effect: "Deny" }],
        nearMisses: [{ sid: "Push" }, { effect: "Deny" }],
      },
    ]);
  });

  it("fits the terminal, but for the sentence that people pass on", async () => {
    const { out } = await server.run(["can", "user/ci", "PutImage", "other/app"], {}, 60);
    const [sentence = "", ...lines] = out.trimEnd().split("\n");
    expect(sentence.length).toBeGreaterThan(60);
    // ARNs are not broken.
    const broken = lines.filter((line) => !/\barn:\S+$/.test(line));
    expect(Math.max(...broken.map((line) => [...line].length))).toBeLessThanOrEqual(60);
    expect(lines.map((line) => line.trim()).join(" ")).toContain(", wanted is arn:aws:ecr:*:*:");
  });

  it("refuses a principal that there is not, and an action that is none", async () => {
    const nobody = await server.run(["can", "user/nobody", "PutImage", "x"]);
    expect([nobody.code, nobody.error]).toEqual([
      1,
      expect.stringMatching(/NoSuchEntity: There is no principal .*user\/nobody\n$/),
    ]);
    expect(await server.run(["can", "user/ci", "ecr:*", "x"])).toMatchObject({ code: 1 });
  });

  it("answers with the nearest command to one that is misspelt", async () => {
    const { code, error } = await server.run(["cam", "user/ci", "PutImage"]);
    expect([code, error]).toEqual([2, expect.stringContaining("(did you mean can?)")]);
    const inner = await server.run(["user", "lst"]);
    expect([inner.code, inner.error]).toEqual([2, expect.stringContaining("did you mean list?")]);
  });
});
