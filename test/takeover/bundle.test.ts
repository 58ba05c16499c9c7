import { copyFile, mkdtemp, open, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runCommand } from "../support/cli.ts";
import { digestOf, imageManifest, ociManifest } from "../support/ecr.ts";
import type { OciClient } from "../support/oci-client.ts";
import { emptyLayer, schema1Payload, signSchema1 } from "../support/schema1.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { clientSettings, registryClient, runImport } from "../support/takeover-run.ts";
import {
  missingFrom,
  pushRepository,
  type SampleRepository,
  sampleRepository,
} from "../support/takeover-samples.ts";
import { ecrClient } from "../support/takeover-token.ts";

/** Each runs several commands, which are processes. */
vi.setConfig({ testTimeout: 180_000 });

const lifecyclePolicyText = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber: 500 },
      action: { type: "expire" },
    },
  ],
});
const policyText = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "ecr:BatchGetImage", Sid: "pull" }],
});

let inside: RunningServer;
let outside: RunningServer;
let clients: { readonly inside: OciClient; readonly outside: OciClient };
let directory: string;
let trust: string[];
const path = (name: string) => join(directory, name);

beforeAll(async () => {
  [outside, inside] = await Promise.all([startServer(), startServer()]);
  clients = { outside: await registryClient(outside), inside: await registryClient(inside) };
  directory = await mkdtemp(join(tmpdir(), "entrepot-bundle-"));
  await exported("--make-key", path("key"));
  trust = ["--trust", path("key.pub")];
  for (const name of ["apps/one", "apps/two", "other"]) await fill(sampleRepository(name));
});
afterAll(async () => {
  await Promise.all([inside?.stop(), outside?.stop()]);
  await rm(directory, { recursive: true, force: true });
});

async function fill(sample: SampleRepository): Promise<void> {
  const client = ecrClient(outside);
  const { name: repositoryName } = sample;
  const imageTagMutability = "IMMUTABLE" as const;
  const scanning = { imageScanningConfiguration: { scanOnPush: true } };
  const tags = [{ Key: "team", Value: "blue" }];
  await client.send(
    new CreateRepositoryCommand({ repositoryName, imageTagMutability, tags, ...scanning }),
  );
  await client.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }));
  await client.send(new SetRepositoryPolicyCommand({ repositoryName, policyText }));
  await pushRepository(clients.outside, sample);
}

async function run(server: RunningServer, ...words: string[]) {
  const all = ["export", ...words, "--endpoint", server.origin, "--json"];
  const { code, out, error } = await runCommand(all, clientSettings(server));
  expect([code, error], out).toEqual([0, ""]);
  return JSON.parse(out) as { readonly contents: number; readonly bytes: number };
}

const exported = (...words: string[]) => run(outside, ...words);
const signed = () => ["--key", path("key")];

