import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  ListTagsForResourceCommand,
  PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startCommand } from "../support/cli.ts";
import type { LocalServer } from "../support/local-server.ts";
import type { OciClient } from "../support/oci-client.ts";
import { type Instead, sendJson, startSampleRegistry } from "../support/sample-registry.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { clientSettings, type ImportReport, registryClient } from "../support/takeover-run.ts";
import {
  missingFrom,
  pushRepository,
  SampleRepository,
  sampleRepository,
} from "../support/takeover-samples.ts";
import { ecrClient, tokenOf } from "../support/takeover-token.ts";

/** Each runs several commands, which are processes. */
vi.setConfig({ testTimeout: 180_000 });

let server: RunningServer;
let client: OciClient;
let directory: string;
const opened: LocalServer[] = [];

beforeAll(async () => {
  server = await startServer();
  client = await registryClient(server);
  directory = await mkdtemp(join(tmpdir(), "entrepot-import-"));
});
afterAll(async () => {
  for (const each of opened) await each.stop();
  await server?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function registryOf(repositories: readonly SampleRepository[], instead?: Instead) {
  const login = "puller:secret";
  const started = await startSampleRegistry({ repositories, login, ...(instead && { instead }) });
  opened.push(started);
  return started;
}

/** With what Docker on this machine logged in by. */
async function importFrom(
  source: string,
  words: readonly string[] = [],
  settings: Readonly<Record<string, string>> = {},
  login = Buffer.from("puller:secret").toString("base64"),
) {
  const host = source.replace(/^[^/]*\/\//, "").replace(/[/?].*$/, "");
  await writeFile(
    join(directory, "config.json"),
    JSON.stringify({ auths: { [host]: { auth: login } } }),
  );
  const all = ["import", source, ...words, "--endpoint", server.origin, "--json"];
  const environment = { ...clientSettings(server), DOCKER_CONFIG: directory, ...settings };
  const { code, out, error } = await startCommand(all, environment).ended;
  if (out === "") throw new Error(`import ended with ${code}: ${error}`);
  return { code, report: JSON.parse(out) as ImportReport & { readonly error?: string } };
}

describe("a registry that speaks OCI Distribution", () => {
  it("comes with every tag and what a tag leads to, page by page, with its tokens", async () => {
    const samples = [sampleRepository("live/one"), sampleRepository("live/two")];
    const { port } = await registryOf(samples);
    const { code, report } = await importFrom(`http://127.0.0.1:${port}`, ["--verify"]);
    expect([code, report.leftOut]).toEqual([0, []]);
    for (const sample of samples) {
      // What has no tag is in no list of such a registry.
      const untagged = [...sample.manifests.keys()].at(-1)!;
      const missing = await missingFrom(client, sample, sample.name);
      const manifests = missing.filter((each) => !each.includes("/blobs/"));
      expect(manifests).toEqual([`${sample.name}/manifests/${untagged}: 404`]);
    }
  });

  it("that fails, limits and cuts for a while, is asked again; what stays wrong is left out", async () => {
    const sample = new SampleRepository("troubled");
    for (const tag of ["busy", "cut", "down", "wrong"]) sample.image(`content ${tag}`, tag);
    const [busy, , cut, , down, , wrong] = [...sample.blobs.keys()];
    const seen = new Map<string, number>();
    const { port } = await registryOf([sample], (url, response, { headers }) => {
      const digest = url.pathname.split("/").at(-1) ?? "";
      if (!url.pathname.includes("/blobs/") || headers.authorization === undefined) return false;
      const times = (seen.get(digest) ?? 0) + 1;
      seen.set(digest, times);
      const content = sample.blobs.get(digest) ?? Buffer.alloc(0);
      if (digest === wrong) response.writeHead(200).end(Buffer.alloc(content.length));
      else if (digest === busy && times < 3) {
        response.writeHead(429, { "retry-after": "0" }).end();
      } else if (digest === down && times === 1) response.writeHead(503).end();
      else if (digest === cut && times === 1) {
        response.writeHead(200, { "content-length": content.length });
        response.write(content.subarray(0, 5), () => response.destroy());
      } else return false;
      return true;
    });
    const { code, report } = await importFrom(`http://127.0.0.1:${port}`, ["--to", "tried"]);
    expect(code).toBe(3);
    expect(report.leftOut.map(({ reference }) => reference)).toEqual(["wrong"]);
    expect([seen.get(busy!), seen.get(cut!), seen.get(down!)]).toEqual([3, 2, 2]);
    const missing = await missingFrom(client, sample, "tried/troubled");
    expect(missing.filter((each) => each.includes("/manifests/")).length).toBe(2);
  });

  it("shows its password to no other host, unless that one was named", async () => {
    const thief = await startSampleRegistry({ repositories: [] });
    opened.push(thief);
    const { port } = await registryOf([sampleRepository("stolen")], (_url, response) => {
      const realm = `Bearer realm="http://localhost:${thief.port}/token",service="x"`;
      response.writeHead(401, { "www-authenticate": realm }).end();
      return true;
    });
    const { code, report } = await importFrom(`http://127.0.0.1:${port}`);
    expect([code, report.error]).toEqual([1, expect.stringContaining("--token-realm")]);
    expect(thief.requests).toEqual([]);
  });

  it("leads nowhere inside that was not named", async () => {
    const inner = await startSampleRegistry({ repositories: [] });
    opened.push(inner);
    const { port } = await registryOf([sampleRepository("redirects")], (url, response) => {
      if (!url.pathname.includes("/blobs/")) return false;
      response.writeHead(307, { location: `http://127.0.0.2:${inner.port}/secret` }).end();
      return true;
    });
    const { code, report } = await importFrom(`http://127.0.0.1:${port}`, ["--to", "led"]);
    expect([code, report.images.sent]).toEqual([3, 0]);
    expect(inner.requests).toEqual([]);
  });
});

describe("an Entrepot, or an ECR", () => {
  let other: RunningServer;
  const sample = sampleRepository("from/ecr");
  const document = (countNumber: number) =>
    JSON.stringify({
      rules: [
        {
          rulePriority: 1,
          selection: { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber },
          action: { type: "expire" },
        },
      ],
    });
  const policyText = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Sid: "pull", Effect: "Allow", Principal: "*", Action: "ecr:BatchGetImage" }],
  });

  beforeAll(async () => {
    other = await startServer();
    const ecr = ecrClient(other);
    const named = { repositoryName: sample.name };
    await ecr.send(
      new CreateRepositoryCommand({
        ...named,
        imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
        imageTagMutabilityExclusionFilters: [{ filterType: "WILDCARD", filter: "dev-*" }],
        imageScanningConfiguration: { scanOnPush: true },
        tags: [{ Key: "team", Value: "blue" }],
      }),
    );
    await ecr.send(new SetRepositoryPolicyCommand({ ...named, policyText }));
    const lifecyclePolicyText = document(700);
    await ecr.send(new PutLifecyclePolicyCommand({ ...named, lifecyclePolicyText }));
    await pushRepository(await registryClient(other), sample);
    await writeFile(
      join(directory, "credentials"),
      `[other]\naws_access_key_id = ${other.accessKeyId}\n` +
        `aws_secret_access_key = ${other.secretAccessKey}\n`,
    );
  });
  afterAll(() => other?.stop());

  const run = (...words: string[]) => {
    const profile = { AWS_SHARED_CREDENTIALS_FILE: join(directory, "credentials") };
    const { port } = new URL(other.origin);
    const source = `ecr+http://127.0.0.1:${port}?region=us-east-1`;
    return importFrom(source, ["--source-profile", "other", ...words], profile);
  };

  it("comes with mutability, scanning, policies and tags, and with what has no tag", async () => {
    const { code, report } = await run("--verify");
    expect([code, report.leftOut, report.notes]).toEqual([0, [], []]);
    expect(await missingFrom(client, sample, sample.name)).toEqual([]);
    const ecr = ecrClient(server);
    const repositoryNames = [sample.name];
    const { repositories } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames }));
    expect(repositories?.[0]).toMatchObject({
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filter: "dev-*" }],
      imageScanningConfiguration: { scanOnPush: true },
    });
    const resourceArn = repositories?.[0]?.repositoryArn;
    const { tags } = await ecr.send(new ListTagsForResourceCommand({ resourceArn }));
    expect(tags).toEqual([{ Key: "team", Value: "blue" }]);
    const named = { repositoryName: sample.name };
    const lifecycle = await ecr.send(new GetLifecyclePolicyCommand(named));
    expect(lifecycle.lifecyclePolicyText).toContain("700");
    const policy = await ecr.send(new GetRepositoryPolicyCommand(named));
    expect(policy.policyText).toContain('"pull"');
  });

  it("overwrites no setting that was made here since", async () => {
    const ecr = ecrClient(server);
    const repositoryName = sample.name;
    const changed = { repositoryName, lifecyclePolicyText: document(900) };
    await ecr.send(new PutLifecyclePolicyCommand(changed));
    expect((await run()).code).toBe(0);
    const { lifecyclePolicyText } = await ecr.send(
      new GetLifecyclePolicyCommand({ repositoryName }),
    );
    expect(lifecyclePolicyText).toContain("900");
  });

  it("is a registry like any other, too", async () => {
    const { port } = new URL(other.origin);
    const login = await tokenOf(other);
    const { code } = await importFrom(`http://127.0.0.1:${port}`, ["--to", "plain"], {}, login);
    expect(code).toBe(0);
    const missing = await missingFrom(client, sample, `plain/${sample.name}`);
    expect(missing.filter((each) => each.includes("/manifests/")).length).toBe(1);
  });
});

