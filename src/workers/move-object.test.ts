import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf, imageManifest, TestRegistry } from "../../test/support/ecr.ts";
import { setImageState } from "../../test/support/image-state.ts";
import { type TestPorts, testPorts } from "../../test/support/ports.ts";
import { someBytes, testRegistry } from "../../test/support/store.ts";
import { MemoryBlobStore } from "../adapters/blobs/memory.ts";
import { batchDeleteImage } from "../operations/ecr/batch-delete-image.ts";
import type { BlobStore } from "../ports/blob-store.ts";
import { placeNow, type StorageClass, storageClassOf } from "../ports/place.ts";
import type { Ports } from "../ports/ports.ts";
import type { StoredObject } from "../registry/encryption/stored-object.ts";
import { isRegistryError, RegistryError } from "../registry/errors.ts";
import { findLayer } from "../registry/layers/find-layer.ts";
import { areStandard, queueStorage } from "../registry/layers/queue-storage.ts";
import { readLayer } from "../registry/layers/read-layer.ts";
import { limits } from "../registry/limits.ts";
import type { Digest, RepositoryName } from "../registry/names.ts";
import { findRepository } from "../registry/repositories/find-repository.ts";
import { checkStore } from "./check-store.ts";
import { reclaimOnce } from "./reclaim.ts";

let opened: TestPorts;
let ports: Ports;
let registry: TestRegistry;
beforeEach(async () => {
  opened = await testPorts(new MemoryBlobStore());
  ports = opened.ports;
  registry = new TestRegistry(opened);
});
afterEach(() => opened.close());

const config = Buffer.from('{"small":"stays in the database"}');
const layer = someBytes(100_000);
const app = "app" as RepositoryName;

async function push(name: string, ...layers: Buffer[]): Promise<Digest> {
  const known = await ports.metadata.repositories.find(testRegistry, name as RepositoryName);
  if (known === undefined) await registry.createRepository(name);
  for (const each of [config, ...layers]) {
    await registry.pushLayer(name, each).catch((error: unknown) => {
      if (!isRegistryError(error, "LayerAlreadyExists")) throw error;
    });
  }
  return (await registry.putManifest(name, imageManifest(config, ...layers))) as Digest;
}

/** As whoever archives images or brings them back does. */
async function become(
  state: "ACTIVE" | "ARCHIVED" | "ACTIVATING",
  image: Digest,
  name = app,
): Promise<void> {
  const repository = await findRepository(ports, testRegistry, name);
  await setImageState(ports.metadata, repository, image, state);
  const now = ports.clock.now();
  await ports.metadata.transaction((change) => queueStorage(change, repository, image, now));
}

async function objectOf(content: Buffer, name = app): Promise<StoredObject> {
  const found = await ports.metadata.layers.resolve(
    testRegistry,
    name,
    digestOf(content) as Digest,
  );
  return found!.object!;
}

const classOf = async (content: Buffer, name = app): Promise<StorageClass> =>
  storageClassOf((await objectOf(content, name)).place);

async function contentOf(object: StoredObject): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of readLayer(ports, { object })) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

const places = async () => (await Array.fromAsync(ports.blobs.list())).map(({ place }) => place);
const afterLeases = () => opened.clock.advance(limits.layerLeaseMs + 1);
const isStandard = async (image: Digest) =>
  areStandard(ports, await findRepository(ports, testRegistry, app), image);

