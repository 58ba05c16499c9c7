/** Catalogue 9 and 17: an S3 store that fails while an object moves to another storage class. */
import { randomBytes } from "node:crypto";
import { ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { S3BlobStore, S3BlobStoreOptions } from "../../src/adapters/blobs/s3.ts";
import { placeNow, plannedPlace } from "../../src/ports/place.ts";
import { isRegistryError } from "../../src/registry/errors.ts";
import type { ObjectId } from "../../src/registry/names.ts";
import { contentOf, listed, newKey, store } from "../contracts/blob-stores.ts";
import { openS3, type S3Server, startS3 } from "../support/s3.ts";
import { type S3Fault, S3Proxy } from "../support/s3-proxy.ts";
import { s3Missing } from "../support/s3-server.ts";

const missing = s3Missing();
const remark = missing === undefined ? "" : ` (not tried, ${missing})`;
/** More requests than a move makes. */
const mostRequests = 60;
const content = randomBytes(200_000);

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

async function open(options: Partial<S3BlobStoreOptions> = {}): Promise<S3BlobStore> {
  proxy.plan();
  const behind = { endpoint: proxy.endpoint, bucket: server.bucket };
  const blobs = await openS3(behind, { attempts: 2, archiveClass: "GLACIER_IR", ...options });
  onTestFinished(() => blobs.close());
  return blobs;
}

const asked = (operation: string) =>
  proxy.requests.filter((request) => request.operation === operation);

async function underWay(): Promise<number> {
  const command = new ListMultipartUploadsCommand({ Bucket: server.bucket });
  return (await server.client.send(command)).Uploads?.length ?? 0;
}

const faults: readonly S3Fault[] = [
  { kind: "answer", status: 500, code: "InternalError" },
  { kind: "cut" },
  { kind: "lost answer" },
];

/** As a worker does it; the row that keeps the place is what it has told so far. */
async function move(blobs: S3BlobStore, key: ObjectId, row: { place: string }): Promise<void> {
  row.place = blobs.planTransfer(row.place, "archive");
  row.place = await blobs.transfer(key, row.place, "archive");
  await blobs.delete(key, async () => row.place);
}

describe.skipIf(missing !== undefined)(`an S3 store that fails during a move${remark}`, () => {
  it.each(faults)(
    "17: after $kind at any request the object is where the row says, and the move goes on",
    { timeout: 240_000 },
    async (fault) => {
      for (let number = 1; ; number++) {
        expect(number).toBeLessThan(mostRequests);
        const blobs = await open();
        const key = newKey();
        const row = { place: await store(blobs, key, content) };
        proxy.plan((request) => (request.number === number ? fault : undefined));
        const error = await move(blobs, key, row).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        const failed = proxy.requests.find((request) => request.number === number);
        proxy.plan();
        if (failed === undefined) return;
        const label = `${fault.kind}, request ${number}, ${failed.operation}: ${error}`;
        expect(error === undefined || isRegistryError(error, "ServiceUnavailable"), label).toBe(
          true,
        );
        expect((await contentOf(blobs, key, row.place))?.equals(content), label).toBe(true);
        await move(blobs, key, row);
        expect((await contentOf(blobs, key, row.place))?.equals(content), label).toBe(true);
        expect(await listed(blobs), label).toMatchObject([{ key, place: row.place }]);
      }
    },
  );

  it("9: 200 with an error in it to CopyObject: refused, and a retry goes on", async () => {
    const blobs = await open();
    for (const after of ["", "\n", " \n\n"]) {
      const key = newKey();
      const plan = blobs.planTransfer(await store(blobs, key, content), "archive");
      proxy.plan(({ operation }) =>
        operation === "CopyObject" ? { kind: "error in a 200", after } : undefined,
      );
      const error = await blobs.transfer(key, plan, "archive").catch((reason: unknown) => reason);
      expect(isRegistryError(error, "ServiceUnavailable"), `${error}`).toBe(true);
      expect(await blobs.open(key, plannedPlace(plan)!)).toBeUndefined();
      proxy.plan();
      const place = await blobs.transfer(key, plan, "archive");
      expect((await contentOf(blobs, key, place))?.equals(content)).toBe(true);
    }
  });

  it("copies inside the store, in the class that was named, and looks how long the copy is", async () => {
    const blobs = await open();
    const key = newKey();
    const place = await store(blobs, key, content);
    proxy.plan();
    const archived = await blobs.transfer(key, blobs.planTransfer(place, "archive"), "archive");
    const [copy, ...others] = asked("CopyObject");
    expect(others).toEqual([]);
    expect(copy?.headers["x-amz-storage-class"]).toBe("GLACIER_IR");
    expect(copy?.path).toMatch(new RegExp(`/${key}/archive/[0-9a-f]{16}$`));
    expect(asked("GetObject")).toEqual([]);
    expect(proxy.requests.at(-1)?.operation).toBe("HeadObject");
    proxy.plan();
    await blobs.transfer(key, blobs.planTransfer(archived, "standard"), "standard");
    expect(asked("CopyObject")[0]?.headers["x-amz-storage-class"]).toBeUndefined();
  });

  it("has the store encrypt the copy as it does what is pushed", async () => {
    const kmsKeyId = "arn:aws:kms:us-east-1:000000000000:key/1";
    const blobs = await open({ serverSideEncryption: { kmsKeyId } });
    const key = newKey();
    const place = await store(blobs, key, content);
    const archived = await blobs.transfer(key, place, "archive");
    const headers = asked("CopyObject")[0]?.headers;
    expect(headers?.["x-amz-server-side-encryption"]).toBe("aws:kms");
    expect(headers?.["x-amz-server-side-encryption-aws-kms-key-id"]).toBe(kmsKeyId);
    const url = await blobs.urlFor(key, archived, 60);
    const answer = await fetch(url!);
    expect(answer.headers.get("content-type")).toBe("application/octet-stream");
    expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true);
  });

  it.each(["NotImplemented", "InvalidRequest"])(
    "copies by parts where the store answers %s to CopyObject, and aborts them when that fails",
    async (code) => {
      const blobs = await open();
      const key = newKey();
      const plan = blobs.planTransfer(await store(blobs, key, content), "archive");
      const noCopy: S3Fault = { kind: "answer", status: 501, code };
      const broken: S3Fault = { kind: "answer", status: 500, code: "InternalError" };
      proxy.plan(({ operation }) => {
        if (operation === "CopyObject") return noCopy;
        return operation === "UploadPartCopy" ? broken : undefined;
      });
      await expect(blobs.transfer(key, plan, "archive")).rejects.toMatchObject({
        kind: "ServiceUnavailable",
      });
      expect(await underWay()).toBe(0);
      proxy.plan(({ operation }) => (operation === "CopyObject" ? noCopy : undefined));
      const archived = await blobs.transfer(key, plan, "archive");
      expect((await contentOf(blobs, key, archived))?.equals(content)).toBe(true);
      const [begun] = asked("CreateMultipartUpload");
      expect(begun?.headers["x-amz-storage-class"]).toBe("GLACIER_IR");
    },
  );

  it("reads the bytes and writes them anew where the store does not copy at all", async () => {
    const blobs = await open();
    const key = newKey();
    const place = await store(blobs, key, content);
    const refusal: S3Fault = { kind: "answer", status: 501, code: "NotImplemented" };
    proxy.plan(({ operation }) => (operation.includes("Copy") ? refusal : undefined));
    const archived = await blobs.transfer(key, place, "archive");
    expect(asked("PutObject")[0]?.headers["x-amz-storage-class"]).toBe("GLACIER_IR");
    expect((await contentOf(blobs, key, archived))?.equals(content)).toBe(true);
  });

  it("leaves all objects as they are without a class for the archive", async () => {
    const blobs = await open({ archiveClass: undefined });
    const key = newKey();
    const place = await store(blobs, key, content);
    expect(blobs.planTransfer(place, "archive")).toBe(place);
    expect(await blobs.transfer(key, place, "archive")).toBe(place);
    expect(await listed(blobs)).toHaveLength(1);
  });

  it("brings objects back from the archive of a bucket that has none any more", async () => {
    const prefix = `${randomBytes(6).toString("hex")}/`;
    const before = await open({ prefix });
    const key = newKey();
    const archived = await before.transfer(key, await store(before, key, content), "archive");
    const blobs = await open({ prefix, archiveClass: undefined });
    const place = await blobs.transfer(key, blobs.planTransfer(archived, "standard"), "standard");
    await blobs.delete(key, place);
    expect((await contentOf(blobs, key, place))?.equals(content)).toBe(true);
    expect(await listed(blobs)).toMatchObject([{ key, place }]);
  });

  it("keeps, while it deletes, a copy that was planned before it asked what to keep", async () => {
    const blobs = await open();
    const key = newKey();
    let row = await store(blobs, key, content);
    await blobs.delete(key, async () => {
      // Asleep between its look and its question: another process moves the object meanwhile.
      row = blobs.planTransfer(row, "archive");
      row = await blobs.transfer(key, row, "archive");
      return row;
    });
    expect((await contentOf(blobs, key, row))?.equals(content)).toBe(true);
    const plan = blobs.planTransfer(row, "standard");
    const place = await blobs.transfer(key, plan, "standard");
    await blobs.delete(key, async () => plan);
    expect((await contentOf(blobs, key, place))?.equals(content)).toBe(true);
    expect((await contentOf(blobs, key, placeNow(plan)))?.equals(content)).toBe(true);
  });
});
