import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ContainerTools, openContainerTools } from "./container-tools.ts";
import { mebibyte } from "./image.ts";
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

const buildah = (...args: string[]) => succeed(requireProgram("buildah"), args, { env: tools.env });

/** Builds an image of one random file, from nothing, and returns its id. */
async function build(name: string, sizeBytes: number): Promise<string> {
  const file = join(tools.directory, "content");
  writeFileSync(file, randomBytes(sizeBytes));
  const container = (await buildah("from", "scratch")).stdout.trim();
  await buildah("copy", container, file, "/content");
  await buildah("config", "--cmd", "/content", container);
  const { stdout } = await buildah("commit", "--rm", container, name);
  return stdout.trim();
}

describe.each(transports)("buildah over %s", (transport) => {
  let flags: string[];

  beforeAll(async () => {
    flags = tools.flags(transport);
    const args = ["login", ...flags, "--username=AWS", "--password-stdin"];
    await succeed(requireProgram("buildah"), [...args, registry.address(transport)], {
      env: tools.env,
      input: await registry.password(),
    });
  });

  it.each([
    ["a small layer", 10_000],
    ["a layer of 60 MiB", 60 * mebibyte],
  ])("builds from scratch, pushes and pulls %s", async (_title, sizeBytes) => {
    const name = `${registry.address(transport)}/${await registry.createRepository("buildah")}:v1`;
    const id = await build(name, sizeBytes);
    await buildah("push", ...flags, name);
    await buildah("rmi", "--all", "--force");
    const { stdout } = await buildah("pull", "--quiet", ...flags, name);
    expect(stdout.trim()).toBe(id);
    await buildah("rmi", "--all", "--force");
  });

  it("builds on an image that it pulls from the registry", async () => {
    const repository = await registry.createRepository("buildah-base");
    const name = `${registry.address(transport)}/${repository}`;
    await build(`${name}:base`, 10_000);
    await buildah("push", ...flags, `${name}:base`);
    await buildah("rmi", "--all", "--force");
    const container = (await buildah("from", "--pull", ...flags, `${name}:base`)).stdout.trim();
    await buildah("copy", container, join(tools.directory, "content"), "/second");
    await buildah("commit", "--rm", container, `${name}:derived`);
    await buildah("push", ...flags, `${name}:derived`);
    await buildah("rmi", "--all", "--force");
    await buildah("pull", ...flags, `${name}:derived`);
  });
});

it("buildah is refused without a login", async () => {
  const name = `${registry.address("plain HTTP")}/${await registry.createRepository("anonymous")}:v1`;
  await build(name, 10_000);
  const noLogin = join(tools.directory, "no-login.json");
  writeFileSync(noLogin, "{}");
  const args = ["push", ...tools.flags("plain HTTP"), name];
  const { output } = await fail(requireProgram("buildah"), args, {
    env: { ...tools.env, REGISTRY_AUTH_FILE: noLogin },
  });
  expect(output).toMatch(/authentication required|unauthorized|Not Authorized/i);
});
