import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ContainerTools, openContainerTools } from "./container-tools.ts";
import { buildImage, dockerArchive, mebibyte, type TestImage } from "./image.ts";
import { requireProgram } from "./programs.ts";
import { type InteropRegistry, openRegistry, transports } from "./registry.ts";
import { fail, succeed } from "./run-program.ts";

let registry: InteropRegistry;
let tools: ContainerTools;

beforeAll(async () => {
  registry = await openRegistry();
  tools = openContainerTools(registry);
});

afterAll(async () => {
  await tools?.close();
  await registry?.close();
});

const podman = (...args: string[]) => succeed(requireProgram("podman"), args, { env: tools.env });

async function load(image: TestImage, name: string): Promise<void> {
  await succeed(requireProgram("podman"), ["load"], {
    env: tools.env,
    input: dockerArchive(image, name),
  });
}

async function idOf(name: string): Promise<string> {
  const { stdout } = await podman("image", "inspect", "--format", "{{.Id}}", name);
  return `sha256:${stdout.trim()}`;
}

describe.each(transports)("podman over %s", (transport) => {
  let flags: string[];

  async function login(password: string, run = succeed) {
    const args = ["login", ...flags, "--username=AWS", "--password-stdin"];
    return run(requireProgram("podman"), [...args, registry.address(transport)], {
      env: tools.env,
      input: password,
    });
  }

  beforeAll(async () => {
    flags = tools.flags(transport);
    await login(await registry.password());
  });

  it("pushes an image and pulls it again by tag and by digest", async () => {
    const image = buildImage();
    const name = `${registry.address(transport)}/${await registry.createRepository("podman")}`;
    await load(image, `${name}:v1`);
    const digestFile = join(tools.directory, "digest");
    await podman("push", ...flags, `--digestfile=${digestFile}`, "--format=oci", `${name}:v1`);
    const { stdout: digest } = await succeed("cat", [digestFile]);
    for (const reference of [`${name}:v1`, `${name}@${digest}`]) {
      await podman("rmi", "--all", "--force");
      await podman("pull", ...flags, reference);
      await podman("image", "exists", reference);
    }
    const { stdout } = await podman(
      "image",
      "inspect",
      "--format",
      "{{.Digest}}",
      `${name}@${digest}`,
    );
    expect(stdout.trim()).toBe(digest);
  });

  it("keeps an image's id through a push as a Docker image", async () => {
    const image = buildImage();
    const name = `${registry.address(transport)}/${await registry.createRepository("v2s2")}:v1`;
    await load(image, name);
    const id = await idOf(name);
    await podman("push", ...flags, "--format=v2s2", name);
    await podman("rmi", "--all", "--force");
    await podman("pull", ...flags, name);
    expect(await idOf(name)).toBe(id);
  });

  it("pushes a manifest list with its images and pulls one platform of it", async () => {
    const repository = await registry.createRepository("podman-list");
    const name = `${registry.address(transport)}/${repository}`;
    const images = [buildImage(), buildImage({ architecture: "arm64" })];
    await podman("manifest", "create", `list-${repository}`);
    for (const image of images) {
      const archive = join(tools.directory, `${image.architecture}.tar`);
      writeFileSync(archive, dockerArchive(image, `${name}:${image.architecture}`));
      await podman("manifest", "add", `list-${repository}`, `docker-archive:${archive}`);
    }
    await podman(
      "manifest",
      "push",
      "--all",
      ...flags,
      `list-${repository}`,
      `docker://${name}:all`,
    );
    await podman("manifest", "rm", `list-${repository}`);
    await podman("rmi", "--all", "--force");
    await podman("pull", ...flags, "--arch=arm64", `${name}:all`);
    const { stdout } = await podman(
      "image",
      "inspect",
      "--format",
      "{{.Architecture}}",
      `${name}:all`,
    );
    expect(stdout.trim()).toBe("arm64");
  });

  it("moves a layer of 60 MiB", async () => {
    const image = buildImage({ layerSizes: [60 * mebibyte] });
    const name = `${registry.address(transport)}/${await registry.createRepository("large")}:v1`;
    await load(image, name);
    const id = await idOf(name);
    await podman("push", ...flags, name);
    await podman("rmi", "--all", "--force");
    await podman("pull", ...flags, name);
    expect(await idOf(name)).toBe(id);
    await podman("rmi", "--all", "--force");
  });

  it("cannot log in with a wrong password", async () => {
    const { output } = await login("wrong", fail);
    expect(output).toContain("invalid username/password");
    await login(await registry.password());
  });

  it("is told which repository is missing", async () => {
    const name = `${registry.address(transport)}/interop/nowhere:v1`;
    await load(buildImage(), name);
    const { output } = await fail(requireProgram("podman"), ["push", ...flags, name], {
      env: tools.env,
    });
    expect(output).toContain("The repository with name 'interop/nowhere' does not exist");
  });
});

it("podman refuses TLS under an authority that it was not told to trust", async () => {
  const args = ["login", "--username=AWS", "--password-stdin", registry.address("TLS")];
  const { output } = await fail(requireProgram("podman"), args, {
    env: tools.env,
    input: await registry.password(),
  });
  expect(output).toContain("x509: certificate signed by unknown authority");
});
