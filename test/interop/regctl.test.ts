import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dockerConfigEnv } from "./docker-config.ts";
import { blob, buildImage, mebibyte, writeOciLayout } from "./image.ts";
import { requireProgram } from "./programs.ts";
import { type InteropRegistry, openRegistry, transports } from "./registry.ts";
import { fail, type RunOptions, succeed } from "./run-program.ts";

let registry: InteropRegistry;
let options: RunOptions;
let layouts = 0;

beforeAll(async () => {
  registry = await openRegistry();
  options = { env: await dockerConfigEnv(registry), cwd: registry.scratch };
  const plain = registry.address("plain HTTP");
  await regctl(["registry", "set", plain, "--tls=disabled", "--skip-check"]);
});

afterAll(() => registry?.close());

async function regctl(args: readonly string[], input?: Uint8Array | string): Promise<string> {
  const given = input === undefined ? options : { ...options, input };
  return (await succeed(requireProgram("regctl"), args, given)).stdout.trim();
}

/** Pushes an image of one layer and says its digest. */
async function push(name: string): Promise<string> {
  const layout = join(registry.scratch, `layout-${++layouts}`);
  const digest = writeOciLayout(layout, [buildImage()], "v1");
  await regctl(["image", "copy", `ocidir://${layout}:v1`, name]);
  return digest;
}

describe.each(transports)("regctl over %s", (transport) => {
  const nameIn = async (prefix: string) =>
    `${registry.address(transport)}/${await registry.createRepository(prefix)}`;

  it("deletes one tag and leaves the image under the others", async () => {
    const name = await nameIn("regctl");
    const digest = await push(`${name}:v1`);
    await regctl(["image", "copy", `${name}:v1`, `${name}:v2`]);
    await regctl(["tag", "delete", `${name}:v1`]);
    expect(await regctl(["tag", "ls", name])).toBe("v2");
    expect(await regctl(["image", "digest", `${name}:v2`])).toBe(digest);
  });

  it("copies an image with its artifacts", async () => {
    const [from, to] = [await nameIn("regctl-from"), await nameIn("regctl-to")];
    const digest = await push(`${from}:v1`);
    await regctl(["artifact", "put", "--artifact-type=a/b", "--subject", `${from}:v1`], "attached");
    await regctl(["image", "copy", "--referrers", "--digest-tags", `${from}:v1`, `${to}:v1`]);
    expect(await regctl(["image", "digest", `${to}:v1`])).toBe(digest);
    expect(await regctl(["artifact", "get", "--subject", `${to}:v1`])).toBe("attached");
  });

  it("moves a blob in chunks, and deletes it", async () => {
    const name = await nameIn("regctl-blob");
    const { digest, content } = blob(randomBytes(3 * mebibyte));
    const host = registry.address(transport);
    const sizes = [`--blob-chunk=${mebibyte}`, `--blob-max=${mebibyte}`];
    await regctl(["registry", "set", host, ...sizes, "--skip-check"]);
    expect(await regctl(["blob", "put", name], content)).toBe(digest);
    expect(await regctl(["blob", "head", name, digest])).toContain(
      `Content-Length: ${content.length}`,
    );
    await regctl(["blob", "delete", name, digest]);
    const gone = ["blob", "head", name, digest];
    expect((await fail(requireProgram("regctl"), gone, options)).output).toContain("404");
  });
});

it("regctl makes an image without layers, which it writes as null, and one by SHA-512", async () => {
  const name = `${registry.address("plain HTTP")}/${await registry.createRepository("regctl-made")}`;
  await regctl(["image", "create", `${name}:none`, "--annotation=a=b"]);
  const none = JSON.parse(await regctl(["manifest", "get", "--format=raw-body", `${name}:none`]));
  expect(none.layers ?? []).toEqual([]);
  await push(`${name}:v1`);
  const change = ["--digest-algo=sha512", "--to-oci"];
  await regctl(["image", "mod", `${name}:v1`, "--create=v2", ...change]);
  expect(await regctl(["image", "digest", `${name}:v2`])).toMatch(/^sha512:[0-9a-f]{128}$/);
});
