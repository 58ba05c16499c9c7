/**
 * Streams an object through the S3 store, there and back, and prints how its memory grew:
 * node s3-memory-child.ts ENDPOINT BUCKET MEBIBYTES. A process of its own, that nothing else is counted.
 */
import { randomBytes } from "node:crypto";
import { nothingStaged } from "../../src/ports/blob-store.ts";
import { newObjectId } from "../../src/registry/layers/upload-layer.ts";
import { openS3 } from "../support/s3.ts";

const MiB = 1024 * 1024;
const [endpoint = "", bucket = "", mebibytes] = process.argv.slice(2);
const pieces = Number(mebibytes);
const piece = randomBytes(MiB + 28);

const blobs = await openS3({ endpoint, bucket });
await blobs.probe(); // What the SDK loads at its first request is not the object's.
const before = process.memoryUsage.rss();
const key = newObjectId();
const staged = await blobs.stage(key, nothingStaged);
for (let index = 0; index < pieces; index++) await staged.append([piece]);
const place = await staged.sync();
await staged.close();
const published = await blobs.publish(key, { lengthBytes: pieces * piece.length, place });
const written = process.resourceUsage().maxRSS * 1024;

const blob = await blobs.open(key, published);
if (blob?.sizeBytes !== pieces * piece.length) throw new Error("it has another length");
const memory = Buffer.alloc(piece.length);
for (let index = 0; index < pieces; index++) {
  const read = await blob.read(index * piece.length, piece.length, memory);
  if (!piece.equals(read)) throw new Error(`piece ${index} is another one`);
}
await blob.close();
await blobs.delete(key);
blobs.close();
const read = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ writingBytes: written - before, bothBytes: read - before }));
