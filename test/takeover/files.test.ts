import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { archiveOf, savedFiles } from "../support/image-files.ts";
import type { OciClient } from "../support/oci-client.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { registryClient, runImport } from "../support/takeover-run.ts";
import {
  missingFrom,
  SampleRepository,
  sampleRepository,
  writeLayout,
  writeStorage,
} from "../support/takeover-samples.ts";

/** Each runs several commands, which are processes. */
vi.setConfig({ testTimeout: 180_000 });

let server: RunningServer;
let client: OciClient;
let directory: string;

beforeAll(async () => {
  server = await startServer();
  client = await registryClient(server);
  directory = await mkdtemp(join(tmpdir(), "entrepot-import-"));
});
afterAll(async () => {
  await server?.stop();
  await rm(directory, { recursive: true, force: true });
});

describe("distribution's storage directory", () => {
  it("comes whole: tags, lists, what has no tag, signatures and their tags", async () => {
    const samples = [sampleRepository("one"), sampleRepository("team/deep/two")];
    const storage = join(directory, "storage");
    writeStorage(storage, samples);
    const { code, report } = await runImport(server, storage, "--to", "old", "--verify");
    expect([code, report.leftOut]).toEqual([0, []]);
    for (const sample of samples) {
      expect(await missingFrom(client, sample, `old/${sample.name}`)).toEqual([]);
    }
    expect(report.repositories).toEqual({ seen: 2, made: 2 });
    expect(report.verified.images).toBe(
      samples.reduce((sum, each) => sum + each.manifests.size, 0),
    );
  });

  it("sends nothing the second time", async () => {
    const { code, report } = await runImport(server, join(directory, "storage"), "--to", "old");
    expect(code).toBe(0);
    expect([report.images.sent, report.tags.set, report.layers.sent]).toEqual([0, 0, 0]);
  });

  it("mounts layers that another repository has", async () => {
    const { code, report } = await runImport(server, join(directory, "storage"), "--to", "new");
    expect([code, report.layers.sent]).toEqual([0, 0]);
    expect(await missingFrom(client, sampleRepository("one"), "new/one")).toEqual([]);
  });

  it("leaves out what is damaged or cut, with its reason, and brings everything else", async () => {
    const sample = new SampleRepository("damaged");
    const damaged = sample.image("damaged layer", "damaged");
    sample.image("good", "good");
    const storage = join(directory, "damaged");
    writeStorage(storage, [sample]);
    const [layer = ""] = [...sample.blobs.keys()];
    const hex = layer.slice("sha256:".length);
    const file = `docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`;
    await writeFile(join(storage, file), Buffer.alloc(sample.blobs.get(layer)!.length));
    const { code, report } = await runImport(server, storage);
    expect([code, report.complete, report.tags.set]).toEqual([3, false, 1]);
    const references = report.leftOut.map(({ reference }) => reference);
    expect(new Set(references)).toEqual(new Set(["damaged", damaged.digest]));
    expect(report.leftOut[0]?.reason).toContain("damaged: it has another digest");
    const { status } = await client.get(`/v2/damaged/manifests/${damaged.digest}`);
    expect(status).toBe(404);
  });

  it("says what would come, and sends nothing, with --dry-run", async () => {
    const storage = join(directory, "storage");
    const { code, report } = await runImport(server, storage, "--to", "dry", "--dry-run");
    expect([code, report.images.sent > 0, report.layers.sentBytes > 0]).toEqual([0, true, true]);
    expect((await client.get("/v2/dry/one/tags/list")).status).toBe(404);
  });

  it("brings the repositories alone that are wanted", async () => {
    const storage = join(directory, "storage");
    const words = [storage, "--to", "some", "--repositories", "team/*"];
    const { report } = await runImport(server, ...words);
    expect(report.repositories.seen).toBe(1);
    expect((await client.get("/v2/some/team/deep/two/tags/list")).status).toBe(200);
  });
});

describe("an OCI layout", () => {
  it("comes with whole names, without the registry's, and what is about an image beside it", async () => {
    const samples = [sampleRepository("layout/one"), sampleRepository("layout/two")];
    const layout = join(directory, "layout");
    writeLayout(layout, samples, ({ name }, tag) => `registry.example.com:5000/${name}:${tag}`);
    const { report } = await runImport(server, layout, "--to", "here");
    expect(report.leftOut).toEqual([]);
    for (const sample of samples) {
      const untagged = [...sample.manifests.keys()].at(-1);
      const missing = await missingFrom(client, sample, `here/${sample.name}`);
      const manifests = missing.filter((each) => !each.includes("/blobs/"));
      expect(manifests).toEqual([`here/${sample.name}/manifests/${untagged}: 404`]);
      // Nobody says whose that one is.
      expect((await client.head(`/v2/here/manifests/${untagged}`)).status).toBe(200);
    }
  });

  it("comes under --to where it names tags alone, also from an archive", async () => {
    const sample = sampleRepository("tags");
    const layout = join(directory, "tags");
    writeLayout(layout, [sample], (_repository, tag) => tag);
    const { code } = await runImport(server, layout, "--to", "by/tags");
    expect(code).toBe(0);
    expect(await missingFrom(client, sample, "by/tags")).toEqual([]);
  });
});

describe("an archive of docker save", () => {
  it("comes with a manifest made for it, the same each time", async () => {
    const layer = archiveOf(new Map([["file", Buffer.from("content")]]));
    const archive = join(directory, "saved.tar");
    await writeFile(archive, archiveOf(savedFiles([layer])));
    const first = await runImport(server, archive, "--to", "saved/app", "--verify");
    expect([first.code, first.report.images.sent]).toEqual([0, 1]);
    const second = await runImport(server, archive, "--to", "saved/app");
    expect(second.report.images).toEqual({ sent: 0, there: 1 });
  });
});

describe("tags that name something else already", () => {
  it("are moved, or stay with --keep-tags", async () => {
    const [before, after] = [new SampleRepository("moves"), new SampleRepository("moves")];
    before.image("before", "latest");
    after.image("after", "latest");
    for (const [index, each] of [before, after].entries()) {
      writeStorage(join(directory, `moves-${index}`), [each]);
    }
    await runImport(server, join(directory, "moves-0"));
    const kept = await runImport(server, join(directory, "moves-1"), "--keep-tags");
    expect([kept.code, kept.report.notes.length]).toEqual([0, 1]);
    expect(await missingFrom(client, before, "moves")).toEqual([]);
    const { report } = await runImport(server, join(directory, "moves-1"));
    expect(report.tags).toEqual({ set: 0, moved: 1, there: 0 });
    expect(await missingFrom(client, after, "moves")).toEqual([]);
  });
});
