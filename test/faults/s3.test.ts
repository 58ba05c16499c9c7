/** Catalogue 9 and its kin: an S3 store that fails, as a proxy before a real one makes it fail. */
import { randomBytes } from "node:crypto";
import { ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { S3BlobStore } from "../../src/adapters/blobs/s3.ts";
import { nothingStaged, type StagedBytes } from "../../src/ports/blob-store.ts";
import { isRegistryError } from "../../src/registry/errors.ts";
import { contentOf, listed, newKey, stageMore, store, wholeOf } from "../contracts/blob-stores.ts";
import { openS3, type S3Server, startS3 } from "../support/s3.ts";
import { type S3Fault, type S3Operation, S3Proxy, type S3Request } from "../support/s3-proxy.ts";
import { s3Missing } from "../support/s3-server.ts";

const MiB = 1024 * 1024;
const partBytes = 6 * MiB;
const missing = s3Missing();
const remark = missing === undefined ? "" : ` (not tried, ${missing})`;
const afterAnyUpload = 8.64e15;
/** More requests than the work makes: a run that gets here says that the loop does not end. */
const mostRequests = 200;

let server: S3Server;
let proxy: S3Proxy;

beforeAll(async () => {
  if (missing !== undefined) return;
  server = await startS3();
  proxy = await S3Proxy.start(server.endpoint);
});

afterAll(async () => {
  await proxy?.stop();
  await server?.stop();
});

/** A store behind the proxy, and one that has the server to itself. */
async function open(idleMs = 20_000): Promise<{ blobs: S3BlobStore; direct: S3BlobStore }> {
  proxy.plan();
  const prefix = `${randomBytes(6).toString("hex")}/`;
  const options = { prefix, partBytes, attempts: 2, idleMs };
  const behind = { endpoint: proxy.endpoint, bucket: server.bucket };
  return { blobs: await openS3(behind, options), direct: await openS3(server, options) };
}

async function underWay(): Promise<number> {
  const command = new ListMultipartUploadsCommand({ Bucket: server.bucket });
  return (await server.client.send(command)).Uploads?.length ?? 0;
}

/** The next requests of that operation fail, every try of them. */
function failing(fault: S3Fault, ...operations: readonly S3Operation[]) {
  return ({ operation }: S3Request) => (operations.includes(operation) ? fault : undefined);
}

const unavailable = (error: unknown) => isRegistryError(error, "ServiceUnavailable");
const head = randomBytes(5 * MiB);
const small = Buffer.from("and a little more");
const large = randomBytes(partBytes + MiB);

const faults: readonly S3Fault[] = [
  { kind: "answer", status: 500, code: "InternalError" },
  { kind: "cut" },
  { kind: "lost answer" },
];

describe.skipIf(missing !== undefined)(`an S3 store that fails${remark}`, () => {
  it.each(faults)(
    "9: after $kind at any request nothing acknowledged is lost, nothing is half there, and all goes on",
    { timeout: 240_000 },
    async (fault) => {
      for (let number = 1; ; number++) {
        expect(number).toBeLessThan(mostRequests);
        const { blobs, direct } = await open();
        proxy.plan((request) => (request.number === number ? fault : undefined));
        const told = new Told();
        const error = await work(blobs, told).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        const failed = proxy.requests.find((request) => request.number === number);
        if (failed === undefined) return;
        proxy.plan();
        const label = `${fault.kind}, request ${number}, ${failed.operation}: ${error}`;
        expect(error === undefined || unavailable(error), label).toBe(true);
        await told.expectKept(direct, label);
        await work(blobs, told); // The same store goes on.
        await told.expectKept(direct, label);
        for (const { key } of told.objects) await blobs.delete(key);
        expect(await listed(direct), label).toEqual([]);
        await direct.sweepUploads(afterAnyUpload);
        expect(await underWay(), label).toBe(0);
        blobs.close();
        direct.close();
      }
    },
  );

  it("9: 500, then 200 with an error in it, to CompleteMultipartUpload: refused, aborted, not there", async () => {
    const { blobs, direct } = await open();
    for (const after of ["", "\n", " \n\n"]) {
      proxy.plan(({ operation, attempt }) => {
        if (operation !== "CompleteMultipartUpload") return undefined;
        return attempt === 1
          ? { kind: "answer", status: 500, code: "InternalError" }
          : { kind: "error in a 200", after };
      });
      const error = await store(blobs, newKey(), large).catch((reason: unknown) => reason);
      expect(unavailable(error), `${error}`).toBe(true);
      expect(proxy.requests.map(({ operation }) => operation)).toContain("AbortMultipartUpload");
      expect(await listed(direct)).toEqual([]);
      expect(await underWay()).toBe(0);
    }
  });

  it("9: 200 with an error in it to UploadPartCopy: not published, the segments stay, a retry goes on", async () => {
    const { blobs, direct } = await open();
    for (const after of ["", "\n"]) {
      const key = newKey();
      const synced = await stageMore(
        blobs,
        key,
        await stageMore(blobs, key, nothingStaged, head),
        small,
      );
      proxy.plan(failing({ kind: "error in a 200", after }, "UploadPartCopy"));
      const error = await blobs.publish(key, synced).catch((reason: unknown) => reason);
      expect(unavailable(error), `${error}`).toBe(true);
      expect(await underWay()).toBe(0);
      proxy.plan();
      const place = await blobs.publish(key, synced);
      expect((await contentOf(direct, key, place))?.equals(Buffer.concat([head, small]))).toBe(
        true,
      );
    }
  });

  it("writes the bytes anew where the store does not copy parts, or takes only equal ones", async () => {
    const { blobs, direct } = await open();
    const refusals: readonly [S3Operation, number, string][] = [
      ["UploadPartCopy", 501, "NotImplemented"],
      ["UploadPartCopy", 400, "InvalidRequest"],
      ["CompleteMultipartUpload", 400, "InvalidPart"],
    ];
    for (const [operation, status, code] of refusals) {
      const key = newKey();
      const first = await stageMore(blobs, key, nothingStaged, head);
      const synced = await stageMore(blobs, key, first, small);
      let refused = false;
      proxy.plan((request) => {
        if (refused || request.operation !== operation) return undefined;
        refused = true;
        return { kind: "answer", status, code };
      });
      const place = await blobs.publish(key, synced);
      expect((await contentOf(direct, key, place))?.equals(Buffer.concat([head, small]))).toBe(
        true,
      );
      expect(await underWay()).toBe(0);
    }
  });

  it.each([
    [409, "ConditionalRequestConflict"],
    [412, "PreconditionFailed"],
  ] as const)(
    "publishes where a %i says that another is about to, and then is not there",
    async (status, code) => {
      const { blobs, direct } = await open();
      const key = newKey();
      const first = await stageMore(blobs, key, nothingStaged, head);
      const synced = await stageMore(blobs, key, first, small);
      let refusals = 0;
      proxy.plan(({ operation }) =>
        operation === "CompleteMultipartUpload" && refusals++ < 3
          ? { kind: "answer", status, code }
          : undefined,
      );
      const place = await blobs.publish(key, synced);
      expect(refusals).toBe(4);
      expect((await contentOf(direct, key, place))?.equals(Buffer.concat([head, small]))).toBe(
        true,
      );
      expect(await underWay()).toBe(0);
    },
  );

  it("writes without the condition where the store does not know it, from the second write on", async () => {
    const { blobs } = await open();
    proxy.plan(({ headers }) =>
      headers["if-none-match"] === undefined
        ? undefined
        : { kind: "answer", status: 501, code: "NotImplemented" },
    );
    const key = newKey();
    const place = await store(blobs, key, small);
    expect((await contentOf(blobs, key, place))?.equals(small)).toBe(true);
    await store(blobs, newKey(), large);
    const conditional = proxy.requests.filter(({ headers }) => "if-none-match" in headers);
    expect(conditional).toHaveLength(1);
  });

  it("waits out a store that is asked to slow down, and refuses when it stays so", async () => {
    const { blobs } = await open();
    const slowDown: S3Fault = { kind: "answer", status: 503, code: "SlowDown" };
    proxy.plan(({ attempt }) => (attempt === 1 ? slowDown : undefined));
    const key = newKey();
    const place = await store(blobs, key, small);
    expect(await contentOf(blobs, key, place)).toEqual(small);
    proxy.plan(() => slowDown);
    const error = await stageMore(blobs, newKey(), nothingStaged, small).catch(
      (reason: unknown) => reason,
    );
    expect(unavailable(error)).toBe(true);
    expect((error as Error).message).not.toContain("SlowDown");
    expect(String((error as Error).cause)).toContain("SlowDown");
    await expect(blobs.open(key, place)).rejects.toSatisfy(unavailable);
  });

  it("does not wait for ever for an answer", { timeout: 60_000 }, async () => {
    const { blobs } = await open(500);
    const key = newKey();
    const place = await store(blobs, key, small);
    proxy.plan(() => ({ kind: "silence" }));
    for (const call of [
      () => stageMore(blobs, newKey(), nothingStaged, small),
      () => stageMore(blobs, newKey(), nothingStaged, large),
      () => blobs.open(key, place),
      () => blobs.delete(key),
      () => blobs.publish(key, { lengthBytes: small.length, place }),
    ]) {
      await expect(call()).rejects.toSatisfy(unavailable);
    }
    await expect(blobs.probe()).rejects.toThrow(`the bucket '${server.bucket}' at`);
  });

  it("sends no further part once one has failed, and aborts the upload", async () => {
    const { blobs, direct } = await open();
    proxy.plan(failing({ kind: "cut" }, "UploadPart"));
    const staged = await blobs.stage(newKey(), nothingStaged);
    const appendAll = async () => {
      for (let index = 0; index < 60; index++) await staged.append([randomBytes(MiB)]);
    };
    await expect(appendAll()).rejects.toSatisfy(unavailable);
    await expect(staged.append([small])).rejects.toSatisfy(unavailable);
    await expect(staged.sync()).rejects.toSatisfy(unavailable);
    await staged.close();
    const parts = proxy.requests.filter(({ operation }) => operation === "UploadPart");
    expect(new Set(parts.map(({ number }) => number)).size).toBeLessThanOrEqual(2);
    expect(await underWay()).toBe(0);
    expect(await listed(direct)).toEqual([]);
  });

  it("leaves to the sweep what it could not abort, which takes nothing younger", async () => {
    const { blobs, direct } = await open();
    const before = Date.now() - 5_000;
    proxy.plan(failing({ kind: "cut" }, "CompleteMultipartUpload", "AbortMultipartUpload"));
    await expect(store(blobs, newKey(), large)).rejects.toSatisfy(unavailable);
    expect(await underWay()).toBe(1);
    expect(await direct.sweepUploads(before)).toBe(0);
    expect(await direct.sweepUploads(afterAnyUpload)).toBe(1);
    expect(await underWay()).toBe(0);
  });
});

describe.skipIf(missing !== undefined)(`reading from an S3 store that fails${remark}`, () => {
  it("goes on where an answer broke off, or went silent", { timeout: 60_000 }, async () => {
    const { blobs } = await open(1_500);
    const key = newKey();
    const place = await store(blobs, key, large);
    for (const half of [
      { bytes: 0 },
      { bytes: 1 },
      { bytes: 100_000 },
      { bytes: large.length - 1 },
      { bytes: 100_000, silent: true },
    ]) {
      let broken = 0;
      proxy.plan(({ operation }) =>
        operation === "GetObject" && broken++ < 2 ? { kind: "half a body", ...half } : undefined,
      );
      expect((await contentOf(blobs, key, place))?.equals(large), `${half.bytes}`).toBe(true);
      // What the second one lacks can be no fewer bytes than it was asked for.
      expect(broken, "answers").toBe(half.bytes === large.length - 1 ? 2 : 3);
    }
  });

  it("fails a read whose answers all break off, and never gives fewer bytes", async () => {
    const { blobs } = await open();
    const key = newKey();
    const blob = (await blobs.open(key, await store(blobs, key, large)))!;
    proxy.plan(failing({ kind: "half a body", bytes: 1_000 }, "GetObject"));
    await blob.read(0, MiB); // From the answer that opened it.
    const error = await wholeOf(blob).catch((reason: unknown) => reason);
    expect(unavailable(error), `${error}`).toBe(true);
    expect(proxy.requests.length).toBeLessThan(10);
    await blob.close();
  });

  it("takes an answer for what it says it is: another range is none", async () => {
    const { blobs } = await open();
    const key = newKey();
    const blob = (await blobs.open(key, await store(blobs, key, large)))!;
    // The server is asked for another range than the reader thinks.
    proxy.plan(({ headers }) => {
      if (headers.range !== undefined) delete headers.range;
      return undefined;
    });
    await expect(blob.read(large.length - 10, 10)).rejects.toSatisfy(unavailable);
    await blob.close();
  });

  it("lets go of a connection that nobody reads from, and goes on with another", {
    timeout: 20_000,
  }, async () => {
    const { blobs } = await open();
    const key = newKey();
    const blob = (await blobs.open(key, await store(blobs, key, large)))!;
    expect(large.subarray(0, 10).equals(await blob.read(0, 10))).toBe(true);
    await expect.poll(() => proxy.openAnswers, { timeout: 10_000 }).toBe(0);
    expect(large.subarray(10, MiB).equals(await blob.read(10, MiB - 10))).toBe(true);
    await blob.close();
  });
});

/** What the caller was told, and must find so. */
class Told {
  readonly objects = [
    { key: newKey(), pieces: [large] },
    { key: newKey(), pieces: [head, small] },
    { key: newKey(), pieces: [small, small] },
  ];
  readonly synced = new Map<string, StagedBytes>();
  readonly published = new Map<string, string>();

  async expectKept(blobs: S3BlobStore, label: string): Promise<void> {
    for (const { key, pieces } of this.objects) {
      const whole = Buffer.concat(pieces);
      const place = this.published.get(key);
      const synced = this.synced.get(key);
      if (place !== undefined) {
        expect((await contentOf(blobs, key, place))?.equals(whole), label).toBe(true);
      } else if (synced !== undefined) {
        const content = await wholeOf(await blobs.openStaged(key, synced));
        expect(content?.equals(whole.subarray(0, synced.lengthBytes)), label).toBe(true);
      }
    }
    for (const { key, place, sizeBytes } of await listed(blobs)) {
      // Whatever else there is, nobody was told of; it is whole all the same.
      const { pieces } = this.objects.find((object) => object.key === key)!;
      const lengths = [...pieces, Buffer.concat(pieces)].map(({ length }) => length);
      expect(lengths, `${label}: ${place}`).toContain(sizeBytes);
    }
  }
}

/** Brings every object from where it stands to being published, in synced pieces. */
async function work(blobs: S3BlobStore, told: Told): Promise<void> {
  for (const { key, pieces } of told.objects) {
    if (told.published.has(key)) continue;
    let position = 0;
    for (const piece of pieces) {
      const synced = told.synced.get(key) ?? nothingStaged;
      if (synced.lengthBytes === position) {
        told.synced.set(key, await stageMore(blobs, key, synced, piece));
      }
      position += piece.length;
    }
    const place = await blobs.publish(key, told.synced.get(key)!);
    told.published.set(key, place);
    await blobs.delete(key, place);
  }
}