describe("a bundle", () => {
  it("brings repositories whole, with what is set for them", async () => {
    await exported(path("apps"), ...signed(), "--repositories", "apps/*");
    const { code, report } = await runImport(inside, path("apps"), ...trust, "--verify");
    expect([code, report.leftOut, report.notes]).toEqual([0, [], []]);
    for (const name of ["apps/one", "apps/two"]) {
      expect(await missingFrom(clients.inside, sampleRepository(name), name)).toEqual([]);
    }
    const client = ecrClient(inside);
    const { repositories } = await client.send(new DescribeRepositoriesCommand({}));
    expect(repositories?.map((each) => [each.repositoryName, each.imageTagMutability])).toEqual([
      ["apps/one", "IMMUTABLE"],
      ["apps/two", "IMMUTABLE"],
    ]);
    const named = { repositoryName: "apps/one" };
    const lifecycle = await client.send(new GetLifecyclePolicyCommand(named));
    expect(JSON.parse(lifecycle.lifecyclePolicyText ?? "")).toEqual(
      JSON.parse(lifecyclePolicyText),
    );
    const policy = await client.send(new GetRepositoryPolicyCommand(named));
    expect(JSON.parse(policy.policyText ?? "")).toMatchObject({ Statement: [{ Sid: "pull" }] });
  });

  it("brings single images with what is about them", async () => {
    await exported(path("single"), ...signed(), "--images", "other:multi");
    const { code } = await runImport(inside, path("single"), ...trust, "--to", "single");
    expect(code).toBe(0);
    const sample = sampleRepository("other");
    const missing = await missingFrom(clients.inside, sample, "single/other");
    const manifests = missing.filter((each) => each.includes("/manifests/"));
    // The plain image by tag and digest, the one without a tag, and the signature's old name.
    const fallback = [...sample.tags.keys()].find((tag) => tag.startsWith("sha256-"));
    const left = ["v1", fallback].flatMap((tag = "") => [tag, sample.tags.get(tag)]);
    const untagged = [...sample.manifests.keys()].at(-1);
    const paths = [...left, untagged].map((each) => `single/other/manifests/${each}: 404`);
    expect(new Set(manifests)).toEqual(new Set(paths));
  });

  it("leaves out images of Docker's schema 1, says so, and has the rest", async () => {
    const repositoryName = "old";
    await ecrClient(outside).send(new CreateRepositoryCommand({ repositoryName }));
    const layer = await clients.outside.pushBlob(repositoryName, emptyLayer);
    const config = Buffer.from("{}");
    await clients.outside.pushBlob(repositoryName, config);
    const payload = schema1Payload([layer]);
    const path1 = `/v2/${repositoryName}/manifests/ancient`;
    await clients.outside.send("PUT", path1, { body: signSchema1(payload) });
    const manifest = { ...imageManifest(config), mediaType: ociManifest };
    await clients.outside.putManifest(repositoryName, "recent", manifest);

    const words = ["export", path("old"), ...signed(), "--repositories", repositoryName];
    const all = [...words, "--endpoint", outside.origin];
    const { code, out } = await runCommand(all, clientSettings(outside));
    expect(code).toBe(3);
    expect(out).toContain(
      `Left out: ${repositoryName}@${digestOf(payload)} is of Docker's schema 1`,
    );
    const imported = await runImport(inside, path("old"), ...trust, "--verify");
    expect([imported.code, imported.report.images.sent]).toEqual([0, 1]);
  });

  it("without what the other side has, is smaller and completes it", async () => {
    await run(inside, path("inventory"), "--inventory");
    await fill(sampleRepository("apps/three"));
    const whole = await exported(path("whole"), ...signed(), "--repositories", "apps/*");
    const words = [...signed(), "--repositories", "apps/*", "--since"];
    const since = await exported(path("difference"), ...words, path("inventory"));
    expect(since.contents).toBeLessThan(whole.contents / 2);
    expect(since.bytes).toBeLessThan(whole.bytes / 2);
    const { code, report } = await runImport(inside, path("difference"), ...trust, "--verify");
    expect([code, report.images.there > 0, report.images.sent > 0]).toEqual([0, true, true]);
    for (const name of ["apps/one", "apps/two", "apps/three"]) {
      expect(await missingFrom(clients.inside, sampleRepository(name), name)).toEqual([]);
    }
    // What came by one bundle need not come by the next.
    const next = await exported(path("next"), ...words, path("difference"));
    expect(next.contents).toBe(0);
    expect((await runImport(inside, path("next"), ...trust)).code).toBe(0);
  });

  it("that leaves out what the other side has not, says so, and brings the rest", async () => {
    const words = [path("difference"), ...trust, "--to", "elsewhere"];
    const empty = await startServer();
    try {
      const { code, report } = await runImport(empty, ...words);
      expect([code, report.complete, report.images.sent > 0]).toEqual([3, false, true]);
      expect(report.leftOut[0]?.reason).toContain("is not there");
      const three = sampleRepository("apps/three");
      const client = await registryClient(empty);
      expect(await missingFrom(client, three, "elsewhere/apps/three")).toEqual([]);
    } finally {
      await empty.stop();
    }
  });
});

