/** The commands as they are typed, on a server that listens. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import { account, TestRegistry } from "../../../../test/support/ecr.ts";
import { userWith } from "../../../../test/support/identity.ts";
import { createRepository } from "../../../operations/ecr/create-repository.ts";
import { approveRequest } from "../../../operations/entrepot/approve-request.ts";
import { promote } from "../../../registry/approvals/promote.ts";
import type { RepositoryName } from "../../../registry/names.ts";

let server: CommandServer;
beforeAll(async () => {
  server = await openCommandServer();
  await server.registry().ask(createRepository, { repositoryName: "team/app" });
});
afterAll(() => server.close());

const ran = async (...words: string[]) => {
  const { code, out, error } = await server.run(words);
  expect(error).toBe("");
  expect(code).toBe(0);
  return out;
};
const fileOf = async (name: string, content: object) => {
  const path = join(server.directory, name);
  await writeFile(path, JSON.stringify(content));
  return path;
};

it("puts a repository into the gallery with a version, tells of it, and takes it out", async () => {
  expect(await ran("gallery", "list")).toBe("There are none.\n");
  const fields = [{ name: "data class", type: "TEXT", isRequired: true }];
  const settings = await fileOf("settings.json", { fields, categories: ["base"] });
  expect(await ran("gallery", "settings", settings)).toContain("data class: TEXT, needed");
  const entry = { title: "App", owner: "team", purpose: "serves", categories: ["base"] };
  const lacking = await server.run(["gallery", "put", "team/app", await fileOf("e.json", entry)]);
  expect(lacking.error).toContain("'data class' is missing");
  const whole = await fileOf("e.json", { ...entry, fields: { "data class": "public" } });
  expect(await ran("gallery", "put", "team/app", whole)).toContain('in the gallery as "App"');
  await ran("gallery", "version", "team/app", "2", "--tags", "2.*");
  const old = ["--tags", "1.*", "--state", "deprecated", "--successor", "2", "--note", "use 2"];
  await ran("gallery", "version", "team/app", "1", ...old);
  expect(await ran("gallery", "list")).toMatch(/team\/app +\d{12} +App +team +base/);
  const shown = await ran("gallery", "show", "team/app");
  expect(shown).toMatch(/data class +public/);
  expect(shown).toMatch(/1 +1\.\* +DEPRECATED +2 +use 2/);
  expect(await ran("gallery", "export")).toMatch(/^---\napiVersion: .*\nkind: "Component"\n/);
  expect(await ran("gallery", "export", "--category", "none")).toBe("\n");
  expect(await ran("gallery", "subscribe", "team/app")).toContain("is told of team/app");
  expect(await ran("gallery", "subscriptions")).toMatch(/team\/app +\d{12} +arn:/);
  await ran("gallery", "unsubscribe", "team/app");
  expect(await ran("gallery", "subscriptions")).toBe("There are none.\n");
  const again = await server.run(["gallery", "unsubscribe", "team/app"]);
  expect(again.error).toContain("has no subscription");
  await ran("gallery", "version", "team/app", "1", "--delete");
  await ran("gallery", "delete", "team/app");
  expect(await ran("gallery", "list")).toBe("There are none.\n");
});

it("asks for an approval, tells of it, and lets others decide alone", async () => {
  const registry = server.registry();
  const rule = { approvals: 1, promote: { tag: "live" } };
  const put = ["environment", "put", "production", await fileOf("rule.json", rule)];
  expect(await ran(...put)).toMatch(/production +1 +whoever may +90 +- +- +live/);
  const digest = await registry.pushImage("team/app", "one", { imageTag: "v1" });
  const image = `team/app@${digest}`;
  const why = ["--comment", "release"];
  const tagged = await server.run([
    "approval",
    "request",
    "team/app:v1",
    "--environment",
    "production",
    ...why,
  ]);
  expect([tagged.code, tagged.error]).toEqual([2, expect.stringContaining("has no digest")]);
  const asked = await ran("approval", "request", image, "--environment", "production", ...why);
  const [id = ""] = /[0-9a-f]{28}/.exec(asked) ?? [];
  expect(asked).toContain("All checks pass");
  expect(await ran("approval", "list")).toMatch(/team\/app +sha256:\w+ +production +PENDING/);
  const own = await server.run(["approval", "approve", image, id, ...why]);
  expect(own.error).toContain("somebody else has to decide it");
  expect(await ran("approval", "show", "team/app", id)).toMatch(/asked by +arn:.*: release/);
  expect(await ran("approval", "withdraw", "team/app", id)).toBe(`${id} is WITHDRAWN.\n`);
  const again = await ran("approval", "request", image, "--environment", "production", ...why);
  const [other = ""] = /[0-9a-f]{28}/.exec(again) ?? [];
  const reject = await server.run(["approval", "reject", image, other, "--comment", "not yet"]);
  expect(reject.error).toContain("somebody else has to decide it");
  await ran("approval", "withdraw", "team/app", other);
  const body = "image: {{entrepot.image}}";
  const entry = {
    title: "App",
    owner: "team",
    purpose: "serves",
    templates: [{ name: "pod", body }],
  };
  const file = await fileOf("e.json", { ...entry, fields: { "data class": "public" } });
  await ran("gallery", "put", "team/app", file);
  const render = ["gallery", "render", "team/app", "pod", "--environment", "production"];
  expect((await server.run(render)).error).toContain("No image of the repository");
  const last = await ran("approval", "request", image, "--environment", "production", ...why);
  const [requestId = ""] = /[0-9a-f]{28}/.exec(last) ?? [];
  const { ports } = server.registry().environment;
  const region = server.client.region;
  const named = { account, name: "reviewer" };
  const everything = { Effect: "Allow", Action: ["ecr:*", "entrepot:*"], Resource: "*" };
  const reviewer = await userWith(ports, named, everything);
  const decision = { repositoryName: "team/app", requestId, imageDigest: digest, comment: "Good" };
  await new TestRegistry(server.store).ask(approveRequest, decision, { ...reviewer, region });
  const home = { account, region };
  const repository = await ports.metadata.repositories.find(home, "team/app" as RepositoryName);
  const { deployment, organization } = server.registry().environment;
  const { regions, trashMs } = deployment;
  const reach = { regions, trashMs, organization: async () => organization };
  await promote(ports, reach, repository!, requestId, new AbortController().signal);
  expect(await ran(...render)).toMatch(new RegExp(`^image: \\S+/team/app@${digest}\n$`));
  await ran("environment", "delete", "production");
  expect(await ran("environment", "list")).toBe("There are no environments.\n");
});
