/** What must hold when the registry's own parts work against each other, without a server around. */
import { createHash, randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { RegistryError } from "../../src/registry/errors.ts";
import { deleteImages } from "../../src/registry/images/delete-image.ts";
import { getImage } from "../../src/registry/images/get-image.ts";
import { putImage } from "../../src/registry/images/put-image.ts";
import { completeUpload } from "../../src/registry/layers/complete-upload.ts";
import { findLayer, findLayers } from "../../src/registry/layers/find-layer.ts";
import { readLayer } from "../../src/registry/layers/read-layer.ts";
import { appendToUpload, startUpload } from "../../src/registry/layers/upload-layer.ts";
import type { Digest, RepositoryName, Tag } from "../../src/registry/names.ts";
import { createRepository } from "../../src/registry/repositories/create-repository.ts";
import { setTagMutability } from "../../src/registry/repositories/tag-mutability.ts";
import { checkStore } from "../../src/workers/check-store.ts";
import { reclaimOnce } from "../../src/workers/reclaim.ts";
import { isFleet } from "../support/fleet-settings.ts";
import { SimulatedFileSystem } from "../support/simulated-file-system.ts";
import { forGood, openStore, testRegistry, testRepository } from "../support/store.ts";
import { type Content, pushLayer } from "./scenarios.ts";

const indexType = "application/vnd.oci.image.index.v1+json";
const imageType = "application/vnd.oci.image.manifest.v1+json";

let directory: string;
let ports: Ports;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "entrepot-registry-"));
  ports = await openStore(directory);
  await makeRepository(ports);
});

afterEach(async () => {
  await ports.metadata.close();
  await rm(directory, { recursive: true, force: true });
});

async function makeRepository(store: Ports, name: RepositoryName = testRepository): Promise<void> {
  await createRepository(store, {
    registry: testRegistry,
    name,
    tagMutability: { mode: "MUTABLE", exclusionFilters: [] },
    scanOnPush: false,
    encryption: { type: "AES256" },
    resourceTags: new Map(),
  });
}

function content(bytes: Buffer | string): Content {
  const whole = Buffer.from(bytes);
  const digest = `sha256:${createHash("sha256").update(whole).digest("hex")}` as Digest;
  return { bytes: whole, digest };
}

const config = content('{"architecture":"amd64"}');

function descriptor({ bytes, digest }: Content, mediaType = "application/octet-stream") {
  return { mediaType, digest, size: bytes.length };
}

function imageOf(...layers: Content[]): Content {
  return content(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: imageType,
      config: descriptor(config),
      layers: layers.map((layer) => descriptor(layer)),
    }),
  );
}

function indexOf(...children: Content[]): Content {
  return content(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: indexType,
      manifests: children.map((child) => descriptor(child, imageType)),
    }),
  );
}

function put(store: Ports, manifest: Content, tag?: string): Promise<unknown> {
  return putImage(store, testRegistry, testRepository, {
    manifest: manifest.bytes,
    mediaType: undefined,
    tags: tag === undefined ? [] : [tag as Tag],
    repeat: "accept",
  });
}

async function pushImage(store: Ports, image: Content, layers: Content[], tag?: string) {
  for (const layer of [config, ...layers]) await pushLayer(store, layer);
  await put(store, image, tag);
}

async function readable(store: Ports, { bytes, digest }: Content): Promise<boolean> {
  const found = await store.metadata.layers.resolve(testRegistry, testRepository, digest);
  if (found?.object === undefined) return false;
  const pieces: Buffer[] = [];
  for await (const piece of readLayer(store, { object: found.object }))
    pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).equals(bytes);
}

const remove = (digest: Digest) =>
  deleteImages(ports, testRegistry, testRepository, [{ imageDigest: digest }], forGood);
const reclaimEverything = () => reclaimOnce(ports, { ignoreLeases: true });

