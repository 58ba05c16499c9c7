/** Places that trails write to: a directory and a bucket keep the same promises. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type S3Server, startS3 } from "../../../test/support/s3.ts";
import { s3Missing } from "../../../test/support/s3-server.ts";
import type { TrailTarget } from "../../ports/trail-target.ts";
import { TrailBucket } from "./trail-bucket.ts";
import { TrailDirectory } from "./trail-directory.ts";

const missing = s3Missing();
/** Said by the tests that are skipped for it. */
const why = missing === undefined ? "" : ` (${missing})`;
let directory: string;
let server: S3Server | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "entrepot-targets-"));
  if (missing === undefined) server = await startS3();
});
afterAll(async () => {
  await server?.stop();
  await rm(directory, { recursive: true, force: true });
});

const kinds: readonly (readonly [name: string, open: () => TrailTarget])[] = [
  ["a directory", () => new TrailDirectory(join(directory, "a", "b"))],
  [
    "a bucket",
    () => {
      const { endpoint = "", bucket = "" } = server ?? {};
      return new TrailBucket({ endpoint, bucket, prefix: "under/", region: "us-east-1" });
    },
  ],
];

describe.each(kinds)("%s", (name, open) => {
  it.skipIf(name === "a bucket" && missing !== undefined)(
    `keeps objects with their signatures, over what was there${name === "a bucket" ? why : ""}`,
    async () => {
      const target = open();
      const names = async () => (await Array.fromAsync(target.list())).sort();
      expect(await names()).toEqual([]);
      expect(await target.read("AWSLogs/none.json.gz")).toBeUndefined();
      await target.write("AWSLogs/1/log.json.gz", Buffer.from("one"));
      await target.write("AWSLogs/1/digest.json.gz", Buffer.from("two"), "0a0b");
      await target.write("AWSLogs/1/log.json.gz", Buffer.from("other"));
      expect(await names()).toEqual(["AWSLogs/1/digest.json.gz", "AWSLogs/1/log.json.gz"]);
      const log = await target.read("AWSLogs/1/log.json.gz");
      expect(Buffer.from(log?.content ?? "").toString()).toBe("other");
      expect(log?.signature).toBeUndefined();
      const digest = await target.read("AWSLogs/1/digest.json.gz");
      expect([Buffer.from(digest?.content ?? "").toString(), digest?.signature]).toEqual([
        "two",
        "0a0b",
      ]);
      target.close();
    },
  );
});

it.skipIf(missing !== undefined)(
  `keeps signatures in a bucket where CloudTrail does${why}`,
  async () => {
    const { bucket: Bucket = "", client } = server ?? {};
    const Key = "under/AWSLogs/1/digest.json.gz";
    const head = await client?.send(new HeadObjectCommand({ Bucket, Key }));
    expect(head?.Metadata).toEqual({
      ...{ signature: "0a0b", "signature-algorithm": "SHA256withRSA" },
    });
    expect(head).toMatchObject({ ContentType: "application/json", ContentEncoding: "gzip" });
    // What is not packed does not say so.
    const target = kinds[1]?.[1]();
    await target?.write("sboms/plain.json", Buffer.from("{}"));
    const plain = await client?.send(
      new HeadObjectCommand({ Bucket, Key: "under/sboms/plain.json" }),
    );
    expect(plain?.ContentType).toBe("application/json");
    expect(plain?.ContentEncoding).toBeUndefined();
  },
);

it("writes to a directory all or nothing, and nowhere else", async () => {
  const root = join(directory, "c");
  const target = new TrailDirectory(root);
  await target.write("d/log.json.gz", Buffer.from("one"));
  // As a killed process leaves it.
  await writeFile(join(root, "d", "log2.json.gz.part"), "half");
  expect(await Array.fromAsync(target.list())).toEqual(["d/log.json.gz"]);
  await target.write("d/log2.json.gz", Buffer.from("two"), "0c");
  expect((await readdir(join(root, "d"))).sort()).toEqual([
    ...["log.json.gz", "log2.json.gz", "log2.json.gz.part", "log2.json.gz.sig"],
  ]);
  await writeFile(join(root, "no-directory"), "");
  await expect(target.write("no-directory/x", Buffer.from("x"))).rejects.toThrow();
  await Promise.all(
    Array.from({ length: 9 }, () => target.write("d/log.json.gz", Buffer.from("same"))),
  );
  expect((await readdir(join(root, "d"))).filter((name) => name.includes("-"))).toEqual([]);
  expect(await readFile(join(root, "d", "log2.json.gz.sig"), "utf8")).toBe("0c\n");
  for (const name of ["../up", "d/../../up", "/d", "d//e", ""]) {
    await expect(target.write(name, Buffer.from("x"))).rejects.toThrow("is no name of a file");
  }
});
