/** The commands as they are typed, on a server that listens. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import type { CreatedPullSecret } from "../../../operations/entrepot/create-pull-secret.ts";
import type { PullSecretAnswer } from "../../../operations/entrepot/pull-secret-answer.ts";

let server: CommandServer;
beforeAll(async () => {
  server = await openCommandServer();
});
afterAll(() => server.close());

const list = async () =>
  (await server.json<{ pullSecrets: PullSecretAnswer[] }>(["pull-secret", "list"])).pullSecrets;
afterEach(async () => {
  for (const { pullSecretId } of await list()) {
    await server.json(["pull-secret", "delete", pullSecretId]);
  }
});

const create = (...words: string[]) => server.run(["pull-secret", "create", ...words]);

describe("entrepot pull-secret", () => {
  it("prints the password once, under the login that takes it", async () => {
    const { code, out } = await create("team/*", "base", "--days", "90", "--description", "edge");
    const [secret] = await list();
    expect(code).toBe(0);
    expect(out).toContain(`Made the pull secret ${secret?.pullSecretId} for team/*, base, as arn:`);
    expect(out).toMatch(
      / docker login --username AWS --password-stdin localhost:5050\n {2}\S{20,}\n$/,
    );
    const listed = await server.run(["pull-secret", "list"]);
    expect(listed.out).toContain("team/*, base of 000000000000 in eu-west-1");
    expect(listed.out).toMatch(/never +edge\n$/);
    const days = (secret!.expiresAt - secret!.createdAt) / (24 * 3600);
    expect(days).toBe(90);
  });

  it("prints what kubectl applies, and nothing else", async () => {
    const kubernetes = ["--kubernetes", "entrepot", "--namespace", "shop"];
    const { out } = await create("team/app", ...kubernetes);
    const [, config = ""] = /^ {2}\.dockerconfigjson: (\S+)$/m.exec(out) ?? [];
    expect(out.replace(config, "…")).toBe(
      [
        "apiVersion: v1",
        "kind: Secret",
        "metadata:",
        "  name: entrepot",
        "  namespace: shop",
        "type: kubernetes.io/dockerconfigjson",
        "data:",
        "  .dockerconfigjson: …\n",
      ].join("\n"),
    );
    expect(JSON.parse(Buffer.from(config, "base64").toString())).toMatchObject({
      auths: { "localhost:5050": { username: "AWS", password: expect.any(String) } },
    });
  });

  it("prints what docker and Kubernetes keep, and nothing else", async () => {
    const { code, out } = await create("team/app", "--dockerconfigjson");
    expect(code).toBe(0);
    expect(Object.keys(JSON.parse(out).auths)).toEqual(["localhost:5050"]);
  });

  it("tells a program everything, whatever people would see", async () => {
    const words = ["pull-secret", "create", "a", "--kubernetes", "x"];
    const made = await server.json<CreatedPullSecret>(words);
    expect(made).toMatchObject({ username: "AWS", pullSecret: { repositoryNames: ["a"] } });
  });

  it("makes nothing of words that are wrong", async () => {
    const wrong = [["a", "--days", "soon"], ["a", "--kubernetes", "A\nb: c"], []];
    for (const words of wrong) expect(await create(...words)).toMatchObject({ code: 2, out: "" });
    expect(await list()).toEqual([]);
  });

  it("deletes one, and says so when there is none", async () => {
    await create("a");
    const [secret] = await list();
    const words = ["pull-secret", "delete", secret!.pullSecretId];
    expect(await server.run(words)).toMatchObject({ code: 0 });
    expect(await list()).toEqual([]);
    expect(await server.run(words)).toMatchObject({
      ...{ code: 1, error: expect.stringContaining("ResourceNotFoundException") },
    });
  });
});
