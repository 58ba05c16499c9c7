import { randomBytes } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  contentOf,
  listed,
  newKey,
  stageMore,
  store,
} from "../../../test/contracts/blob-stores.ts";
import { openS3, type S3Server, startS3 } from "../../../test/support/s3.ts";
import { S3Proxy } from "../../../test/support/s3-proxy.ts";
import { s3Missing } from "../../../test/support/s3-server.ts";
import { nothingStaged } from "../../ports/blob-store.ts";
import type { S3BlobStore, S3BlobStoreOptions } from "./s3.ts";

const MiB = 1024 * 1024;
const missing = s3Missing();
const remark = missing === undefined ? "" : ` (not tried, ${missing})`;

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

/** A store whose requests the proxy notes down from here on. */
async function open(options: Partial<S3BlobStoreOptions> = {}): Promise<S3BlobStore> {
  const blobs = await openS3({ endpoint: proxy.endpoint, bucket: server.bucket }, options);
  onTestFinished(() => blobs.close());
  proxy.plan();
  return blobs;
}

const asked = () => proxy.requests.map(({ operation }) => operation);

describe.skipIf(missing !== undefined)(`the S3 store${remark}`, () => {
  it("writes what fits into one part by a single request, and moves nothing to publish it", async () => {
    const blobs = await open({ partBytes: 6 * MiB });
    const key = newKey();
    const content = randomBytes(6 * MiB);
    const place = await store(blobs, key, content.subarray(0, 100), content.subarray(100));
    expect(asked()).toEqual(["PutObject", "HeadObject", "HeadObject"]);
    expect((await contentOf(blobs, key, place))?.equals(content)).toBe(true);
  });

  it("sends parts of equal length while bytes come in", async () => {
    const blobs = await open({ partBytes: 6 * MiB });
    const staged = await blobs.stage(newKey(), nothingStaged);
    for (let index = 0; index < 20; index++) await staged.append([randomBytes(MiB + 28)]);
    await expect.poll(() => asked().filter((name) => name === "UploadPart").length).toBe(3);
    await staged.sync();
    await staged.close();
    const lengths = proxy.requests
      .filter(({ operation }) => operation === "UploadPart")
      .map(({ headers }) => Number(headers["content-length"]));
    const last = 20 * (MiB + 28) - 3 * 6 * MiB;
    expect(lengths.sort((a, b) => b - a)).toEqual([6 * MiB, 6 * MiB, 6 * MiB, last]);
  });

  it("copies large segments inside the store, and sends none of their bytes again", async () => {
    const blobs = await open();
    const key = newKey();
    const pieces = [randomBytes(5 * MiB), randomBytes(5 * MiB + 1), randomBytes(10)] as const;
    const first = await stageMore(blobs, key, nothingStaged, pieces[0]);
    const second = await stageMore(blobs, key, first, pieces[1]);
    const third = await stageMore(blobs, key, second, pieces[2]);
    proxy.plan();
    const place = await blobs.publish(key, third);
    expect(asked().filter((name) => name === "UploadPartCopy")).toHaveLength(3);
    expect(asked()).not.toContain("UploadPart");
    expect(asked()).not.toContain("GetObject");
    expect((await contentOf(blobs, key, place))?.equals(Buffer.concat(pieces))).toBe(true);
  });

  it("reads from beginning to end by one request, also when pieces are left out", async () => {
    const blobs = await open();
    const key = newKey();
    const content = randomBytes(20 * MiB);
    const blob = (await blobs.open(key, await store(blobs, key, content)))!;
    proxy.plan();
    for (let position = 0; position < content.length; position += MiB) {
      if (position % (3 * MiB) === 0) continue;
      const piece = await blob.read(position, MiB);
      expect(content.subarray(position, position + MiB).equals(piece)).toBe(true);
    }
    expect(asked()).toEqual([]); // The answer that opened it had everything.
    await blob.close();
  });

  it("asks for little at a jump, and for the rest when reading goes on from there", async () => {
    const blobs = await open();
    const key = newKey();
    const content = randomBytes(24 * MiB);
    const blob = (await blobs.open(key, await store(blobs, key, content)))!;
    proxy.plan();
    for (let position = 10 * MiB; position < content.length; position += MiB) {
      const piece = await blob.read(position, MiB);
      expect(content.subarray(position, position + MiB).equals(piece)).toBe(true);
    }
    expect(proxy.requests.map(({ headers }) => headers.range)).toEqual([
      `bytes=${10 * MiB}-${14 * MiB - 1}`,
      `bytes=${14 * MiB}-${24 * MiB - 1}`,
    ]);
    await blob.close();
  });

  it("writes over nothing", async () => {
    const blobs = await open();
    const key = newKey();
    const synced = await stageMore(blobs, key, nothingStaged, randomBytes(9 * MiB));
    await blobs.publish(key, await stageMore(blobs, key, synced, randomBytes(10)));
    const writes = proxy.requests.filter(({ operation }) =>
      ["PutObject", "CompleteMultipartUpload"].includes(operation),
    );
    expect(writes.map(({ headers }) => headers["if-none-match"])).toEqual(["*", "*", "*"]);
  });

  it("lists no names but its own", async () => {
    const blobs = await open({ prefix: "shared" });
    const put = (Key: string) =>
      server.client.send(new PutObjectCommand({ Bucket: server.bucket, Key, Body: "x" }));
    await put("shared/objects/readme");
    await put("sharedobjects/00/other");
    expect(await listed(blobs)).toEqual([]);
  });

  it("sees that an object has another length than was written", async () => {
    const blobs = await open({ prefix: "cut/" });
    const key = newKey();
    const synced = await stageMore(blobs, key, nothingStaged, Buffer.from("ten bytes."));
    const Key = `cut/objects/${key.slice(0, 2)}/${key}/${synced.place.split(":")[0]}`;
    await server.client.send(
      new PutObjectCommand({ Bucket: server.bucket, Key, Body: "nine byt." }),
    );
    const lost = { kind: "UploadNotFound" };
    await expect(blobs.stage(key, synced)).rejects.toMatchObject(lost);
    await expect(blobs.publish(key, synced)).rejects.toMatchObject(lost);
    const blob = (await blobs.open(key, synced.place))!;
    expect(blob.sizeBytes).toBe(9);
    await expect(blob.read(0, 10)).rejects.toThrow("ends after 9 bytes, 10 were expected");
    await blob.close();
  });

  it("has what it writes encrypted by the store when told to, and hands that out by URL", async () => {
    const kmsKeyId = "arn:aws:kms:us-east-1:000000000000:key/1";
    for (const serverSideEncryption of ["AES256", { kmsKeyId }] as const) {
      const blobs = await open({ serverSideEncryption });
      const key = newKey();
      const content = randomBytes(9 * MiB);
      const place = await store(blobs, key, content);
      const [created] = proxy.requests.filter(
        ({ operation }) => operation === "CreateMultipartUpload",
      );
      expect(created?.headers["x-amz-server-side-encryption"]).toBe(
        serverSideEncryption === "AES256" ? "AES256" : "aws:kms",
      );
      expect(blobs.encrypts).toBe(true);
      const url = await blobs.urlFor(key, place, 60);
      const answer = await fetch(url!, { headers: { range: "bytes=10-19" } });
      expect(answer.status).toBe(206);
      expect(answer.headers.get("content-type")).toBe("application/octet-stream");
      expect(content.subarray(10, 20).equals(Buffer.from(await answer.arrayBuffer()))).toBe(true);
      expect((await fetch(url!.replace(key, newKey()))).status).toBe(403);
      await expect(blobs.urlFor(key, place, 3_601)).rejects.toThrow("at most an hour");
    }
    const sealed = await open();
    const place = await store(sealed, newKey(), Buffer.from("sealed"));
    expect(await sealed.urlFor(newKey(), place, 60)).toBeUndefined();
  });

  it("leaves nothing of a probe behind, and asks the store once for all who ask at a time", async () => {
    const blobs = await open();
    await Promise.all([blobs.probe(), blobs.probe(), blobs.probe()]);
    expect(asked()).toEqual(["PutObject", "HeadObject", "DeleteObject"]);
  });

  it("says which bucket it cannot use, and why, but no secret", async () => {
    const { endpoint } = server;
    const at = (address: string, bucket: string) =>
      openS3({ endpoint: address, bucket }, { attempts: 1 }).then(
        () => "opened",
        (error: Error) => error.message,
      );
    expect(await at(endpoint, "no-such-bucket")).toMatch(
      /the bucket 'no-such-bucket' at http:\S+ cannot be used: .*NoSuchBucket/,
    );
    expect(await at("http://user:secret@127.0.0.1:1", "any")).toMatch(
      /^the bucket 'any' at http:\/\/127\.0\.0\.1:1\/ cannot be used: .*ECONNREFUSED/,
    );
    const right = process.env.AWS_SECRET_ACCESS_KEY;
    process.env.AWS_SECRET_ACCESS_KEY = "wrong";
    const refusal = await at(endpoint, server.bucket);
    process.env.AWS_SECRET_ACCESS_KEY = right;
    expect(refusal).toContain("SignatureDoesNotMatch");
    expect(refusal).not.toMatch(/wrong|Credential=|aws4_request/);
  });
});
