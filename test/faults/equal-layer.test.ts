/** Content that the store has already: taken away, or just come, while an equal push goes on. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { deleteImage } from "../../src/registry/images/delete-image.ts";
import { getImage } from "../../src/registry/images/get-image.ts";
import { completeUpload } from "../../src/registry/layers/complete-upload.ts";
import { deleteLayer } from "../../src/registry/layers/delete-layer.ts";
import { findLayer } from "../../src/registry/layers/find-layer.ts";
import { readLayer } from "../../src/registry/layers/read-layer.ts";
import { appendToUpload, startUpload } from "../../src/registry/layers/upload-layer.ts";
import type { Digest, RepositoryName } from "../../src/registry/names.ts";
import { createRepository } from "../../src/registry/repositories/create-repository.ts";
import { deleteRepository } from "../../src/registry/repositories/delete-repository.ts";
import { checkStore } from "../../src/workers/check-store.ts";
import { reclaimOnce } from "../../src/workers/reclaim.ts";
import { digestOf } from "../support/oci-client.ts";
import { forGood, openStore, someBytes, testRegistry } from "../support/store.ts";
import { latest, oldImage, pushLayer, pushManifest, smallLayer } from "./scenarios.ts";

const first = "team/app" as RepositoryName;
const second = "team/other" as RepositoryName;

const onceOnly = { repeatable: false, emptyAllowed: true, enforcePartSize: false };

let directory: string;
let ports: Ports;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "entrepot-equal-"));
  ports = await openStore(directory);
  for (const name of [first, second]) {
    await createRepository(ports, {
      registry: testRegistry,
      name,
      tagMutability: { mode: "MUTABLE", exclusionFilters: [] },
      scanOnPush: false,
      encryption: { type: "AES256" },
      resourceTags: new Map(),
    });
  }
});

afterEach(async () => {
  await ports.metadata.close();
  await rm(directory, { recursive: true, force: true });
});

it.each([
  ["a file", 64 * 1024],
  ["kept in the database", 2_000],
])(
  "13: an equal layer, %s, is stored anew when the collector takes the first just before",
  async (_, sizeBytes) => {
    const bytes = someBytes(sizeBytes);
    const digest = digestOf(bytes) as Digest;
    await pushLayer(ports, { bytes, digest });
    const { id } = await startUpload(ports, testRegistry, second);
    await appendToUpload(ports, testRegistry, second, id, pieces(bytes), {});

    const racing = beforeTransaction(ports, async () => {
      await deleteLayer(ports, testRegistry, first, digest);
      expect((await reclaimOnce(ports)).objects).toBe(1);
    });
    await completeUpload(racing, testRegistry, second, id, digest, onceOnly);

    const { object } = await findLayer(ports, testRegistry, second, digest);
    const read: Buffer[] = [];
    for await (const piece of readLayer(ports, { object })) read.push(Buffer.from(piece));
    expect(Buffer.concat(read).equals(bytes)).toBe(true);
    expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
  },
);

it.each([
  ["a file", 64 * 1024],
  ["kept in the database", 2_000],
])(
  "an equal layer, %s, is stored once when another push stores it just before",
  async (_, sizeBytes) => {
    const bytes = someBytes(sizeBytes);
    const digest = digestOf(bytes) as Digest;
    const { id } = await startUpload(ports, testRegistry, second);
    await appendToUpload(ports, testRegistry, second, id, pieces(bytes), {});
    const racing = beforeTransaction(ports, () => pushLayer(ports, { bytes, digest }));
    await completeUpload(racing, testRegistry, second, id, digest, onceOnly);

    const [one, other] = await Promise.all([
      findLayer(ports, testRegistry, first, digest),
      findLayer(ports, testRegistry, second, digest),
    ]);
    expect(other.object.id).toBe(one.object.id);
    await reclaimOnce(ports);
    expect((await ports.metadata.objects.totals()).objects).toBe(1);
    expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
  },
);

it("a layer is refused as one of no repository when that is deleted just before, and leaves nothing", async () => {
  const bytes = someBytes(2_000);
  const digest = digestOf(bytes) as Digest;
  const { id } = await startUpload(ports, testRegistry, second);
  await appendToUpload(ports, testRegistry, second, id, pieces(bytes), {});
  const racing = beforeTransaction(ports, async () => {
    await deleteRepository(ports, testRegistry, second, { force: true, ...forGood });
  });
  const completion = completeUpload(racing, testRegistry, second, id, digest, onceOnly);
  await expect(completion).rejects.toMatchObject({ kind: "RepositoryNotFound" });
  expect((await ports.metadata.objects.totals()).objects).toBe(0);
  expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
});

it("the manifest of a deleted image serves when the image is pushed again before it is reclaimed", async () => {
  await pushLayer(ports, smallLayer);
  await pushLayer(ports, {
    bytes: Buffer.from("{}"),
    digest: digestOf(Buffer.from("{}")) as Digest,
  });
  await pushManifest(ports, oldImage);
  const before = (await ports.metadata.objects.totals()).objects;
  await deleteImage(ports, testRegistry, first, { digest: oldImage.digest }, forGood);
  await pushManifest(ports, oldImage);
  await reclaimOnce(ports);
  const { manifest } = await getImage(ports, testRegistry, first, { tag: latest }, { pull: true });
  expect(manifest.equals(oldImage.bytes)).toBe(true);
  expect((await ports.metadata.objects.totals()).objects).toBe(before);
  expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
});

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** The same store, in which `work` is done once, just before the next transaction. */
function beforeTransaction(store: Ports, work: () => Promise<void>): Ports {
  let done = false;
  const transaction: MetadataStore["transaction"] = async (change) => {
    if (!done) {
      done = true;
      await work();
    }
    return store.metadata.transaction(change);
  };
  // Methods live on the class's prototype: the copy delegates to the store for everything else.
  const metadata = Object.assign(Object.create(store.metadata) as MetadataStore, { transaction });
  return { ...store, metadata };
}
