import { createHash, randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { freeMemory } from "../free-memory.ts";
import { cacheLimits } from "./cache-limits.ts";
import { LayerFetch } from "./layer-fetch.ts";

const { chunkBytes, windowBytes } = cacheLimits;
const layer = randomBytes(windowBytes * 3 + chunkBytes / 2);
const pieceBytes = 60_000; // Chunks end inside of pieces.

async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < layer.length; start += pieceBytes) {
    await setImmediate();
    yield new Uint8Array(layer.subarray(start, start + pieceBytes));
  }
}

/** Stores by freeing every piece, as threads do that are given it. */
function begin(sizeBytes: number | undefined, release: () => Promise<void>): LayerFetch {
  return new LayerFetch(async (fetch) => {
    for await (const piece of fetch.through(pieces(), sizeBytes)) freeMemory(piece);
    await release();
  });
}

/** What a follower is sent, who is only done with a piece when the next is there. */
async function followed(fetch: LayerFetch, slow: number): Promise<{ hash: string; rest: number }> {
  const hash = createHash("sha256");
  let restBytes = 0;
  const rest = async function* (start: number) {
    restBytes = layer.length - start;
    yield layer.subarray(start);
  };
  let before: Uint8Array | undefined;
  for await (const piece of fetch.follow(rest)) {
    if (before !== undefined) hash.update(before);
    before = piece;
    for (let wait = 0; wait < slow; wait++) await setImmediate();
  }
  if (before !== undefined) hash.update(before);
  return { hash: hash.digest("hex"), rest: restBytes };
}

const whole = createHash("sha256").update(layer).digest("hex");

it("gives quick and slow followers the same bytes, though its memory is used again", async () => {
  const fetch = begin(layer.length, async () => undefined);
  const all = await Promise.all([0, 3, 40, 200].map((slow) => followed(fetch, slow)));
  expect(all.map(({ hash }) => hash)).toEqual([whole, whole, whole, whole]);
  // The quick one has read the end alone from the store; the slowest was left behind.
  expect(all[0]!.rest).toBeLessThanOrEqual(chunkBytes);
  expect(all[3]!.rest).toBeGreaterThan(chunkBytes);
});

it("shows no end before the layer is stored", async () => {
  const hold = Promise.withResolvers<void>();
  const fetch = begin(undefined, () => hold.promise);
  let seen = 0;
  const rest = async function* (start: number) {
    yield layer.subarray(start);
  };
  const following = (async () => {
    for await (const piece of fetch.follow(rest)) seen += piece.length;
  })();
  await expect.poll(() => seen).toBe(layer.length - (layer.length % chunkBytes));
  hold.resolve();
  await following;
  expect(seen).toBe(layer.length);
});

it("ends followers with what kept it from being stored", async () => {
  const fetch = begin(layer.length, () => Promise.reject(new Error("full")));
  await expect(followed(fetch, 0)).rejects.toThrow("full");
});

it("gives a small layer that is the right one away before it is stored", async () => {
  const hold = Promise.withResolvers<void>();
  const bytes = layer.subarray(0, 3_000);
  const fetch = new LayerFetch(async (started) => {
    started.show(bytes);
    await hold.promise;
  });
  const rest = () => expect.unreachable("read from the store");
  const seen: Uint8Array[] = [];
  for await (const piece of fetch.follow(rest)) seen.push(piece);
  expect(Buffer.concat(seen).equals(bytes)).toBe(true);
  hold.resolve();
  await fetch.stored;
});
