/** The commands as they are typed, on a server that listens. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import { policyText } from "../../../../test/support/identity.ts";
import type { CreatedUser, UserDetails, UserSummary } from "./users.ts";

const readOnly = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly";
const powerUser = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser";

let server: CommandServer;
let pushFile: string;
beforeAll(async () => {
  server = await openCommandServer();
  pushFile = join(server.directory, "push.json");
  await server.ask("iam:CreateGroup", { GroupName: "devs" });
  await server.ask("iam:PutGroupPolicy", {
    ...{ GroupName: "devs", PolicyName: "see" },
    PolicyDocument: policyText({ Effect: "Allow", Action: "ecr:List*", Resource: "*" }),
  });
  await writeFile(pushFile, policyText({ Effect: "Allow", Action: "ecr:*", Resource: "*" }));
});
afterAll(() => server.close());
afterEach(async () => {
  for (const { name } of await list()) await server.json(["user", "delete", name, "--yes"]);
});

const list = async () => (await server.json<{ users: UserSummary[] }>(["user", "list"])).users;
const show = async (name: string) =>
  (await server.json<{ user: UserDetails }>(["user", "show", name])).user;
const everything = () => [
  ...["--policy", readOnly, "--policy-file", pushFile, "--group", "devs"],
  ...["--boundary", powerUser, "--path", "/ci/"],
];

describe("entrepot user", () => {
  it("makes a user with everything that it is to have, and prints the key once", async () => {
    const { code, out, error } = await server.run([
      "user",
      "create",
      "ci",
      ...everything(),
      "--key",
    ]);
    expect([code, error]).toEqual([0, ""]);
    const user = await show("ci");
    expect(user).toMatchObject({
      ...{ name: "ci", arn: "arn:aws:iam::000000000000:user/ci/ci", boundary: powerUser },
      policies: { attached: [readOnly], inline: ["push"] },
      groups: [{ name: "devs", policies: { attached: [], inline: ["see"] } }],
      keys: [{ status: "Active", ageDays: 0 }],
    });
    const id = user.keys[0]?.accessKeyId;
    expect(out).toMatch(
      new RegExp(`aws_access_key_id = ${id}\n +aws_secret_access_key = \\S{40}\n$`),
    );
    expect((await server.run(["user", "show", "ci"])).out).not.toMatch(/secret/);
  });

  it("makes nothing at all of a user that cannot have everything", async () => {
    for (const wrong of [
      ["--group", "none"],
      ["--policy", "arn:aws:iam::000000000000:policy/none"],
    ]) {
      const { code, error } = await server.run(["user", "create", "x", ...everything(), ...wrong]);
      expect([code, error]).toEqual([
        1,
        expect.stringMatching(/^entrepot: .* NoSuchEntity: .*\n$/),
      ]);
      expect(await list()).toEqual([]);
    }
    expect(await server.run(["user", "create", "x", "--policy-file", "/none"])).toMatchObject({
      ...{ code: 1, error: "entrepot: /none cannot be read: ENOENT\n" },
    });
  });

  it("leaves a user alone that is there already", async () => {
    await server.json(["user", "create", "ci", "--policy", readOnly]);
    const before = await show("ci");
    const again = await server.run(["user", "create", "ci", "--group", "devs"]);
    expect([again.code, again.error]).toEqual([1, expect.stringContaining("EntityAlreadyExists")]);
    expect(await show("ci")).toEqual(before);
  });

  it("lists users for a reader and for a program", async () => {
    expect((await server.run(["user", "list"])).out).toBe("There are no users.\n");
    for (const name of ["b", "a"]) await server.json<CreatedUser>(["user", "create", name]);
    expect((await list()).map(({ name }) => name)).toEqual(["a", "b"]);
    expect((await server.run(["user", "list"])).out).toMatch(
      /^NAME +CREATED +SIGNED IN +ARN\na +20\d\d-\d\d-\d\d +never +arn:aws:iam::000000000000:user\/a\nb /,
    );
  });

  it("shows a user with groups, policies, keys, boundary and last use", async () => {
    const { key } = await server.json<CreatedUser>([
      "user",
      "create",
      "ci",
      ...everything(),
      "--key",
    ]);
    await server.ask("iam:CreateLoginProfile", { UserName: "ci", Password: "Correct-horse-7" });
    const { out } = await server.run(["user", "show", "ci"]);
    expect(out).toContain(`Policies  ${readOnly}\n          inline policy push\n`);
    expect(out).toContain("Groups    devs\n            inline policy see\n");
    expect(out).toContain(`Boundary  ${powerUser}\n`);
    expect(out).toContain("Password  set today, used never\n");
    expect(out).toContain(`Keys      ${key?.accessKeyId} (active, made today, used never)\n`);
  });

  it("deletes a user with everything on it, but only when it is told to, after saying what", async () => {
    const words = ["user", "create", "ci", ...everything(), "--key"];
    const { key } = await server.json<CreatedUser>(words);
    await server.ask("iam:CreateLoginProfile", { UserName: "ci", Password: "Correct-horse-7" });
    const hesitant = await server.run(["user", "delete", "ci"]);
    expect(hesitant).toEqual({
      ...{ code: 2, error: "" },
      out: `Deletes the user ci and with it:
  access key ${key?.accessKeyId} (active)
  its console password
  its place in group devs
  the attachment of ${readOnly}
  inline policy push
Nothing was changed. Do it: --yes\n`,
    });
    expect(await list()).toHaveLength(1);
    const { out } = await server.run(["user", "delete", "ci", "--yes"]);
    expect(out).toBe("Deleted the user ci.\n");
    expect(await list()).toEqual([]);
  });

  it("ends the sessions of a user", async () => {
    await server.json(["user", "create", "ci"]);
    const { code, out } = await server.run(["user", "revoke", "ci"]);
    expect([code, out]).toEqual([0, expect.stringContaining("user/ci is void. Access keys stay")]);
  });

  it("says in one sentence what is not there", async () => {
    for (const verb of ["show", "delete", "revoke"]) {
      const { code, error } = await server.run(["user", verb, "nobody"]);
      expect([code, error]).toEqual([
        1,
        expect.stringMatching(/^entrepot: .* NoSuchEntity: The user with name nobody cannot .*\n$/),
      ]);
    }
  });
});
