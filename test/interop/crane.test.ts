import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dockerConfigEnv } from "./docker-config.ts";
import { buildImage, writeOciLayout } from "./image.ts";
import { requireProgram } from "./programs.ts";
import { type InteropRegistry, openRegistry, transports } from "./registry.ts";
import { fail, type RunOptions, succeed } from "./run-program.ts";

let registry: InteropRegistry;
let options: RunOptions;
let layouts = 0;

beforeAll(async () => {
  registry = await openRegistry();
  options = { env: await dockerConfigEnv(registry), cwd: registry.scratch };
});

afterAll(() => registry?.close());

async function crane(...args: string[]): Promise<string> {
  return (await succeed(requireProgram("crane"), args, options)).stdout.trim();
}

/** Pushes an image of one layer and says its digest. */
async function push(name: string): Promise<string> {
  const layout = join(registry.scratch, `layout-${++layouts}`);
  const digest = writeOciLayout(layout, [buildImage()], "v1");
  await crane("push", layout, name);
  return digest;
}

describe.each(transports)("crane over %s", (transport) => {
  const nameIn = async (prefix: string) =>
    `${registry.address(transport)}/${await registry.createRepository(prefix)}`;

  it("pushes, pulls, lists, tags and deletes", async () => {
    const name = await nameIn("crane");
    const digest = await push(`${name}:v1`);
    expect(await crane("digest", `${name}:v1`)).toBe(digest);
    await crane("validate", "--remote", `${name}:v1`);
    await crane("tag", `${name}:v1`, "v2");
    expect(await crane("ls", name)).toBe("v1\nv2");
    await crane("delete", `${name}:v2`);
    expect(await crane("ls", name)).toBe("v1");
    expect((await crane("catalog", registry.address(transport))).split("\n")).toContain(
      name.slice(name.indexOf("/") + 1),
    );
    const { output } = await fail(requireProgram("crane"), ["manifest", `${name}:v2`], options);
    expect(output).toContain("MANIFEST_UNKNOWN: Requested image not found");
  });

  it("copies a repository with all its tags without moving a layer", async () => {
    const [from, to] = [await nameIn("crane-from"), await nameIn("crane-to")];
    const digest = await push(`${from}:v1`);
    await crane("tag", `${from}:v1`, "v2");
    const { output } = await succeed(
      requireProgram("crane"),
      ["copy", "--all-tags", from, to],
      options,
    );
    expect(output).toContain("mounted blob");
    expect(output).not.toContain("pushed blob");
    expect(await crane("digest", `${to}:v2`)).toBe(digest);
  });
});

it("crane changes images where they are, and leaves nothing of an index", async () => {
  const name = `${registry.address("plain HTTP")}/${await registry.createRepository("crane-index")}`;
  await push(`${name}:v1`);
  await crane("mutate", `${name}:v1`, "--annotation", "a=b", "--tag", `${name}:v2`);
  await crane("index", "append", "-m", `${name}:v1`, "-m", `${name}:v2`, "-t", `${name}:all`);
  await crane("validate", "--remote", `${name}:all`);
  // Written in Go, what is left is null.
  await crane("index", "filter", `${name}:all`, "--platform=plan9/mips", "-t", `${name}:none`);
  expect(JSON.parse(await crane("manifest", `${name}:none`)).manifests ?? []).toEqual([]);
});