describe("an object whose images are archived", () => {
  it("moves to the archive, and comes back when one of them is in use again", async () => {
    const image = await push(app, layer);
    afterLeases();
    await become("ARCHIVED", image);
    expect(await isStandard(image)).toBe(true);
    expect(await reclaimOnce(ports)).toMatchObject({ moved: 1, objects: 0, layers: 0 });
    expect(await classOf(layer)).toBe("archive");
    expect(await isStandard(image)).toBe(false);
    expect((await contentOf(await objectOf(layer))).equals(layer)).toBe(true);
    await become("ACTIVATING", image);
    expect(await reclaimOnce(ports)).toMatchObject({ moved: 1 });
    expect(await classOf(layer)).toBe("standard");
    expect(await isStandard(image)).toBe(true);
    expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
  });

  it("is kept where it was for the pulls that began there, and no longer", async () => {
    const image = await push(app, layer);
    afterLeases();
    await become("ARCHIVED", image);
    await reclaimOnce(ports);
    expect((await places()).sort()).toEqual(["", "archive"]);
    opened.clock.advance(limits.movedObjectGraceMs - 1);
    await reclaimOnce(ports);
    expect((await places()).sort()).toEqual(["", "archive"]);
    opened.clock.advance(1);
    await reclaimOnce(ports);
    expect(await places()).toEqual(["archive"]);
    expect((await contentOf(await objectOf(layer))).equals(layer)).toBe(true);
    expect(await ports.metadata.reclaim.count()).toBe(0);
  });

  it("is kept where it was while signed URLs of a store that encrypts are good", async () => {
    await opened.close();
    opened = await testPorts(new MemoryBlobStore({ encrypts: true }));
    ports = opened.ports;
    registry = new TestRegistry(opened);
    const image = await push(app, layer);
    afterLeases();
    await become("ARCHIVED", image);
    await reclaimOnce(ports);
    opened.clock.advance(limits.downloadUrlLifeMs - 1);
    await reclaimOnce(ports);
    expect((await places()).filter((place) => place === "")).not.toEqual([]);
    opened.clock.advance(1);
    await reclaimOnce(ports);
    expect(new Set(await places())).toEqual(new Set(["archive"]));
  });

  it("stays at hand while another image in use has the layer, in any repository", async () => {
    const archived = await push(app, layer);
    const other = await push("other", layer, someBytes(50_000));
    afterLeases();
    await become("ARCHIVED", archived);
    expect(await reclaimOnce(ports)).toMatchObject({ moved: 0 });
    expect(await classOf(layer)).toBe("standard");
    // When that one goes, nobody is left who needs it at hand.
    const imageIds = [{ imageDigest: other }];
    await registry.ask(batchDeleteImage, { repositoryName: "other", imageIds });
    expect(await reclaimOnce(ports)).toMatchObject({ moved: 1 });
    expect(await classOf(layer)).toBe("archive");
  });

  it("stays at hand while it is leased, and moves when the lease ends", async () => {
    const image = await push(app, layer);
    await become("ARCHIVED", image);
    expect(await reclaimOnce(ports)).toMatchObject({ moved: 0 });
    afterLeases();
    expect(await reclaimOnce(ports)).toMatchObject({ moved: 1 });
    expect(await classOf(layer)).toBe("archive");
  });

  it("goes with its bytes of both classes when its images are deleted, also on its way", async () => {
    const image = await push(app, layer);
    afterLeases();
    await become("ARCHIVED", image);
    const stuck = { ...ports, blobs: without(ports.blobs, "transfer") };
    await reclaimOnce(stuck, { failed: () => undefined });
    await ports.blobs.transfer(
      (await objectOf(layer)).id,
      (await objectOf(layer)).place,
      "archive",
    );
    expect((await places()).sort()).toEqual(["", "archive"]);
    const imageIds = [{ imageDigest: image }];
    await registry.ask(batchDeleteImage, { repositoryName: app, imageIds });
    opened.clock.advance(limits.movedObjectGraceMs);
    await reclaimOnce(ports);
    expect(await places()).toEqual([]);
    expect(await ports.metadata.reclaim.count()).toBe(0);
  });

  it("is moved at once by hand, leases or not, and leaves nothing behind", async () => {
    await become("ARCHIVED", await push(app, layer));
    expect(await reclaimOnce(ports, { ignoreLeases: true })).toMatchObject({ moved: 1 });
    expect(await places()).toEqual(["archive"]);
  });

  it("is where it was with a store that has no archive", async () => {
    const image = await push(app, layer);
    afterLeases();
    const single = over(ports.blobs, { planTransfer: (place) => placeNow(place) });
    await become("ARCHIVED", image);
    expect(await reclaimOnce({ ...ports, blobs: single })).toMatchObject({ moved: 0 });
    expect(await isStandard(image)).toBe(true);
    expect(await ports.metadata.reclaim.count()).toBe(0);
  });

  it("comes back when another repository pushes the layer", async () => {
    await become("ARCHIVED", await push(app, layer));
    await reclaimOnce(ports, { ignoreLeases: true });
    await push("other", layer);
    expect(await reclaimOnce(ports)).toMatchObject({ moved: 1 });
    expect(await classOf(layer)).toBe("standard");
  });

  it("comes back when it is asked for, and an image in use has it that nobody told of", async () => {
    const archived = await push(app, layer);
    await become("ARCHIVED", archived);
    await reclaimOnce(ports, { ignoreLeases: true });
    const { digest } = await objectOf(layer);
    await findLayer(ports, testRegistry, app, digest);
    afterLeases();
    expect(await reclaimOnce(ports)).toMatchObject({ moved: 0 });
    // A client that knows that the layer is there pushes a manifest alone.
    const other = Buffer.from("another config");
    await registry.pushLayer(app, other);
    await registry.putManifest(app, imageManifest(other, layer));
    afterLeases();
    expect(await reclaimOnce(ports)).toMatchObject({ moved: 0 });
    await findLayer(ports, testRegistry, app, digest);
    expect(await reclaimOnce(ports)).toMatchObject({ moved: 1 });
    expect(await classOf(layer)).toBe("standard");
  });
});