/** Its API as documented for 2.0, made by hand: no Harbor runs here. */
describe("a server with Harbor's API", () => {
  const sample = sampleRepository("team/sub/app");
  const harbor: Instead = (url, response, { headers }) => {
    if (!url.pathname.startsWith("/api/v2.0/")) return false;
    if (!headers.authorization?.startsWith("Basic ")) {
      response.writeHead(401).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
      return true;
    }
    const path = url.pathname.slice("/api/v2.0".length);
    if (url.searchParams.get("page") !== "1" && !path.endsWith("rules")) {
      return sendJson(response, []);
    }
    const all = [{ kind: "doublestar", decoration: "matches", pattern: "**" }];
    const scope = { repository: [{ ...all[0], decoration: "repoMatches" }] };
    const answers: Record<string, unknown> = {
      "/projects": [
        { name: "team", metadata: { public: "true", auto_scan: "true", retention_id: "7" } },
        { name: "teams", metadata: {} },
      ],
      "/projects/team/immutabletagrules": [{ tag_selectors: all, scope_selectors: scope }],
      "/projects/team/repositories": [{ name: "team/sub/app" }],
      "/projects/team/repositories/sub%252Fapp/artifacts": artifacts(),
    };
    const answer = answers[path];
    if (answer === undefined) response.writeHead(404).end("{}");
    else sendJson(response, answer);
    return true;
  };

  function artifacts() {
    const byDigest = new Map<string, { name: string }[]>();
    for (const [tag, digest] of sample.tags) {
      byDigest.set(digest, [...(byDigest.get(digest) ?? []), { name: tag }]);
    }
    const untagged = [...sample.manifests.keys()].at(-1)!;
    const listed = [...byDigest].map(([digest, tags]) => ({ digest, tags, accessories: null }));
    const signature = [...sample.manifests.values()].find(({ bytes }) =>
      bytes.includes("application/vnd.example.signature"),
    );
    const accessories = [{ digest: signature?.digest, type: "signature.cosign" }];
    return [...listed, { digest: untagged, tags: null, accessories }];
  }

  it("comes by project, with what has no tag, accessories, and what ECR has of its settings", async () => {
    const { port } = await registryOf([sample], harbor);
    const { code, report } = await importFrom(`harbor+http://127.0.0.1:${port}/team`);
    expect([code, report.leftOut]).toEqual([0, []]);
    expect(await missingFrom(client, sample, "team/sub/app")).toEqual([]);
    expect(report.notes.map(({ reason }) => reason.slice(0, 20))).toEqual([
      "Its project retains ",
      "Its project is publi",
    ]);
    const repositoryNames = ["team/sub/app"];
    const ecr = ecrClient(server);
    const { repositories } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames }));
    expect(repositories?.[0]?.imageTagMutability).toBe("IMMUTABLE");
    expect(repositories?.[0]?.imageScanningConfiguration).toEqual({ scanOnPush: true });
  });
});

