import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DockerEngine, startDockerEngine } from "./docker-engine.ts";
import { openRegistryWithExpiredToken } from "./expired-token.ts";
import { buildImage, dockerArchive, mebibyte, type TestImage } from "./image.ts";
import { type InteropRegistry, makeScratch, transports } from "./registry.ts";
import { fail, succeed } from "./run-program.ts";

let data: string;
let registry: InteropRegistry;
let expired: string;
let engine: DockerEngine;

beforeAll(async () => {
  data = makeScratch();
  ({ registry, expired } = await openRegistryWithExpiredToken(data));
  engine = await startDockerEngine(registry);
});

afterAll(async () => {
  await engine?.close();
  await registry?.close();
  rmSync(data, { recursive: true, force: true });
});

const docker = (...args: string[]) => succeed(engine.client, args, { env: engine.env });
const dockerFails = (...args: string[]) => fail(engine.client, args, { env: engine.env });

function login(address: string, password: string, run = succeed) {
  return run(engine.client, ["login", "-u", "AWS", "--password-stdin", address], {
    env: engine.env,
    input: password,
  });
}

async function load(image: TestImage, name: string): Promise<void> {
  await succeed(engine.client, ["load"], {
    env: engine.env,
    input: dockerArchive(image, name),
  });
}

/** Pushes and returns the digest that docker prints. */
async function push(name: string): Promise<string> {
  const { stdout } = await docker("push", name);
  const digest = /digest: (sha256:[0-9a-f]{64})/.exec(stdout)?.[1];
  if (digest === undefined) throw new Error(`docker push named no digest:\n${stdout}`);
  return digest;
}

async function forget(image: TestImage): Promise<void> {
  await docker("rmi", "--force", image.config.digest);
}

async function hold(name: string): Promise<string> {
  return (await docker("image", "inspect", "--format", "{{.Id}}", name)).stdout.trim();
}

describe.each(transports)("Docker Engine over %s", (transport) => {
  let address: string;

  beforeAll(async () => {
    address = transport === "TLS" ? engine.trustedAddress : registry.address(transport);
    await login(address, await registry.password());
  });

  it("pushes an image and pulls it again by tag and by digest", async () => {
    const image = buildImage();
    const name = `${address}/${await registry.createRepository("docker")}`;
    await load(image, `${name}:v1`);
    const digest = await push(`${name}:v1`);
    await forget(image);
    await docker("pull", `${name}:v1`);
    expect(await hold(`${name}:v1`)).toBe(image.config.digest);
    await forget(image);
    await docker("pull", `${name}@${digest}`);
    expect(await hold(`${name}@${digest}`)).toBe(image.config.digest);
  });

  it("makes the repository that a template is for by its first push", async () => {
    const image = buildImage();
    const name = `${address}/${await registry.createTemplate("docker-made")}/app:v1`;
    await load(image, name);
    await push(name);
    await forget(image);
    await docker("pull", name);
    expect(await hold(name)).toBe(image.config.digest);
  });

  it("sends no layer twice", async () => {
    const image = buildImage();
    const name = `${address}/${await registry.createRepository("docker-again")}`;
    await load(image, `${name}:v1`);
    await docker("push", `${name}:v1`);
    await docker("tag", `${name}:v1`, `${name}:v2`);
    const { stdout } = await docker("push", `${name}:v2`);
    expect(stdout.match(/Layer already exists/g)).toHaveLength(image.layers.length);
    expect(stdout).not.toContain("Pushed");
  });

  it("moves a layer of 60 MiB", async () => {
    const image = buildImage({ layerSizes: [60 * mebibyte] });
    const name = `${address}/${await registry.createRepository("docker-large")}:v1`;
    await load(image, name);
    await docker("push", name);
    await forget(image);
    await docker("pull", name);
    expect(await hold(name)).toBe(image.config.digest);
  });

  it("is told which repository is missing", async () => {
    const name = `${address}/interop/nowhere:v1`;
    await load(buildImage(), name);
    const { output } = await dockerFails("push", name);
    expect(output).toContain(
      "name unknown: The repository with name 'interop/nowhere' does not exist in the registry " +
        "with id '000000000000'",
    );
  });

  it("is told that a tag is missing", async () => {
    const name = `${address}/${await registry.createRepository("docker-empty")}:absent`;
    const { output } = await dockerFails("pull", name);
    expect(output).toContain("manifest unknown: Requested image not found");
  });

  it("cannot log in with a wrong password", async () => {
    const { output } = await login(address, "wrong", fail);
    expect(output).toMatch(/401 Unauthorized/);
  });

  it("cannot log in with a token that has expired", async () => {
    const { output } = await login(address, expired, fail);
    expect(output).toMatch(/403 Forbidden|token has expired/);
  });
});

describe("Docker Engine", () => {
  beforeAll(async () => {
    await login(registry.address("plain HTTP"), await registry.password());
  });

  it("refuses a TLS registry whose authority it was not told to trust", async () => {
    const { output } = await login(engine.untrustedAddress, await registry.password(), fail);
    expect(output).toContain("x509: certificate signed by unknown authority");
  });

  it("creates and pushes a manifest list and pulls each platform from it", async () => {
    const name = `${registry.address("plain HTTP")}/${await registry.createRepository("multi")}`;
    const images = [buildImage(), buildImage({ architecture: "arm64" })];
    for (const image of images) {
      await load(image, `${name}:${image.architecture}`);
      await docker("push", `${name}:${image.architecture}`);
    }
    const parts = images.map((image) => `${name}:${image.architecture}`);
    await docker("manifest", "create", "--insecure", `${name}:all`, ...parts);
    await docker("manifest", "push", "--insecure", `${name}:all`);
    for (const image of images) {
      await forget(image);
      await docker("pull", "--platform", `linux/${image.architecture}`, `${name}:all`);
      expect(await hold(`${name}:all`)).toBe(image.config.digest);
    }
  });

  it("cannot pull with a token that expired after it logged in", async () => {
    const address = registry.address("plain HTTP");
    const image = buildImage();
    const name = `${address}/${await registry.createRepository("expired")}:v1`;
    await load(image, name);
    await docker("push", name);
    await forget(image);
    const auth = Buffer.from(`AWS:${expired}`).toString("base64");
    const stale = join(registry.scratch, "stale-login");
    await succeed("mkdir", ["-p", stale]);
    writeFileSync(join(stale, "config.json"), JSON.stringify({ auths: { [address]: { auth } } }));
    const { output } = await fail(engine.client, ["pull", name], {
      env: { ...engine.env, DOCKER_CONFIG: stale },
    });
    expect(output).toContain(
      "denied: Your authorization token has expired. Reauthenticate and try again.",
    );
  });
});
