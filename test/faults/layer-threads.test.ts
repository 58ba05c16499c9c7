/** Threads that end by themselves take nothing with them but what they were at work on. */

import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LayerThreads } from "../../src/adapters/layer-work/layer-threads.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { type DigestAlgorithm, digestOf } from "../../src/registry/digest.ts";
import { frameKey } from "../../src/registry/encryption/sealed-format.ts";
import { completeUpload } from "../../src/registry/layers/complete-upload.ts";
import { findLayer } from "../../src/registry/layers/find-layer.ts";
import { readLayer } from "../../src/registry/layers/read-layer.ts";
import { appendToUpload, findUpload, startUpload } from "../../src/registry/layers/upload-layer.ts";
import type { ObjectId, UploadId } from "../../src/registry/names.ts";
import { createRepository } from "../../src/registry/repositories/create-repository.ts";
import { checkStore } from "../../src/workers/check-store.ts";
import { openStore, someBytes, testRegistry, testRepository } from "../support/store.ts";

const program = new URL("../support/mortal-layer-thread.ts", import.meta.url);
const bytes = someBytes(5_300_000);

let directory: string;
let ports: Ports;
let threads: LayerThreads;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "entrepot-layer-threads-"));
  threads = new LayerThreads(1, program);
  ports = { ...(await openStore(directory)), layerWork: threads };
  await createRepository(ports, {
    registry: testRegistry,
    name: testRepository,
    tagMutability: { mode: "MUTABLE", exclusionFilters: [] },
    scanOnPush: false,
    encryption: { type: "AES256" },
    resourceTags: new Map(),
  });
});

afterEach(async () => {
  await threads.close();
  await ports.metadata.close();
  await rm(directory, { recursive: true, force: true });
});

/** The thread is gone when this resolves. */
async function endThread(): Promise<void> {
  const key = frameKey(randomBytes(32));
  const object = "00".repeat(16) as ObjectId;
  const place = {
    index: 0,
    endsSegment: true,
    start: 0,
    sizeBytes: 1,
    sealedStart: 0,
    sealedBytes: 29,
  };
  const read = threads.readFrame({ key, object, place, descriptor: -1 });
  await expect(read).rejects.toMatchObject({ kind: "ServiceUnavailable" });
}

async function* pieces(from: number, to: number, between?: (at: number) => Promise<void>) {
  for (let at = from; at < to; at += 60_000) {
    await between?.(at);
    yield new Uint8Array(bytes.subarray(at, Math.min(to, at + 60_000)));
  }
}

async function begin(algorithm?: DigestAlgorithm): Promise<UploadId> {
  return (await startUpload(ports, testRegistry, testRepository, algorithm)).id;
}

function append(id: UploadId, content: AsyncIterable<Uint8Array>, offset: number) {
  const options = { offset, given: true };
  return appendToUpload(ports, testRegistry, testRepository, id, content, options);
}

async function complete(id: UploadId, algorithm?: DigestAlgorithm): Promise<void> {
  await completeUpload(ports, testRegistry, testRepository, id, digestOf(bytes, algorithm), {
    repeatable: true,
    emptyAllowed: false,
    enforcePartSize: false,
  });
}

async function expectWhole(algorithm?: DigestAlgorithm): Promise<void> {
  const digest = digestOf(bytes, algorithm);
  const { object } = await findLayer(ports, testRegistry, testRepository, digest);
  const read: Buffer[] = [];
  for await (const piece of readLayer(ports, { object })) read.push(Buffer.from(piece));
  expect(Buffer.concat(read).equals(bytes)).toBe(true);
  expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
}

describe("an upload whose thread ends", () => {
  it("half-way through a request is as it was before, and takes the same again", async () => {
    const id = await begin();
    await append(id, pieces(0, 2_000_000), 0);
    const broken = append(
      id,
      pieces(2_000_000, bytes.length, async (at) => {
        if (at === 3_980_000) await endThread();
      }),
      2_000_000,
    );
    await expect(broken).rejects.toMatchObject({ kind: "ServiceUnavailable" });
    const { upload } = await findUpload(ports, testRegistry, testRepository, id);
    expect(upload.offset).toBe(2_000_000);
    await append(id, pieces(2_000_000, bytes.length), 2_000_000);
    await complete(id);
    await expectWhole();
  });

  it.each(["sha256", "sha512"] as const)(
    "between two requests goes on in another, and ends by its %s",
    async (algorithm) => {
      const id = await begin(algorithm);
      await append(id, pieces(0, 2_000_000), 0);
      await endThread();
      await append(id, pieces(2_000_000, bytes.length), 2_000_000);
      await complete(id, algorithm);
      await expectWhole(algorithm);
    },
  );
});

it.each(["sha256", "sha512"] as const)(
  "an upload of several requests is hashed by %s as it comes, large and small",
  async (algorithm) => {
    const id = await begin(algorithm);
    const ends = [1_500_000, 1_500_010, 4_000_000, bytes.length];
    for (const [index, end] of ends.entries()) {
      const start = ends[index - 1] ?? 0;
      const { digestSoFar } = await append(id, pieces(start, end), start);
      expect(digestSoFar).toBe(digestOf(bytes.subarray(0, end), algorithm));
    }
    await complete(id, algorithm);
    await expectWhole(algorithm);
  },
);

it("an upload goes on where it is when its thread could not write, and all later bytes follow", async () => {
  const full = new LayerThreads(1, new URL("../support/full-layer-thread.ts", import.meta.url));
  ports = { ...ports, layerWork: full };
  const id = await begin();
  await append(id, pieces(0, bytes.length), 0);
  await full.close();
  await complete(id);
  await expectWhole();
});

it("an upload that breaks off keeps what came, and its hash", async () => {
  const id = await begin();
  const cut = async (at: number) => {
    if (at === 3_600_000) throw new Error("cut");
  };
  await expect(append(id, pieces(0, bytes.length, cut), 0)).rejects.toThrow("cut");
  const { upload } = await findUpload(ports, testRegistry, testRepository, id);
  expect(upload.offset).toBe(3_600_000);
  expect(upload.digestSoFar).toBe(digestOf(bytes.subarray(0, 3_600_000)));
  await append(id, pieces(3_600_000, bytes.length), 3_600_000);
  await complete(id);
  await expectWhole();
});

describe("a pull", () => {
  async function pushed() {
    const id = await begin();
    await append(id, pieces(0, bytes.length), 0);
    await complete(id);
    return (await findLayer(ports, testRegistry, testRepository, digestOf(bytes))).object;
  }

  it("goes on when the thread ends", async () => {
    const object = await pushed();
    const read: Buffer[] = [];
    for await (const piece of readLayer(ports, { object })) {
      read.push(Buffer.from(piece));
      await endThread();
    }
    expect(Buffer.concat(read).equals(bytes)).toBe(true);
  });

  it("gives nothing of a damaged frame", async () => {
    const object = await pushed();
    const path = join(directory, "blobs", "objects", object.id.slice(0, 2), object.id);
    const sealed = await readFile(path);
    sealed[2_500_000]! ^= 1;
    await writeFile(path, sealed);
    let readBytes = 0;
    const reading = async () => {
      for await (const piece of readLayer(ports, { object })) readBytes += piece.length;
    };
    await expect(reading()).rejects.toThrow();
    expect(readBytes).toBe(2 * 1024 * 1024);
  });
});

it("what is asked of threads that are closed is refused", async () => {
  await threads.close();
  const id = await begin();
  const refused = append(id, pieces(0, 2_000_000), 0);
  await expect(refused).rejects.toMatchObject({ kind: "ServiceUnavailable" });
});