/** Its API as documented for version 1, made by hand: no Quay runs here. */
describe("a server with Quay's API", () => {
  const samples = [sampleRepository("org/one"), sampleRepository("org/two")];
  const quay: Instead = (url, response) => {
    const { pathname, searchParams } = url;
    if (pathname === "/api/v1/repository") {
      expect(searchParams.get("namespace")).toBe("org");
      const isLast = searchParams.get("next_page") === "second";
      const repository = { namespace: "org", kind: "image", state: "NORMAL" };
      return sendJson(
        response,
        isLast
          ? { repositories: [{ ...repository, name: "two", is_public: true }] }
          : { repositories: [{ ...repository, name: "one" }], next_page: "second" },
      );
    }
    const [, name] = /^\/api\/v1\/repository\/(.+)\/tag\/$/.exec(pathname) ?? [];
    const sample = samples.find((each) => each.name === name);
    if (sample === undefined) return false;
    const tags = [...sample.tags].map(([tag, digest]) => ({ name: tag, manifest_digest: digest }));
    const page = Number(searchParams.get("page"));
    const shown = tags.slice(page - 1, page);
    return sendJson(response, { tags: shown, page, has_additional: page < tags.length });
  };

  it("comes by namespace, page by page", async () => {
    const { port } = await registryOf(samples, quay);
    const { code, report } = await importFrom(`quay+http://127.0.0.1:${port}/org`);
    expect([code, report.leftOut]).toEqual([0, []]);
    expect(report.notes.map(({ repository }) => repository)).toEqual(["org/two"]);
    for (const sample of samples) {
      const untagged = [...sample.manifests.keys()].at(-1)!;
      const missing = await missingFrom(client, sample, sample.name);
      const manifests = missing.filter((each) => !each.includes("/blobs/"));
      expect(manifests).toEqual([`${sample.name}/manifests/${untagged}: 404`]);
    }
  });
});
