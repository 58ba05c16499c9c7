/** Uploads whose bytes are read once more at their end, since nobody hashed them as they came. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BlobStore } from "../../src/ports/blob-store.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { type DigestAlgorithm, digestOf } from "../../src/registry/digest.ts";
import { completeUpload } from "../../src/registry/layers/complete-upload.ts";
import { findLayer } from "../../src/registry/layers/find-layer.ts";
import { readLayer } from "../../src/registry/layers/read-layer.ts";
import { appendToUpload, findUpload, startUpload } from "../../src/registry/layers/upload-layer.ts";
import type { Digest, UploadId } from "../../src/registry/names.ts";
import { createRepository } from "../../src/registry/repositories/create-repository.ts";
import { checkStore } from "../../src/workers/check-store.ts";
import { openStore, someBytes, testRegistry, testRepository } from "../support/store.ts";

let directory: string;
let ports: Ports;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "entrepot-read-back-"));
  ports = await openStore(directory);
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
  await ports.metadata.close();
  await rm(directory, { recursive: true, force: true });
});

const algorithms = ["sha256", "sha512"] as const;
const bytes = someBytes(3_500_000);

async function* once(piece: Uint8Array): AsyncGenerator<Uint8Array> {
  yield piece;
}

async function begin(announced?: DigestAlgorithm): Promise<UploadId> {
  return (await startUpload(ports, testRegistry, testRepository, announced)).id;
}

/** Several appends: several segments, which a bucket has as several objects. */
async function append(id: UploadId, from: number, to: number): Promise<void> {
  const half = Math.ceil((from + to) / 2);
  for (const [start, end] of [
    [from, half],
    [half, to],
  ] as const) {
    const content = once(bytes.subarray(start, end));
    await appendToUpload(ports, testRegistry, testRepository, id, content, { offset: start });
  }
}

function complete(id: UploadId, digest: Digest, blobs: BlobStore = ports.blobs, last?: Uint8Array) {
  return completeUpload({ ...ports, blobs }, testRegistry, testRepository, id, digest, {
    content: last && once(last),
    repeatable: true,
    emptyAllowed: true,
    enforcePartSize: false,
  });
}

async function restart(): Promise<void> {
  await ports.metadata.close();
  ports = await openStore(directory);
}

async function expectWhole(digest: Digest): Promise<void> {
  const { object } = await findLayer(ports, testRegistry, testRepository, digest);
  const read: Buffer[] = [];
  for await (const piece of readLayer(ports, { object })) read.push(Buffer.from(piece));
  expect(Buffer.concat(read).equals(bytes)).toBe(true);
  expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
}

/** The same store, with something else done about reading what is staged. */
function withReading(openStaged: BlobStore["openStaged"]): BlobStore {
  return Object.assign(Object.create(ports.blobs) as BlobStore, {
    openStaged,
    // Methods with private members need the store itself.
    publish: ports.blobs.publish.bind(ports.blobs),
    stage: ports.blobs.stage.bind(ports.blobs),
  });
}

describe.each(algorithms)("an upload that ends by %s", (algorithm) => {
  const digest = digestOf(bytes, algorithm);

  it.each(algorithms)("resumes after restarts, begun by %s", async (announced) => {
    const id = await begin(announced);
    await append(id, 0, 1_000_000);
    await restart();
    await append(id, 1_000_000, 2_000_000);
    await restart();
    expect((await complete(id, digest, ports.blobs, bytes.subarray(2_000_000))).existed).toBe(
      false,
    );
    await expectWhole(digest);
  });

  it("is as it was when it could not be read, and ends when it can", async () => {
    const id = await begin(algorithm === "sha256" ? "sha512" : "sha256");
    await append(id, 0, bytes.length);
    const before = await findUpload(ports, testRegistry, testRepository, id);
    const broken = withReading(async () => {
      throw new Error("the store does not answer");
    });
    await expect(complete(id, digest, broken)).rejects.toThrow("the store does not answer");
    const lost = withReading(async () => undefined);
    await expect(complete(id, digest, lost)).rejects.toMatchObject({ kind: "ServiceUnavailable" });
    expect(await findUpload(ports, testRegistry, testRepository, id)).toEqual(before);
    expect((await ports.metadata.objects.totals()).objects).toBe(0);
    await complete(id, digest);
    await expectWhole(digest);
  });

  it("is not read when it was hashed right as it came", async () => {
    const unread = withReading(async () => {
      throw new Error("read although nobody needed to");
    });
    const announced = await begin(algorithm);
    await append(announced, 0, bytes.length);
    await complete(announced, digest, unread);
    // Whole with the request that ends it, whatever was announced.
    for (const other of algorithms) {
      await complete(await begin(other), digest, unread, bytes);
    }
    await expectWhole(digest);
  });
});