describe("advisories in a bundle", () => {
  const vulndb = async (data: string, ...words: string[]) => {
    // Advisories that are old are told by the exit code of their status.
    const { out } = await runCommand(["vulndb", ...words, "--data", data, "--json"]);
    return JSON.parse(out) as { readonly index: { readonly version: string } };
  };

  it("become the other side's where that is wanted, and are never older than what is there", async () => {
    const affected = [
      { package: { ecosystem: "npm", name: "entrepot-test" }, versions: ["1.0.0"] },
    ];
    const record = { id: "GHSA-bundle", modified: "2026-01-01T00:00:00Z", affected };
    await writeFile(path("record.json"), JSON.stringify(record));
    await vulndb(path("data"), "import", path("record.json"));
    const words = ["--images", "other:v1", "--advisories", "--data", path("data")];
    await exported(path("advised"), ...signed(), ...words);
    const before = await vulndb(path("other-data"), "status");
    const take = (...more: string[]) =>
      runImport(inside, path("advised"), ...trust, "--data", path("other-data"), ...more);
    expect((await take()).report).toMatchObject({
      adopted: expect.stringContaining("--advisories makes them"),
    });
    expect(await vulndb(path("other-data"), "status")).toEqual(before);
    expect((await take("--advisories")).report).toMatchObject({
      adopted: expect.stringContaining("are those of the data directory"),
    });
    const own = await vulndb(path("data"), "status");
    const taken = await vulndb(path("other-data"), "status");
    expect(taken.index.version).toBe(own.index.version);
    expect(taken.index.version).not.toBe(before.index.version);
    expect((await take("--advisories")).report).toMatchObject({
      adopted: expect.stringContaining("not younger"),
    });
  });
});

describe("a bundle is refused, and nothing of it taken", () => {
  const refusal = async (file: string, ...words: string[]) => {
    const all = [file, "--to", "refused", ...words];
    const { code, report } = await runImport(inside, ...all);
    expect(code).toBe(1);
    expect((await clients.inside.get("/v2/refused/apps/one/tags/list")).status).toBe(404);
    return report.error ?? "";
  };

  it("where its key is not trusted", async () => {
    await exported("--make-key", path("other-key"));
    const sentence = await refusal(path("apps"), "--trust", path("other-key.pub"));
    expect(sentence).toContain("which is not trusted");
    expect(await refusal(path("apps"))).toContain("name its public key with --trust");
  });

  it("where it breaks off, or something follows", async () => {
    const cut = path("cut");
    await copyFile(path("apps"), cut);
    await truncate(cut, (await stat(cut)).size - 512);
    expect(await refusal(cut, ...trust)).toContain("breaks off");
    await copyFile(path("apps"), cut);
    await writeFile(cut, "\0", { flag: "a" });
    expect(await refusal(cut, ...trust)).toContain("Something follows");
  });

  it.each([
    ["its list", '"references"'],
    ["its signature", '"signature":"'],
    ["a header", "blobs/sha256/"],
    ["a layer", "apps/one amd64"],
  ])("where a byte of %s is another one", async (_what, text) => {
    const changed = path("changed");
    await copyFile(path("apps"), changed);
    const content = await readFile(changed);
    const isLayer = text.startsWith("apps/one");
    // Layers are compressed: the first content that is no text is one.
    const at = isLayer
      ? content.indexOf(Buffer.from([0x1f, 0x8b])) + 12
      : content.indexOf(text) + 14;
    const handle = await open(changed, "r+");
    await handle.write(Buffer.from([content[at]! ^ 1]), 0, 1, at);
    await handle.close();
    await refusal(changed, ...trust);
  });
});
