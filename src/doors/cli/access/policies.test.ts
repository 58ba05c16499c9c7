/** The commands as they are typed, on a server that listens. */
import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import { policyText } from "../../../../test/support/identity.ts";
import type { LintedPolicy, PolicyDetails, PolicySummary } from "./policies.ts";

const pull = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
const token = { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" };
const pullText = policyText(token, { Effect: "Allow", Action: pull, Resource: "*" });
const own = "arn:aws:iam::000000000000:policy/team/pull";

let server: CommandServer;
beforeAll(async () => {
  server = await openCommandServer();
  await server.ask("iam:CreatePolicy", {
    ...{ PolicyName: "pull", Path: "/team/", PolicyDocument: pullText, Description: "pulls" },
  });
});
afterAll(() => server.close());

const lint = (...words: string[]) => server.run(["policy", "lint", ...words]);

async function fileWith(text: string): Promise<string> {
  const file = join(server.directory, "policy.json");
  await writeFile(file, text);
  return file;
}

describe("entrepot policy", () => {
  it("lists the account's own policies, AWS's, or both", async () => {
    const arns = async (...words: string[]) =>
      (await server.json<{ policies: PolicySummary[] }>(["policy", "list", ...words])).policies.map(
        ({ arn }) => arn,
      );
    expect(await arns()).toEqual([own]);
    const aws = await arns("--aws");
    expect(aws).toContain("arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryFullAccess");
    expect((await arns("--all")).toSorted()).toEqual([own, ...aws].toSorted());
    expect((await server.run(["policy", "list", "--all", "--aws"])).code).toBe(2);
    expect((await server.run(["policy", "list"])).out).toMatch(
      /^NAME +USES +VERSION +UPDATED +ARN\npull +0 +v1 +20\S+ +arn:\S+\/team\/pull\n$/,
    );
  });

  it("shows a policy by name or ARN: who has it, its versions, and the text of one", async () => {
    await server.json(["user", "create", "ci", "--policy", "pull"]);
    const other = policyText(token);
    await server.ask("iam:CreatePolicyVersion", {
      ...{ PolicyArn: own, PolicyDocument: other, SetAsDefault: true },
    });
    const show = async (...words: string[]) =>
      (await server.json<{ policy: PolicyDetails }>(["policy", "show", ...words])).policy;
    const policy = await show("pull");
    expect(policy).toMatchObject({
      ...{ arn: own, description: "pulls", attachments: 1, attachedTo: ["user ci"] },
      ...{ versions: ["v2", "v1"], version: "v2", document: other },
    });
    expect(await show(own)).toEqual(policy);
    expect(await show("pull", "--policy-version", "v1")).toMatchObject({ document: pullText });
    const { out } = await server.run(["policy", "show", "pull"]);
    expect(out).toContain("Versions     v2 (in force), v1\n");
    expect(out).toContain('"Action": "ecr:GetAuthorizationToken"');
    expect((await server.run(["policy", "show", "mistyped"])).error).toBe(
      'entrepot: there is no managed policy "mistyped"\n',
    );
  });
});

describe("entrepot policy lint", () => {
  const faulty = pullText.replace("ecr:BatchGetImage", "ecr:BatchGetImages");

  it("says what is wrong, in which line, shows the corrected text, and exits with 1", async () => {
    const file = await fileWith(faulty);
    const { code, out, error } = await lint(file);
    expect([code, error]).toEqual([1, ""]);
    expect(out).toContain(
      `${file}:1: error: There is no action 'ecr:BatchGetImages'; the nearest is 'ecr:BatchGetImage' [unknown-action]\n`,
    );
    expect(out).toContain(`\nCorrected:\n${pullText}\n`);
    expect(await readFile(file, "utf8")).toBe(faulty);
  });

  it("writes the corrected text where it is told to, and is content then", async () => {
    const file = await fileWith(faulty);
    await chmod(file, 0o640);
    const { code, out } = await lint(file, "--fix");
    expect([code, out]).toEqual([
      0,
      expect.stringContaining(`Wrote the corrected policy to ${file}`),
    ]);
    expect(await readFile(file, "utf8")).toBe(pullText);
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    expect((await lint(file, "--fix")).code).toBe(0);
    expect((await lint(await fileWith("no JSON"), "--fix")).code).toBe(1);
    expect(await readFile(file, "utf8")).toBe("no JSON");
  });

  it("has nothing to say of a policy that is right", async () => {
    const file = await fileWith(policyText({ Effect: "Allow", Action: "ecr:*", Resource: "*" }));
    expect(await lint(file)).toEqual({
      ...{ code: 0, error: "", out: `${file}: nothing is wrong with this identity policy.\n` },
    });
  });

  it("tells of what kind a file is by what it says, unless it is told", async () => {
    const kind = async (text: string, ...words: string[]) =>
      (await server.run(["policy", "lint", await fileWith(text), "--json", ...words])).out;
    const everyone = { Effect: "Allow", Principal: "*" };
    const repository = policyText({ ...everyone, Action: pull });
    for (const [text, policyKind] of [
      [policyText({ ...everyone, Action: "sts:AssumeRole" }), "trust"],
      [policyText({ ...everyone, Action: "ecr:ReplicateImage", Resource: "*" }), "registry"],
      [repository, "repository"],
    ] as const) {
      expect(JSON.parse(await kind(text))).toMatchObject({ policyKind });
    }
    const told = JSON.parse(await kind(repository, "--kind", "identity")) as LintedPolicy;
    expect(told.findings).toContainEqual(expect.objectContaining({ code: "invalid-policy" }));
  });

  it("looks through what is stored: a managed policy, a role's trust, a repository's policy", async () => {
    await server.ask("ecr:CreateRepository", { repositoryName: "team/app" });
    await server.ask("ecr:SetRepositoryPolicy", {
      repositoryName: "team/app",
      policyText: policyText({ Effect: "Allow", Principal: "*", Action: pull }),
    });
    await server.json(["role", "create", "deploy", "--trust", "account"]);
    const repository = "arn:aws:ecr:eu-west-1:000000000000:repository/team/app";
    const found = async (arn: string) => {
      const answer = await server.json<LintedPolicy>(["policy", "lint", arn]);
      return [answer.policyKind, answer.findings.map(({ code }) => code)];
    };
    expect(await found(repository)).toEqual([
      "repository",
      expect.arrayContaining(["open-to-everyone"]),
    ]);
    expect(await found("arn:aws:iam::000000000000:role/deploy")).toEqual(["trust", []]);
    expect((await found(own))[0]).toBe("managed");
    for (const wrong of [[repository, "--fix"], ["arn:aws:iam::000000000000:user/ci"]]) {
      expect((await lint(...wrong)).code).toBe(2);
    }
    const elsewhere = await lint(repository.replace("eu-west-1", "us-east-1"));
    expect(elsewhere.error).toContain("name it with --region us-east-1");
  });
});
