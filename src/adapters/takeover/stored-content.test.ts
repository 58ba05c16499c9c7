import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { expect, it } from "vitest";
import type { ContentFile } from "../../ports/content-files.ts";
import { digestOf } from "../../registry/digest.ts";
import { storedContent, storedManifest } from "./stored-content.ts";

const content = Buffer.from("content");
const digest = digestOf(content);

function fileOf(bytes: Buffer, error?: Error): ContentFile {
  const stream = async function* () {
    yield bytes;
    if (error !== undefined) throw error;
  };
  return { sizeBytes: content.length, stream: () => Readable.from(stream()) };
}

it("gives bytes that are those of the digest, and no others", async () => {
  const good = await storedContent(async () => fileOf(content), digest, content.length);
  expect(await text(good)).toBe("content");
  const bad = await storedContent(async () => fileOf(Buffer.from("CONTENT")), digest, 7);
  await expect(buffer(bad)).rejects.toMatchObject({ kind: "refused" });
  const manifest = storedManifest(async () => fileOf(Buffer.from("CONTENT")), digest);
  await expect(manifest).rejects.toThrow("damaged");
});

it("is of another size than its manifest says, and is refused before a byte is sent", async () => {
  const wanted = storedContent(async () => fileOf(content), digest, content.length + 1);
  await expect(wanted).rejects.toMatchObject({ kind: "refused" });
});

it("a disk that fails is a content that is left out, not the end of everything", async () => {
  const error = Object.assign(new Error("EIO: i/o error, read"), { code: "EIO" });
  const find = async () => fileOf(content.subarray(0, 3), error);
  const stream = await storedContent(find, digest, content.length);
  await expect(buffer(stream)).rejects.toMatchObject({ name: "TakeoverFailure", kind: "refused" });
  await expect(storedManifest(find, digest)).rejects.toThrow("EIO");
});

it("what is not there is missing", async () => {
  const find = async () => undefined;
  await expect(storedManifest(find, digest)).rejects.toMatchObject({ kind: "missing" });
});
