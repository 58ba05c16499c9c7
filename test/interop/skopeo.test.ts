import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ContainerTools, openContainerTools } from "./container-tools.ts";
import { buildImage, mebibyte, mediaTypes, writeOciLayout } from "./image.ts";
import { requireProgram } from "./programs.ts";
import { type InteropRegistry, openRegistry, transports } from "./registry.ts";
import { fail, succeed } from "./run-program.ts";

let registry: InteropRegistry;
let tools: ContainerTools;
let layouts = 0;

beforeAll(async () => {
  registry = await openRegistry();
  tools = openContainerTools(registry);
});

afterAll(async () => {
  await tools?.close();
  await registry?.close();
});

const skopeo = (...args: string[]) => succeed(requireProgram("skopeo"), args, { env: tools.env });
const newDirectory = () => join(tools.directory, `layout-${++layouts}`);

function indexDigest(layout: string): string {
  const index = JSON.parse(readFileSync(join(layout, "index.json"), "utf8"));
  return index.manifests[0].digest;
}

describe.each(transports)("skopeo over %s", (transport) => {
  let flags: string[];
  let to: string[];
  let from: string[];

  beforeAll(async () => {
    flags = tools.flags(transport);
    to = tools.flags(transport, "dest-");
    from = tools.flags(transport, "src-");
    const args = ["login", ...flags, "--username=AWS", "--password-stdin"];
    await succeed(requireProgram("skopeo"), [...args, registry.address(transport)], {
      env: tools.env,
      input: await registry.password(),
    });
  });

  const reference = (repository: string, tag: string) =>
    `docker://${registry.address(transport)}/${repository}:${tag}`;

  it("copies an index with all its images in and out, byte for byte", async () => {
    const images = [buildImage(), buildImage({ architecture: "arm64" })];
    const [source, target] = [newDirectory(), newDirectory()];
    const digest = writeOciLayout(source, images, "all");
    const remote = reference(await registry.createRepository("skopeo"), "all");
    await skopeo("copy", "--all", ...to, `oci:${source}:all`, remote);
    await skopeo("copy", "--all", ...from, remote, `oci:${target}:all`);
    expect(indexDigest(target)).toBe(digest);
    for (const image of images) {
      for (const { digest, content } of [image.manifest, image.config, ...image.layers]) {
        const path = join(target, "blobs", digest.replace(":", "/"));
        expect(readFileSync(path).equals(content)).toBe(true);
      }
    }
  });

  it("copies from one repository to another inside the registry", async () => {
    const image = buildImage();
    const source = newDirectory();
    writeOciLayout(source, [image], "v1");
    const first = reference(await registry.createRepository("skopeo-first"), "v1");
    const second = reference(await registry.createRepository("skopeo-second"), "v1");
    await skopeo("copy", ...to, `oci:${source}:v1`, first);
    await skopeo("copy", ...from, ...to, first, second);
    const { stdout } = await skopeo("inspect", ...flags, "--format", "{{.Digest}}", second);
    expect(stdout.trim()).toBe(image.manifest.digest);
  });

  it("makes the repository that a template is for by its first copy", async () => {
    const prefix = await registry.createTemplate("skopeo-made");
    const image = buildImage();
    const source = newDirectory();
    writeOciLayout(source, [image], "v1");
    const remote = reference(`${prefix}/app`, "v1");
    await skopeo("copy", ...to, `oci:${source}:v1`, remote);
    const { stdout } = await skopeo("inspect", ...flags, "--format", "{{.Digest}}", remote);
    expect(stdout.trim()).toBe(image.manifest.digest);
  });

  it("inspects, lists and deletes", async () => {
    const [kept, deleted] = [buildImage(), buildImage({ architecture: "arm64" })];
    const repository = await registry.createRepository("skopeo-tags");
    for (const [tag, image] of [["kept", kept] as const, ["deleted", deleted] as const]) {
      const source = newDirectory();
      writeOciLayout(source, [image], tag);
      await skopeo("copy", ...to, `oci:${source}:${tag}`, reference(repository, tag));
    }
    const inspected = JSON.parse(
      (await skopeo("inspect", ...flags, reference(repository, "kept"))).stdout,
    );
    expect(inspected).toMatchObject({
      Digest: kept.manifest.digest,
      Architecture: "amd64",
      Layers: kept.layers.map((layer) => layer.digest),
    });
    const raw = await skopeo("inspect", "--raw", ...flags, reference(repository, "kept"));
    expect(raw.stdout).toBe(kept.manifest.content.toString());
    const name = reference(repository, "kept").replace(/:kept$/, "");
    const tags = () => skopeo("list-tags", ...flags, name).then(({ stdout }) => JSON.parse(stdout));
    expect((await tags()).Tags.toSorted()).toEqual(["deleted", "kept"]);
    await skopeo("delete", ...flags, reference(repository, "deleted"));
    expect((await tags()).Tags).toEqual(["kept"]);
    const gone = ["inspect", ...flags, reference(repository, "deleted")];
    const { output } = await fail(requireProgram("skopeo"), gone, { env: tools.env });
    expect(output).toContain("manifest unknown");
  });

  it("copies a layer of 60 MiB in and out", async () => {
    const image = buildImage({ layerSizes: [60 * mebibyte] });
    const [source, target] = [newDirectory(), newDirectory()];
    writeOciLayout(source, [image], "v1");
    const remote = reference(await registry.createRepository("skopeo-large"), "v1");
    await skopeo("copy", ...to, `oci:${source}:v1`, remote);
    await skopeo("copy", ...from, remote, `oci:${target}:v1`);
    expect(indexDigest(target)).toBe(image.manifest.digest);
    for (const layout of [source, target]) rmSync(layout, { recursive: true });
  });

  it("converts an image to Docker's format on its way in", async () => {
    const source = newDirectory();
    writeOciLayout(source, [buildImage()], "v1");
    const remote = reference(await registry.createRepository("skopeo-v2s2"), "v1");
    await skopeo("copy", "--format=v2s2", ...to, `oci:${source}:v1`, remote);
    const { stdout } = await skopeo("inspect", "--raw", ...flags, remote);
    expect(JSON.parse(stdout).mediaType).toBe(
      "application/vnd.docker.distribution.manifest.v2+json",
    );
    expect(stdout).not.toContain(mediaTypes.manifest);
  });

  it("converts an image to Docker's schema 1 on its way in, and back on its way out", async () => {
    const image = buildImage();
    const [source, kept, target] = [newDirectory(), newDirectory(), newDirectory()];
    writeOciLayout(source, [image], "v1");
    const remote = reference(await registry.createRepository("skopeo-v2s1"), "v1");
    await skopeo("copy", "--format=v2s1", ...to, `oci:${source}:v1`, remote);
    const { stdout } = await skopeo("inspect", "--raw", ...flags, remote);
    const { schemaVersion, signatures, fsLayers } = JSON.parse(stdout);
    expect([schemaVersion, signatures]).toEqual([1, [expect.objectContaining({})]]);
    const digests = image.layers.map(({ digest }) => ({ blobSum: digest }));
    expect(fsLayers).toEqual(digests.toReversed());
    // By the digest of what is signed, as skopeo reckons it, too.
    const named = await skopeo("inspect", ...flags, "--format", "{{.Digest}}", remote);
    const byDigest = remote.replace(/:v1$/, `@${named.stdout.trim()}`);
    await skopeo("copy", ...from, byDigest, `dir:${kept}`);
    expect(readFileSync(join(kept, "manifest.json"), "utf8")).toBe(stdout);
    await skopeo("copy", "--format=oci", ...from, byDigest, `oci:${target}:v1`);
    for (const { digest, content } of image.layers) {
      const path = join(target, "blobs", digest.replace(":", "/"));
      expect(readFileSync(path).equals(content)).toBe(true);
    }
  });

  it("is refused with a wrong password", async () => {
    const remote = reference(await registry.createRepository("skopeo-wrong"), "v1");
    const args = ["inspect", ...flags, "--creds=AWS:wrong", remote];
    const { output } = await fail(requireProgram("skopeo"), args, { env: tools.env });
    expect(output).toMatch(/unauthorized|authentication required|401/i);
  });
});

it("skopeo refuses TLS under an authority that it was not told to trust", async () => {
  const name = `${registry.address("TLS")}/${await registry.createRepository("skopeo-untrusted")}`;
  const args = ["inspect", "--no-creds", `docker://${name}:v1`];
  const { output } = await fail(requireProgram("skopeo"), args, { env: tools.env });
  expect(output).toContain("x509: certificate signed by unknown authority");
});
