import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Daemon, startDaemon } from "./daemon.ts";
import { buildImage, buildIndex, mebibyte, ociArchive, type TestImage } from "./image.ts";
import { requireProgram } from "./programs.ts";
import {
  account,
  type InteropRegistry,
  makeScratch,
  openRegistry,
  region,
  type Transport,
  transports,
} from "./registry.ts";
import { fail, runProgram, succeed } from "./run-program.ts";

let registry: InteropRegistry;
let directory: string;
let socket: string;
let daemon: Daemon;

beforeAll(async () => {
  registry = await openRegistry();
  directory = makeScratch();
  socket = join(directory, "containerd.sock");
  const config = join(directory, "config.toml");
  writeFileSync(config, configuration());
  daemon = await startDaemon(requireProgram("containerd"), ["--config", config], async () => {
    const version = ["--address", socket, "version"];
    return (await runProgram(requireProgram("ctr"), version)).code === 0;
  });
  writeHosts("trusted", `ca = ${JSON.stringify(registry.caFile)}`);
  writeHosts("untrusted", "");
});

afterAll(async () => {
  await daemon?.stop();
  await registry?.close();
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
});

/** It moves images and starts no container, so it needs neither CRI nor a network. */
function configuration(): string {
  return `
version = 2
root = ${JSON.stringify(join(directory, "root"))}
state = ${JSON.stringify(join(directory, "state"))}
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = ${JSON.stringify(socket)}
[ttrpc]
address = ${JSON.stringify(`${socket}.ttrpc`)}
`;
}

/** A directory for `--hosts-dir`, as containerd's documentation describes it: where it finds a host. */
function writeHosts(name: string, authority: string, host = registry.address("TLS")): void {
  const hosts = join(directory, name, host);
  mkdirSync(hosts, { recursive: true });
  writeFileSync(
    join(hosts, "hosts.toml"),
    `server = "${registry.url("TLS")}"
[host."${registry.url("TLS")}"]
  capabilities = ["pull", "resolve", "push"]
  ${authority}
`,
  );
}

const ctr = (...args: string[]) => succeed(requireProgram("ctr"), ["--address", socket, ...args]);

function flagsFor(transport: Transport, password: string, hosts = "trusted"): string[] {
  const how = transport === "TLS" ? ["--hosts-dir", join(directory, hosts)] : ["--plain-http"];
  return ["--user", `AWS:${password}`, ...how];
}

async function importImages(images: readonly TestImage[], name: string): Promise<void> {
  await succeed(
    requireProgram("ctr"),
    ["--address", socket, "images", "import", "--no-unpack", "--all-platforms", "-"],
    { input: ociArchive(images, name) },
  );
}

/** Forgets the image and its content, so that a pull has to fetch everything. */
async function forget(name: string): Promise<void> {
  await ctr("images", "remove", "--sync", name);
  const { stdout } = await ctr("content", "list", "--quiet");
  expect(stdout.trim()).toBe("");
}

async function targetOf(name: string): Promise<string | undefined> {
  const { stdout } = await ctr("images", "list", `name==${name}`);
  return /sha256:[0-9a-f]{64}/.exec(stdout)?.[0];
}

describe.each(transports)("containerd over %s", (transport) => {
  let flags: string[];
  beforeAll(async () => {
    flags = flagsFor(transport, await registry.password());
  });

  it("pushes an image and pulls it again by tag and by digest", async () => {
    const image = buildImage();
    const name = `${registry.address(transport)}/${await registry.createRepository("containerd")}`;
    await importImages([image], `${name}:v1`);
    await ctr("images", "push", ...flags, `${name}:v1`);
    await forget(`${name}:v1`);
    for (const reference of [`${name}:v1`, `${name}@${image.manifest.digest}`]) {
      await ctr("images", "pull", "--snapshotter", "native", ...flags, reference);
      expect(await targetOf(reference)).toBe(image.manifest.digest);
      await forget(reference);
    }
  });

  it("pushes an index and pulls all its platforms", async () => {
    const images = [buildImage(), buildImage({ architecture: "arm64" })];
    const name = `${registry.address(transport)}/${await registry.createRepository("index")}:all`;
    await importImages(images, name);
    await ctr("images", "push", ...flags, name);
    await forget(name);
    await ctr("content", "fetch", "--all-platforms", ...flags, name);
    expect(await targetOf(name)).toBe(buildIndex(images).digest);
    const { stdout } = await ctr("content", "list", "--quiet");
    for (const image of images) expect(stdout).toContain(image.layers[0]!.digest);
    await forget(name);
  });

  it("moves a layer of 60 MiB", async () => {
    const image = buildImage({ layerSizes: [60 * mebibyte] });
    const name = `${registry.address(transport)}/${await registry.createRepository("large")}:v1`;
    await importImages([image], name);
    await ctr("images", "push", ...flags, name);
    await forget(name);
    await ctr("images", "pull", "--snapshotter", "native", ...flags, name);
    expect(await targetOf(name)).toBe(image.manifest.digest);
    await forget(name);
  });

  it("is refused with a wrong password", async () => {
    const name = `${registry.address(transport)}/${await registry.createRepository("wrong")}:v1`;
    const { output } = await fail(requireProgram("ctr"), [
      ...["--address", socket, "images", "pull"],
      ...flagsFor(transport, "wrong"),
      name,
    ]);
    expect(output).toContain("401 Unauthorized");
  });
});

it("containerd pushes and pulls by the names that images have in ECR", async () => {
  const host = `${account}.dkr.ecr.${region}.amazonaws.com`;
  writeHosts("ecr", `ca = ${JSON.stringify(registry.caFile)}`, host);
  const flags = flagsFor("TLS", await registry.password(), "ecr");
  const image = buildImage();
  const name = `${host}/${await registry.createRepository("named")}:v1`;
  await importImages([image], name);
  await ctr("images", "push", ...flags, name);
  await forget(name);
  await ctr("images", "pull", "--snapshotter", "native", ...flags, name);
  expect(await targetOf(name)).toBe(image.manifest.digest);
  await forget(name);
});

it("containerd refuses TLS under an authority that it was not told to trust", async () => {
  const name = `${registry.address("TLS")}/${await registry.createRepository("untrusted")}:v1`;
  const { output } = await fail(requireProgram("ctr"), [
    ...["--address", socket, "images", "pull"],
    ...flagsFor("TLS", await registry.password(), "untrusted"),
    name,
  ]);
  expect(output).toContain("x509: certificate signed by unknown authority");
});