describe("a move", () => {
  let image: Digest;
  beforeEach(async () => {
    image = await push(app, layer);
    afterLeases();
    await become("ARCHIVED", image);
  });

  it("does not move the row of an image that came back while its bytes were copied", async () => {
    const meanwhile = during("transfer", () => become("ACTIVATING", image));
    expect(await reclaimOnce(meanwhile)).toMatchObject({ moved: 0 });
    expect((await objectOf(layer)).place).toBe("");
    await reclaimOnce(ports);
    expect(await places()).toEqual([""]);
    expect(await ports.metadata.reclaim.count()).toBe(0);
  });

  it("leaves nothing of an object that was deleted while its bytes were copied", async () => {
    const meanwhile = during("transfer", async () => {
      const imageIds = [{ imageDigest: image }];
      await registry.ask(batchDeleteImage, { repositoryName: app, imageIds });
      // Another process, which nobody keeps from it.
      await reclaimOnce(ports);
    });
    const copied = over(meanwhile.blobs, {
      async transfer(key, place, to) {
        await meanwhile.blobs.transfer(key, place, to).catch(() => undefined);
        return store(ports.blobs, key, to);
      },
    });
    await reclaimOnce({ ...meanwhile, blobs: copied });
    expect(await places()).toEqual([]);
  });

  it("is done once when two processes do it, and loses nothing when one was asleep", async () => {
    const asleep = during("transfer", async () => {
      await reclaimOnce(ports); // The other one does all of it.
      opened.clock.advance(limits.movedObjectGraceMs);
      await reclaimOnce(ports);
      expect(await places()).toEqual(["archive"]);
    });
    await reclaimOnce(asleep, { failed: () => undefined });
    opened.clock.advance(limits.movedObjectGraceMs);
    await reclaimOnce(ports);
    expect(await places()).toEqual(["archive"]);
    expect((await contentOf(await objectOf(layer))).equals(layer)).toBe(true);
    expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
  });

  it("goes on where a broken one left off", async () => {
    const broken = { ...ports, blobs: without(ports.blobs, "transfer") };
    const failures: unknown[] = [];
    const failed = (error: unknown) => failures.push(error);
    expect(await reclaimOnce(broken, { failed })).toMatchObject({ moved: 0 });
    expect(failures).toHaveLength(1);
    const plan = (await objectOf(layer)).place;
    expect(plan).toBe(">archive");
    expect((await contentOf(await objectOf(layer))).equals(layer)).toBe(true);
    expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
    opened.clock.advance(15 * 60_000);
    expect(await reclaimOnce(ports)).toMatchObject({ moved: 1 });
    expect((await objectOf(layer)).place).toBe("archive");
  });

  it("is tried for few objects of a run when the archive is full, and holds up nothing else", async () => {
    const others = [1, 2, 3, 4, 5].map(() => someBytes(40_000));
    const large = await push(app, ...others);
    afterLeases();
    await become("ARCHIVED", large);
    const failures: unknown[] = [];
    const failed = (error: unknown) => failures.push(error);
    const full = { ...ports, blobs: without(ports.blobs, "transfer") };
    await reclaimOnce(full, { failed });
    expect(failures).toHaveLength(3);
    expect(await ports.metadata.reclaim.due(ports.clock.now(), 9)).toEqual([]);
    opened.clock.advance(15 * 60_000);
    expect(await reclaimOnce(ports)).toMatchObject({ moved: 6 });
  });

  it("does not break a pull that knew the old place, however late it opens it", async () => {
    const known = await objectOf(layer);
    const begun = readLayer(ports, { object: known });
    await reclaimOnce(ports, { ignoreLeases: true });
    expect(await places()).toEqual(["archive"]);
    const pieces = (await Array.fromAsync(begun)).map((piece) => Buffer.from(piece));
    expect(Buffer.concat(pieces).equals(layer)).toBe(true);
  });

  it("does not break a pull whose bytes go away in the middle", async () => {
    const large = someBytes(3 * limits.frameBytes);
    const known = await push(app, large);
    const object = await objectOf(large);
    const pieces: Buffer[] = [];
    for await (const piece of readLayer({ ...ports, blobs: fickle(ports.blobs) }, { object })) {
      if (pieces.length === 0) {
        afterLeases();
        await become("ARCHIVED", known);
        await reclaimOnce(ports, { ignoreLeases: true });
      }
      pieces.push(Buffer.from(piece));
    }
    expect(Buffer.concat(pieces).equals(large)).toBe(true);
    expect(await classOf(large)).toBe("archive");
  });

  it("says that the bytes are not there when they are nowhere", async () => {
    const object = await objectOf(layer);
    await ports.blobs.delete(object.id);
    await expect(contentOf(object)).rejects.toMatchObject({ kind: "ServiceUnavailable" });
  });
});