describe("garbage collection", () => {
  it("14: keeps a layer for whom it was announced to, until its lease ends", async () => {
    const layer = content(Buffer.alloc(100_000, "lease "));
    await pushLayer(ports, config);
    await pushLayer(ports, layer);
    await findLayer(ports, testRegistry, testRepository, layer.digest);
    await reclaimOnce(ports);
    await put(ports, imageOf(layer), "v1");
    expect(await readable(ports, layer)).toBe(true);
  });

  it("15: gives back a deleted image, which then can be pushed and pulled again", async () => {
    const layer = content(Buffer.alloc(100_000, "again "));
    const image = imageOf(layer);
    for (let round = 0; round < 3; round++) {
      await pushImage(ports, image, [layer], "v1");
      expect(await readable(ports, layer)).toBe(true);
      await remove(image.digest);
      const { bytes } = await reclaimEverything();
      expect(bytes).toBeGreaterThan(layer.bytes.length);
      expect((await ports.metadata.objects.totals()).objects).toBe(0);
    }
    expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
  });

  it("16: never takes a layer from an image that is committed while another one goes", async () => {
    const shared = content(Buffer.alloc(50_000, "shared "));
    const other = content("other");
    const [first, second] = [imageOf(shared), imageOf(shared, other)];
    await pushImage(ports, first, [shared], "first");
    await pushLayer(ports, other);
    await Promise.all([
      remove(first.digest).then(reclaimEverything),
      put(ports, second, "second").catch((error: unknown) => {
        // The layer may have gone first; then the push is refused, and nothing is half there.
        expect(error).toBeInstanceOf(RegistryError);
      }),
    ]);
    expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
    await pushImage(ports, second, [shared, other], "second");
    await reclaimEverything();
    expect(await readable(ports, shared)).toBe(true);
  });

  it("19: keeps the child of an index, and lets both go together in any order", async () => {
    const layer = content("layer");
    const child = imageOf(layer);
    const index = indexOf(child);
    await pushImage(ports, child, [layer], "child");
    await put(ports, index, "index");
    const { failures } = await remove(child.digest);
    expect(failures[0]?.failureCode).toBe("ImageReferencedByManifestList");
    expect(failures[0]?.failureReason).toBe(
      `Requested image referenced by manifest list: [${index.digest}]`,
    );
    const both = [{ imageDigest: child.digest }, { imageDigest: index.digest }];
    const gone = await deleteImages(ports, testRegistry, testRepository, both, forGood);
    expect(gone.failures).toEqual([]);
    const repository = await ports.metadata.repositories.find(testRegistry, testRepository);
    expect(repository?.imageCount).toBe(0);
  });

  it("keeps an equal layer of another repository, and stores it once", async () => {
    const layer = content(Buffer.alloc(80_000, "twice "));
    await pushLayer(ports, layer);
    const before = await ports.metadata.objects.totals();
    const elsewhere = "team/other" as RepositoryName;
    await makeRepository(ports, elsewhere);
    await pushLayer(ports, layer, elsewhere);
    await reclaimOnce(ports);
    expect((await ports.metadata.objects.totals()).objects).toBe(before.objects);
    const [held] = await findLayers(ports, testRegistry, testRepository, [layer.digest]);
    expect(held?.sizeBytes).toBe(layer.bytes.length);
  });
});

describe("an upload", () => {
  it("10: that broke off and was completed as it stood has nothing behind its bytes", async () => {
    const layer = content(Buffer.alloc(3_000_000, "cut "));
    const { id } = await startUpload(ports, testRegistry, testRepository);
    await appendToUpload(ports, testRegistry, testRepository, id, once(layer.bytes), {});
    const full = withTransaction(ports, async () => {
      throw new RegistryError("ServiceUnavailable", "the database is down");
    });
    const more = once(Buffer.alloc(2_000_000));
    await expect(appendToUpload(full, testRegistry, testRepository, id, more, {})).rejects.toThrow(
      "the database is down",
    );
    await completeUpload(ports, testRegistry, testRepository, id, layer.digest, {
      repeatable: false,
      emptyAllowed: true,
      enforcePartSize: false,
    });
    expect(await readable(ports, layer)).toBe(true);
    // In a bucket, what nobody acknowledged has a name of its own, and is there until fsck frees it.
    if (isFleet) await checkStore(ports, { repair: true });
    expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
  });

  it("whose completion is repeated gets the same answer, but only where the layer is", async () => {
    const layer = content(Buffer.alloc(100_000, "repeat "));
    const { id } = await startUpload(ports, testRegistry, testRepository);
    const complete = (name: RepositoryName) =>
      completeUpload(ports, testRegistry, name, id, layer.digest, {
        content: once(layer.bytes),
        repeatable: true,
        emptyAllowed: true,
        enforcePartSize: false,
      });
    const first = await complete(testRepository);
    const second = await complete(testRepository);
    expect(second).toEqual({ layer: first.layer, existed: true });
    const elsewhere = "team/other" as RepositoryName;
    await makeRepository(ports, elsewhere);
    await expect(complete(elsewhere)).rejects.toMatchObject({ kind: "UploadNotFound" });
  });
});

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

describe("tags", () => {
  it("21: read as one of the digests that were written, while 50 writers move one", async () => {
    const images = Array.from({ length: 10 }, (_, number) => imageOf(content(`layer ${number}`)));
    for (const [number, image] of images.entries()) {
      await pushImage(ports, image, [content(`layer ${number}`)], "moving");
    }
    const digests = images.map(({ digest }) => digest);
    let reading = true;
    const reader = (async () => {
      let reads = 0;
      for (; reading; reads++) {
        const reference = { tag: "moving" as Tag };
        const { image } = await getImage(ports, testRegistry, testRepository, reference, {
          pull: false,
        });
        expect(digests).toContain(image.digest);
        await new Promise((resolve) => setImmediate(resolve));
      }
      return reads;
    })();
    await Promise.all(Array.from({ length: 50 }, (_, n) => put(ports, images[n % 10]!, "moving")));
    reading = false;
    expect(await reader).toBeGreaterThan(0);
  });

  it("22: that are immutable are made by exactly one of 50 writers", async () => {
    await setTagMutability(ports, testRegistry, testRepository, {
      mode: "IMMUTABLE",
      exclusionFilters: [],
    });
    const layers = Array.from({ length: 50 }, (_, number) => content(`layer ${number}`));
    await pushLayer(ports, config);
    for (const layer of layers) await pushLayer(ports, layer);
    const outcomes = await Promise.allSettled(
      layers.map((layer) => put(ports, imageOf(layer), "v1")),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") {
        expect(outcome.reason).toMatchObject({ kind: "ImageTagAlreadyExists" });
      }
    }
    expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
  });
});

