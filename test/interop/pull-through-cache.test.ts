/** Docker Engine and containerd pull from a real registry through the cache, and by its mirror. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CreatePullThroughCacheRuleCommand, DescribeImagesCommand } from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { callServer } from "../../src/doors/cli/call-server.ts";
import { OciClient } from "../support/oci-client.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import { type DockerEngine, startDockerEngine } from "./docker-engine.ts";
import { freePort, type OtherRegistry, startDockerRegistry } from "./docker-registry.ts";
import { buildImage, mebibyte, type TestImage } from "./image.ts";
import { requireProgram } from "./programs.ts";
import { account, type InteropRegistry, makeScratch, openRegistry, region } from "./registry.ts";
import { runProgram, succeed } from "./run-program.ts";

let scratch: string;
let upstream: OtherRegistry;
let registry: InteropRegistry;
let mirror: string;

beforeAll(async () => {
  scratch = makeScratch();
  upstream = await startDockerRegistry(scratch);
  const port = await freePort();
  mirror = `http://127.0.0.1:${port}`;
  registry = await openRegistry(undefined, {
    ENTREPOT_EGRESS_ALLOW: "127.0.0.1",
    ENTREPOT_UPSTREAMS: JSON.stringify({ "registry-1.docker.io": upstream.url }),
    ENTREPOT_MIRROR_HTTP: `127.0.0.1:${port}`,
    ENTREPOT_MIRROR_PRINCIPAL: `arn:aws:iam::${account}:user/mirror`,
  });
  const { origin, accessKeyId, secretAccessKey } = registry.server;
  const address = { origin, region, authority: "", now: () => Date.now() };
  const UserName = "mirror";
  const Action = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:CreateRepository"];
  const Statement = [
    { Effect: "Allow", Action: [...Action, "ecr:BatchImportUpstreamImage"], Resource: "*" },
  ];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  const key = { accessKeyId, secretAccessKey };
  await callServer(address, key, "iam:CreateUser", { UserName });
  const policy = { UserName, PolicyName: "pull", PolicyDocument };
  await callServer(address, key, "iam:PutUserPolicy", policy);
  const rule = { ecrRepositoryPrefix: "hub", upstreamRegistryUrl: "https://registry-1.docker.io" };
  await registry.ecr.send(new CreatePullThroughCacheRuleCommand(rule));
  const own = { ecrRepositoryPrefix: "other", upstreamRegistryUrl: upstream.url };
  await registry.ecr.send(new CreatePullThroughCacheRuleCommand(own));
});
afterAll(async () => {
  upstream?.process.kill();
  await registry?.close();
  if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
});

/** To the upstream. */
async function publish(name: string, image: TestImage): Promise<void> {
  const client = new OciClient(upstream.url);
  for (const { content } of [image.config, ...image.layers]) await client.pushBlob(name, content);
  const manifest = JSON.parse(image.manifest.content.toString()) as object;
  const { status } = await client.send("PUT", `/v2/${name}/manifests/v1`, {
    body: image.manifest.content,
    headers: { "content-type": (manifest as { mediaType?: string }).mediaType ?? imageType },
  });
  expect(status).toBe(201);
}

const ofTests = Object.keys(process.env).filter((name) => name.startsWith("ENTREPOT_"));
const imageType = "application/vnd.oci.image.manifest.v1+json";

/** Until all of it is in the registry. */
async function cached(repositoryName: string, { manifest }: TestImage): Promise<void> {
  const imageIds = [{ imageDigest: manifest.digest, imageTag: "v1" }];
  const ask = new DescribeImagesCommand({ repositoryName, imageIds });
  await vi.waitFor(() => registry.ecr.send(ask), { timeout: 30_000, interval: 200 });
}

describe("Docker Engine", () => {
  let engine: DockerEngine;
  const docker = (...args: string[]) => succeed(engine.client, args, { env: engine.env });
  beforeAll(async () => {
    engine = await startDockerEngine(registry, [`--registry-mirror=${mirror}`]);
  });
  afterAll(() => engine?.close());

  it("pulls what is at the upstream alone, by the name of the cache", async () => {
    const image = buildImage({ layerSizes: [1_000, 20 * mebibyte] });
    await publish("team/docker", image);
    const input = await registry.password();
    const address = registry.address("plain HTTP");
    const login = ["login", "-u", "AWS", "--password-stdin", address];
    await succeed(engine.client, login, { env: engine.env, input });
    const name = `${address}/other/team/docker:v1`;
    await docker("pull", name);
    const held = await docker("image", "inspect", "--format", "{{.Id}}", name);
    expect(held.stdout.trim()).toBe(image.config.digest);
    await cached("other/team/docker", image);
  });

  it("pulls what it takes to be of Docker Hub from the mirror", async () => {
    const image = buildImage();
    await publish("library/mirrored", image);
    await docker("pull", "mirrored:v1");
    const held = await docker("image", "inspect", "--format", "{{.Id}}", "mirrored:v1");
    expect(held.stdout.trim()).toBe(image.config.digest);
    await cached("hub/library/mirrored", image);
  });
});

describe("containerd", () => {
  let socket: string;
  let daemon: Daemon;
  const ctr = (...args: string[]) => succeed(requireProgram("ctr"), ["--address", socket, ...args]);
  beforeAll(async () => {
    socket = join(scratch, "containerd.sock");
    const config = join(scratch, "config.toml");
    const lines = [
      "version = 2",
      `root = ${JSON.stringify(join(scratch, "root"))}`,
      `state = ${JSON.stringify(join(scratch, "state"))}`,
      'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
      `[grpc]\naddress = ${JSON.stringify(socket)}`,
      `[ttrpc]\naddress = ${JSON.stringify(`${socket}.ttrpc`)}`,
    ];
    writeFileSync(config, lines.join("\n"));
    daemon = await startDaemon(requireProgram("containerd"), ["--config", config], async () => {
      const version = ["--address", socket, "version"];
      return (await runProgram(requireProgram("ctr"), version)).code === 0;
    });
  });
  afterAll(() => daemon?.stop());

  it("pulls by the files that mirror-config writes, of Docker Hub and of another registry", async () => {
    const hosts = join(scratch, "hosts");
    const words = ["bin/entrepot.mjs", "mirror-config", mirror, "--containerd", hosts];
    const { origin, accessKeyId, secretAccessKey } = registry.server;
    await succeed(process.execPath, [...words, "--endpoint", origin], {
      env: {
        // What tests tell one another is no setting.
        ...Object.fromEntries(ofTests.map((name) => [name, undefined])),
        ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      },
    });
    const image = buildImage();
    await publish("library/contained", image);
    const host = new URL(upstream.url).host;
    for (const [name, repository] of [
      ["docker.io/library/contained:v1", "hub/library/contained"],
      [`${host}/library/contained:v1`, "other/library/contained"],
    ] as const) {
      await ctr("images", "pull", "--snapshotter", "native", "--hosts-dir", hosts, name);
      const { stdout } = await ctr("images", "list", `name==${name}`);
      expect(stdout).toContain(image.manifest.digest);
      await cached(repository, image);
    }
  });
});