function over(blobs: BlobStore, methods: Partial<BlobStore>): BlobStore {
  return new Proxy(blobs, {
    get: (target, name) => {
      const own = methods[name as keyof BlobStore];
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** The store, one of whose calls always fails. */
function without(blobs: BlobStore, method: "transfer"): BlobStore {
  const refuse = async () => {
    throw new RegistryError("ServiceUnavailable", "The archive is full.");
  };
  return over(blobs, { [method]: refuse });
}

/** The same ports, where something happens once while bytes are copied. */
function during(_call: "transfer", work: () => Promise<void>): Ports {
  let isDone = false;
  const blobs = over(ports.blobs, {
    async transfer(key, place, to) {
      const next = await ports.blobs.transfer(key, place, to);
      if (!isDone) {
        isDone = true;
        await work();
      }
      return next;
    },
  });
  return { ...ports, blobs };
}

/** As a late copy would: bytes of the key, in that class. */
async function store(blobs: BlobStore, key: StoredObject["id"], to: StorageClass): Promise<string> {
  const staged = await blobs.stage(key, { lengthBytes: 0, place: "" });
  await staged.append([Buffer.from("late")]);
  const place = await staged.sync();
  await staged.close();
  const published = await blobs.publish(key, { lengthBytes: 4, place });
  return blobs.transfer(key, published, to);
}

/** What is open breaks when the object is not where it was opened, as ranged reads of a bucket do. */
function fickle(blobs: BlobStore): BlobStore {
  return over(blobs, {
    async open(key, place) {
      const blob = await blobs.open(key, place);
      if (blob === undefined) return undefined;
      return {
        sizeBytes: blob.sizeBytes,
        async read(...of) {
          const still = await blobs.open(key, place);
          if (still === undefined) throw new Error(`object ${key} is gone`);
          return blob.read(...of);
        },
        close: () => blob.close(),
      };
    },
  });
}
