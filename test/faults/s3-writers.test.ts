/** Several processes on one bucket, and what a large object costs one of them. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ListMultipartUploadsCommand, ListPartsCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { S3BlobStore } from "../../src/adapters/blobs/s3.ts";
import { nothingStaged } from "../../src/ports/blob-store.ts";
import { contentOf, listed, newKey, stageMore, store, wholeOf } from "../contracts/blob-stores.ts";
import { openS3, type S3Server, startS3 } from "../support/s3.ts";
import { s3Missing } from "../support/s3-server.ts";

const MiB = 1024 * 1024;
const missing = s3Missing();
const remark = missing === undefined ? "" : ` (not tried, ${missing})`;
const child = fileURLToPath(new URL("s3-memory-child.ts", import.meta.url));

let server: S3Server;

beforeAll(async () => {
  if (missing === undefined) server = await startS3();
});

afterAll(async () => {
  await server?.stop();
});

/** Two stores on one bucket, as two processes have them. */
async function two(): Promise<[S3BlobStore, S3BlobStore]> {
  const prefix = `${randomBytes(6).toString("hex")}/`;
  const stores = [await openS3(server, { prefix }), await openS3(server, { prefix })] as const;
  onTestFinished(() => {
    for (const blobs of stores) blobs.close();
  });
  return [...stores];
}

describe.skipIf(missing !== undefined)(`several processes on one bucket${remark}`, () => {
  it("keeps what each of two writers of one object has synced, whatever the other does", async () => {
    const [left, right] = await two();
    const key = newKey();
    const common = randomBytes(5 * MiB);
    const first = await stageMore(left, key, nothingStaged, common);
    const pieces = [randomBytes(9 * MiB), randomBytes(100_000)] as const;
    const [mine, theirs] = await Promise.all([
      stageMore(left, key, first, pieces[0]),
      stageMore(right, key, first, pieces[1]),
    ]);
    const expectBoth = async () => {
      for (const blobs of [left, right]) {
        for (const [synced, piece] of [
          [mine, pieces[0]],
          [theirs, pieces[1]],
        ] as const) {
          const content = await wholeOf(await blobs.openStaged(key, synced));
          expect(content?.equals(Buffer.concat([common, piece]))).toBe(true);
        }
      }
    };
    await expectBoth();
    const place = await left.publish(key, mine);
    await expectBoth(); // The one who lost its lease may still be told that it has lost.
    const other = await right.publish(key, theirs);
    expect(other).not.toBe(place);
    await right.delete(key, other);
    expect((await contentOf(left, key, other))?.length).toBe(common.length + pieces[1].length);
    expect(await left.open(key, place)).toBeUndefined();
  });

  it("goes on in one process, and reads and publishes in one, what another has synced", async () => {
    const [left, right] = await two();
    const key = newKey();
    const first = await stageMore(left, key, nothingStaged, Buffer.from("one, "));
    const second = await stageMore(right, key, first, Buffer.from("two, "));
    const third = await stageMore(left, key, second, Buffer.from("three"));
    const place = await right.publish(key, third);
    expect((await contentOf(left, key, place))?.toString()).toBe("one, two, three");
  });

  it("publishes the same in both at once, to one place", async () => {
    const [left, right] = await two();
    const key = newKey();
    const [one, other] = [randomBytes(6 * MiB), randomBytes(5 * MiB)];
    const first = await stageMore(left, key, nothingStaged, one);
    const synced = await stageMore(left, key, first, other);
    const both = [left, right, left, right].map((blobs) => blobs.publish(key, synced));
    const [place, ...others] = await Promise.all(both);
    expect(new Set(others)).toEqual(new Set([place]));
    expect((await contentOf(right, key, place!))?.equals(Buffer.concat([one, other]))).toBe(true);
    expect(await right.sweepUploads(8.64e15), "parts of those who came second").toBe(0);
    await left.delete(key, place);
    expect(await listed(right)).toMatchObject([{ key, place }]);
  });

  it("gives up what a process that died was writing, once its key is deleted", async () => {
    const [left, right] = await two();
    const key = newKey();
    const place = await store(left, key, Buffer.from("kept"));
    const dying = await left.stage(key, nothingStaged);
    for (let index = 0; index < 20; index++) await dying.append([randomBytes(MiB)]);
    const underWay = new ListMultipartUploadsCommand({ Bucket: server.bucket });
    // A part that arrives while its upload is given up may bring it back to life in the store, which
    // S3's documentation warns of too: what is left then is garbage. So none is on its way here.
    const partsThere = async () => {
      const { Uploads: uploads = [] } = await server.client.send(underWay);
      const upload = uploads.find(({ Key }) => Key?.includes(key));
      if (upload === undefined) return 0;
      const { Key, UploadId } = upload;
      const parts = new ListPartsCommand({ Bucket: server.bucket, Key, UploadId });
      return (await server.client.send(parts)).Parts?.length ?? 0;
    };
    await expect.poll(partsThere, { timeout: 10_000 }).toBe(2);
    await right.delete(key, place);
    await expect(dying.sync()).rejects.toMatchObject({ kind: "ServiceUnavailable" });
    await dying.close();
    expect(await listed(right)).toMatchObject([{ key, place }]);
    expect(await right.sweepUploads(8.64e15)).toBe(0);
  });
});

describe.skipIf(missing !== undefined)(`the memory that an S3 store takes${remark}`, () => {
  it("does not grow with the object: 512 MiB there and back", { timeout: 120_000 }, async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [child, server.endpoint, server.bucket, "512"],
      { env: { ...process.env, ...server.environment } },
    );
    const { writingBytes, bothBytes } = JSON.parse(stdout);
    expect(writingBytes).toBeLessThan(96 * MiB);
    expect(bothBytes).toBeLessThan(224 * MiB);
  });
});