describe("indexes", () => {
  it("65: that share children are walked once a node, and nest three deep at most", async () => {
    const layer = content("leaf layer");
    const leaf = imageOf(layer);
    await pushImage(ports, leaf, [layer]);
    const first = indexOf(leaf);
    const second = content(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: indexType,
        manifests: [descriptor(first, indexType), descriptor(leaf, imageType)],
      }),
    );
    const third = content(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: indexType,
        manifests: [descriptor(second, indexType), descriptor(first, indexType)],
      }),
    );
    const fourth = content(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: indexType,
        manifests: [descriptor(third, indexType)],
      }),
    );
    await put(ports, first);
    await put(ports, second);
    await put(ports, third);
    await expect(put(ports, fourth)).rejects.toThrow("indexes nest at most 3 deep");
  });
});

describe("the database", () => {
  it("7: that fails at the commit leaves no row, and the bytes are reclaimed later", async () => {
    const layer = content(Buffer.alloc(200_000, "never "));
    let failing = false;
    const failingStore = withTransaction(ports, async (work) => {
      if (failing) throw new RegistryError("ServiceUnavailable", "the database is down");
      return ports.metadata.transaction(work);
    });
    const publishing = {
      ...failingStore,
      blobs: new Proxy(ports.blobs, {
        get(blobs, name, receiver) {
          const member = Reflect.get(blobs, name, receiver);
          if (name !== "publish") return typeof member === "function" ? member.bind(blobs) : member;
          return async (...of: Parameters<typeof blobs.publish>) => {
            const place = await blobs.publish(...of);
            failing = true; // The bytes are there; the commit that follows fails.
            return place;
          };
        },
      }),
    };
    await expect(pushLayer(publishing, layer)).rejects.toThrow("the database is down");
    expect(await readable(ports, layer)).toBe(false);
    const later = { ...ports, clock: { now: () => ports.clock.now() + 48 * 3600 * 1000 } };
    const { uploads } = await reclaimOnce(later);
    expect(uploads).toBe(1);
    expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
    expect(await countFiles(ports)).toBe(0);
  });

  it("8: whose answer to a commit is lost has one image when the client tries again", async () => {
    const layer = content("layer");
    await pushLayer(ports, config);
    await pushLayer(ports, layer);
    const forgetful = withTransaction(ports, async (work) => {
      await ports.metadata.transaction(work);
      throw new RegistryError("ServiceUnavailable", "the answer is lost");
    });
    await expect(put(forgetful, imageOf(layer), "v1")).rejects.toThrow("the answer is lost");
    await put(ports, imageOf(layer), "v1");
    const repository = await ports.metadata.repositories.find(testRegistry, testRepository);
    expect(repository?.imageCount).toBe(1);
    expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
  });
});

function withTransaction(store: Ports, transaction: (work: never) => Promise<unknown>): Ports {
  // Methods live on the class's prototype: the copy delegates to the store for everything else.
  const metadata = Object.assign(Object.create(store.metadata) as MetadataStore, { transaction });
  return { ...store, metadata };
}

async function countFiles(store: Ports): Promise<number> {
  let files = 0;
  for await (const _ of store.blobs.list()) files += 1;
  return files;
}

describe("power loss under the blob store", () => {
  it("1, 4, 6: leaves no row without its bytes, whichever call it comes at", async () => {
    const layer = content(Buffer.alloc(150_000, "power "));
    for (const kind of ["power", "ENOSPC"] as const) {
      for (let call = 1; ; call++) {
        expect(call).toBeLessThan(200);
        const seed = randomInt(2 ** 31);
        const label = `${kind} at call ${call}, seed ${seed}`;
        const place = join(directory, `${kind}-${call}`);
        const files = new SimulatedFileSystem(seed);
        const store = await openStore(place, { files, blobRoot: "/blobs" });
        await makeRepository(store);
        files.plan({ kind, atCall: call });
        const acknowledged = await pushLayer(store, layer).then(
          () => true,
          () => false,
        );
        await store.metadata.close();
        const again = await openStore(place, { files: files.restart(), blobRoot: "/blobs" });
        try {
          const there = await readable(again, layer);
          if (acknowledged) expect(there, label).toBe(true);
          expect((await checkStore(again, { repair: false })).problems, label).toEqual([]);
          await pushLayer(again, layer);
          expect(await readable(again, layer), label).toBe(true);
        } finally {
          await again.metadata.close();
        }
        if (acknowledged) break;
      }
    }
  }, 120_000);
});
