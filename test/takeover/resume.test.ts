import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startCommand } from "../support/cli.ts";
import type { OciClient } from "../support/oci-client.ts";
import { startSampleRegistry } from "../support/sample-registry.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { clientSettings, registryClient, runImport, startImport } from "../support/takeover-run.ts";
import { missingFrom, SampleRepository, types, writeStorage } from "../support/takeover-samples.ts";

/** Each runs several commands, which are processes. */
vi.setConfig({ testTimeout: 180_000 });

const images = 30;
let server: RunningServer;
let client: OciClient;
let directory: string;

beforeAll(async () => {
  server = await startServer();
  client = await registryClient(server);
  directory = await mkdtemp(join(tmpdir(), "entrepot-resume-"));
});
afterAll(async () => {
  await server?.stop();
  await rm(directory, { recursive: true, force: true });
});

function manyImages(name: string): SampleRepository {
  const sample = new SampleRepository(name);
  for (let index = 0; index < images; index += 1) sample.image(`${name} ${index}`, `v${index}`);
  return sample;
}

async function tagsOf(name: string): Promise<readonly string[]> {
  const { status, body } = await client.get(`/v2/${name}/tags/list`);
  return status === 200 ? (JSON.parse(body.toString()).tags ?? []) : [];
}

/** Whatever came is whole: the manifest, and all that it refers to. */
async function expectWhole(sample: SampleRepository): Promise<readonly string[]> {
  const tags = await tagsOf(sample.name);
  for (const tag of tags) {
    const answer = await client.get(`/v2/${sample.name}/manifests/${tag}`, {
      accept: types.manifest,
    });
    const { config, layers } = answer.json<{ config: { digest: string }; layers: [] }>();
    for (const { digest } of [config, ...layers] as { digest: string }[]) {
      const { status, body } = await client.get(`/v2/${sample.name}/blobs/${digest}`);
      expect([status, body.equals(sample.blobs.get(digest)!)]).toEqual([200, true]);
    }
  }
  return tags;
}

it("killed in the middle, it leaves whole images alone, and the next run brings the rest", async () => {
  const sample = manyImages("killed");
  let served = 0;
  const { promise: stuck, resolve: reached } = Promise.withResolvers<void>();
  const registry = await startSampleRegistry({
    repositories: [sample],
    instead: (url) => {
      if (!url.pathname.includes("/blobs/")) return false;
      served += 1;
      if (served <= images) return false;
      reached();
      return true; // Never answered.
    },
  });
  try {
    const words = [`http://127.0.0.1:${registry.port}`, "--endpoint", server.origin, "--json"];
    const cut = startCommand(["import", ...words], clientSettings(server));
    await stuck;
    // As many as are at work at once are stuck; the others are through.
    await expect
      .poll(async () => (await tagsOf("killed")).length, { timeout: 20_000 })
      .toBeGreaterThan(0);
    cut.process.kill("SIGKILL");
    await cut.ended;
    const tags = await expectWhole(sample);
    expect(tags.length).toBeLessThan(images);
    served = Number.NEGATIVE_INFINITY;
    const { code, report } = await runImport(server, `http://127.0.0.1:${registry.port}`);
    expect([code, report.leftOut]).toEqual([0, []]);
    expect(report.tags).toMatchObject({ there: tags.length, set: images - tags.length });
    // Layers that had come, without their images, are not sent again either.
    expect(report.layers.sent).toBeLessThan(2 * images);
    expect(await missingFrom(client, sample, "killed")).toEqual([]);
  } finally {
    await registry.stop();
  }
});

it("a bundle that was cut while it was taken in is gone on with", async () => {
  const sample = manyImages("bundled");
  const storage = join(directory, "storage");
  writeStorage(storage, [sample]);
  await runImport(server, storage, "--to", "from");
  const run = async (...words: string[]) => {
    const all = ["export", ...words, "--endpoint", server.origin, "--json"];
    expect((await startCommand(all, clientSettings(server)).ended).code).toBe(0);
  };
  await run("--make-key", join(directory, "key"));
  const [key, bundle] = [join(directory, "key"), join(directory, "bundle")];
  await run(bundle, "--key", key, "--repositories", "from/*");
  const other = await startServer();
  try {
    client = await registryClient(other);
    const words = [bundle, "--trust", `${key}.pub`, "--parallel", "1"];
    const cut = startImport(other, ...words);
    const came = async () => (await tagsOf("from/bundled")).length;
    await expect.poll(came, { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
    cut.process.kill("SIGKILL");
    await cut.ended;
    const { code, report } = await runImport(other, ...words);
    expect([code, report.leftOut]).toEqual([0, []]);
    expect(report.tags.there).toBeGreaterThan(0);
    expect(await missingFrom(client, sample, "from/bundled")).toEqual([]);
  } finally {
    client = await registryClient(server);
    await other.stop();
  }
});
