import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { callServer } from "../../src/doors/cli/call-server.ts";
import type { InUseReport } from "../../src/doors/cli/report-in-use.ts";
import { runCommand } from "../support/cli.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import { type DockerEngine, startDockerEngine } from "./docker-engine.ts";
import { buildImage, buildIndex, ociArchive } from "./image.ts";
import { findOnPath, requireProgram } from "./programs.ts";
import { type InteropRegistry, makeScratch, openRegistry, region } from "./registry.ts";
import { runProgram, succeed } from "./run-program.ts";

let registry: InteropRegistry;
let scratch: string;
let repositoryName: string;
let name: string;

beforeAll(async () => {
  registry = await openRegistry();
  scratch = makeScratch();
  repositoryName = await registry.createRepository("running");
  name = `${registry.address("plain HTTP")}/${repositoryName}:v1`;
});

afterAll(async () => {
  await registry?.close();
  if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
});

/** `entrepot report-in-use --once` as the registry's root. */
async function report(...words: string[]): Promise<InUseReport> {
  const { dataDirectory, origin, accessKeyId, secretAccessKey } = registry.server;
  const asked = ["report-in-use", "--once", "--json", "--reporter", "node", "--endpoint", origin];
  const key = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  const settings = { ENTREPOT_DATA: dataDirectory, ...key };
  const { code, out, error } = await runCommand([...asked, ...words], settings);
  expect([code, error], out).toEqual([0, ""]);
  return JSON.parse(out) as InUseReport;
}

/** Digests that count as in use. */
async function inUse(): Promise<string[]> {
  const { origin, accessKeyId, secretAccessKey } = registry.server;
  const address = { origin, region, authority: "", now: () => Date.now() };
  const { imagesInUse } = await callServer<{ imagesInUse: { imageDigest: string }[] }>(
    ...[address, { accessKeyId, secretAccessKey }],
    ...(["entrepot:ListImagesInUse", { repositoryName }] as const),
  );
  return imagesInUse.map(({ imageDigest }) => imageDigest);
}

/** An archive of the files that a container needs to sleep. */
async function sleepArchive(): Promise<string> {
  const sleep = findOnPath("sleep");
  const { stdout } = await succeed(findOnPath("ldd"), [sleep]);
  const files = [sleep, ...(stdout.match(/\/\S+/g) ?? [])];
  const root = join(scratch, "root");
  for (const file of files) {
    mkdirSync(join(root, dirname(file)), { recursive: true });
    copyFileSync(file, join(root, file));
  }
  const archive = join(scratch, "root.tar");
  await succeed(findOnPath("tar"), ["-C", root, "-cf", archive, "."]);
  return archive;
}

it("reports what was pulled and runs in a Docker Engine, and nothing that only lies there", async () => {
  const engine: DockerEngine = await startDockerEngine(registry);
  const { client, env } = engine;
  const docker = (...args: string[]) => succeed(client, args, { env });
  const socket = (env.DOCKER_HOST ?? "").replace("unix://", "");
  try {
    const address = registry.address("plain HTTP");
    const login = ["login", "-u", "AWS", "--password-stdin", address];
    await succeed(client, login, { env, input: await registry.password() });
    const command = `CMD ["${findOnPath("sleep")}", "600"]`;
    await docker("import", "--change", command, await sleepArchive(), name);
    const { stdout } = await docker("push", name);
    const digest = /digest: (sha256:[0-9a-f]{64})/.exec(stdout)?.[1] ?? "";
    await docker("rmi", name);
    await docker("pull", name);
    expect((await report("--docker", socket)).images).toEqual([]);

    const id = (await docker("run", "--detach", "--network", "none", name)).stdout.trim();
    const { images, failures, problems } = await report("--docker", socket);
    expect(images).toEqual([{ repositoryName, imageDigest: digest }]);
    expect([failures, problems]).toEqual([[], []]);
    expect(await inUse()).toEqual([digest]);
    await docker("rm", "--force", id);
  } finally {
    await engine.close();
  }
});

it("reports the index that a container of containerd was made from", async () => {
  const socket = join(scratch, "c.sock");
  const config = join(scratch, "config.toml");
  writeFileSync(
    config,
    `version = 2
root = ${JSON.stringify(join(scratch, "containerd"))}
state = ${JSON.stringify(join(scratch, "state"))}
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = ${JSON.stringify(socket)}
[ttrpc]
address = ${JSON.stringify(`${socket}.ttrpc`)}
`,
  );
  const at = ["--address", socket, "--namespace", "k8s.io"];
  const program = requireProgram("ctr");
  const daemon: Daemon = await startDaemon(
    requireProgram("containerd"),
    ["--config", config],
    async () => (await runProgram(program, [...at, "version"])).code === 0,
  );
  const ctr = (...args: string[]) => succeed(program, [...at, ...args]);
  try {
    const images = [buildImage(), buildImage({ architecture: "arm64" })];
    const index = buildIndex(images).digest;
    const flags = ["--plain-http", "--user", `AWS:${await registry.password()}`];
    const loaded = [...at, "images", "import", "--no-unpack", "--all-platforms", "-"];
    await succeed(program, loaded, { input: ociArchive(images, name) });
    await ctr("images", "push", ...flags, name);
    await ctr("images", "remove", "--sync", name);
    await ctr(
      "images",
      "pull",
      ...flags,
      "--snapshotter",
      "native",
      "--platform",
      "linux/amd64",
      name,
    );
    expect((await report("--containerd", socket)).images).toEqual([]);

    await ctr("containers", "create", "--snapshotter", "native", name, "one");
    const reported = await report("--containerd", socket);
    expect(reported.images).toEqual([{ repositoryName, imageDigest: index }]);
    expect(await inUse()).toContain(index);
    expect((await report("--containerd", socket, "--namespace", "other")).images).toEqual([]);
  } finally {
    await daemon.stop();
  }
});
