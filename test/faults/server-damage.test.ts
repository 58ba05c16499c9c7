/** Bytes that changed on disk under a running server (I3): never a clean answer with wrong bytes. */
import { readFile, rename, truncate, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { frameOverheadBytes, headerBytes } from "../../src/registry/encryption/sealed-format.ts";
import { limits } from "../../src/registry/limits.ts";
import type { Algorithm } from "../support/oci-client.ts";
import { someBytes } from "../support/store.ts";
import { type Pulled, pull, type Served, ServedStore, type Stored } from "./served-store.ts";

const { frameBytes } = limits;
const sealedFrameBytes = frameBytes + frameOverheadBytes;
const layerBytes = 3 * frameBytes;

let store: ServedStore;
let served: Served;

beforeEach(async () => {
  store = await ServedStore.make();
  served = await store.serve(["app"]);
}, 60_000);

afterEach(() => store.remove());

function push(algorithm: Algorithm = "sha256"): Promise<Stored> {
  return store.pushStored(served, "app", someBytes(layerBytes), algorithm);
}

async function flip(file: string, position: number): Promise<void> {
  const bytes = await readFile(file);
  bytes[position]! ^= 1;
  await writeFile(file, bytes);
}

function get(stored: Stored, headers: Record<string, string> = {}): Promise<Pulled> {
  return pull(served, `/v2/app/blobs/${stored.digest}`, headers);
}

/** A failure that the client sees; what it got before, if anything, is right. */
function expectFailure({ status, body, whole }: Pulled, rightBytes: Buffer): void {
  if (whole) {
    expect(status).toBe(500);
    return;
  }
  expect([0, 200, 206]).toContain(status);
  expect(body.length).toBeLessThan(rightBytes.length);
  expect(body.equals(rightBytes.subarray(0, body.length))).toBe(true);
}

/** What `fsck` finds wrong once the server has stopped: just these objects. */
async function expectReported(...damaged: Stored[]): Promise<void> {
  expect(await served.server.stop()).toBe(0);
  const { code, problems } = await store.fsck();
  expect(code).toBe(1);
  expect(problems.map(({ kind }) => kind)).toEqual(damaged.map(() => "damaged-object"));
  for (const { digest } of damaged) {
    expect(problems.filter(({ message }) => message.includes(digest))).toHaveLength(1);
  }
}

describe("a stored object", () => {
  it("12: with one byte of a frame flipped is never pulled as if it were right, and fsck reports it", async () => {
    const places = [
      ["the first nonce", headerBytes],
      ["the first frame", headerBytes + 500],
      ["the middle frame", headerBytes + sealedFrameBytes + 500_000],
      ["the last tag", headerBytes + 3 * sealedFrameBytes - 1],
    ] as const;
    const damaged: Stored[] = [];
    for (const [index, [place, position]] of places.entries()) {
      const stored = await push(index % 2 === 0 ? "sha256" : "sha512");
      await flip(stored.file, position);
      for (const attempt of ["first", "second"]) {
        const pulled = await get(stored);
        expect(pulled.whole && pulled.status === 200, `${place}, ${attempt} pull`).toBe(false);
        expectFailure(pulled, stored.content);
      }
      damaged.push(stored);
    }
    const untouched = await push();
    const pulled = await get(untouched);
    expect([pulled.status, pulled.whole]).toEqual([200, true]);
    expect(pulled.body.equals(untouched.content)).toBe(true);
    await expectReported(...damaged);
  }, 60_000);

  it("50: that was swapped with another of its size fails, and so does the other", async () => {
    const [one, other] = [await push(), await push()];
    const aside = `${one.file}.aside`;
    await rename(one.file, aside);
    await rename(other.file, one.file);
    await rename(aside, other.file);
    for (const stored of [one, other]) expectFailure(await get(stored), stored.content);
    await expectReported(one, other);
  }, 60_000);

  it("51: that was cut fails, at a border of frames as within one", async () => {
    const lengths = [
      0,
      headerBytes,
      headerBytes + sealedFrameBytes,
      headerBytes + sealedFrameBytes + 300_000,
      headerBytes + 2 * sealedFrameBytes,
      headerBytes + 3 * sealedFrameBytes - 1,
    ];
    const damaged: Stored[] = [];
    for (const length of lengths) {
      const stored = await push();
      await truncate(stored.file, length);
      const pulled = await get(stored);
      expect(pulled.whole && pulled.status === 200, `cut to ${length} bytes`).toBe(false);
      expectFailure(pulled, stored.content);
      damaged.push(stored);
    }
    await expectReported(...damaged);
  }, 60_000);

  it("52: with a damaged frame fails where the range touches it, and nowhere else", async () => {
    const stored = await push();
    await flip(stored.file, headerBytes + sealedFrameBytes + 1_000);
    const ranges = [
      [frameBytes, frameBytes],
      [frameBytes + 500_000, frameBytes + 600_000],
      [frameBytes - 10, frameBytes + 10],
      [0, layerBytes - 1],
      [2 * frameBytes - 1, 2 * frameBytes],
    ] as const;
    for (const [start, end] of ranges) {
      const pulled = await get(stored, { range: `bytes=${start}-${end}` });
      expectFailure(pulled, stored.content.subarray(start, end + 1));
    }
    const wholeRanges = [
      [0, 99],
      [0, frameBytes - 1],
      [2 * frameBytes, layerBytes - 1],
      [layerBytes - 1, layerBytes - 1],
    ] as const;
    for (const [start, end] of wholeRanges) {
      const pulled = await get(stored, { range: `bytes=${start}-${end}` });
      expect([pulled.status, pulled.whole]).toEqual([206, true]);
      expect(pulled.headers["content-range"]).toBe(`bytes ${start}-${end}/${layerBytes}`);
      expect(pulled.body.equals(stored.content.subarray(start, end + 1))).toBe(true);
    }
  }, 60_000);
});
