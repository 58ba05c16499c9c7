import { describe, expect, it } from "vitest";
import type { ObjectId } from "../names.ts";
import { SharedFrames } from "./shared-frames.ts";

const object = "a".repeat(32) as ObjectId;

function opener() {
  const opened: Uint8Array[] = [];
  const open = async () => {
    const bytes = new Uint8Array(64).fill(7);
    opened.push(bytes);
    return bytes;
  };
  return { opened, open };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("shared frames", () => {
  it("are opened once for two pulls, and freed when both let go and neither can want them", async () => {
    const frames = new SharedFrames(0);
    const { opened, open } = opener();
    frames.begin(object);
    frames.begin(object);
    const [first, second] = [frames.use(object, 0, open), frames.use(object, 0, open)];
    const bytes = await first.plaintext;
    expect(await second.plaintext).toBe(bytes);
    expect(opened).toHaveLength(1);
    frames.release(first, false);
    await settled();
    expect(bytes.length).toBe(64);
    frames.release(second, false);
    await settled();
    expect(bytes.length).toBe(0);
  });

  it("that may still be on their way to a client are never freed by another pull", async () => {
    const frames = new SharedFrames(0);
    const { open } = opener();
    frames.begin(object);
    frames.begin(object);
    const [first, second] = [frames.use(object, 0, open), frames.use(object, 0, open)];
    const bytes = await first.plaintext;
    frames.release(first, true); // Its connection was cut in the middle of a write.
    frames.end(object);
    frames.release(second, false);
    frames.end(object);
    await settled();
    expect(bytes.length).toBe(64);
    expect(bytes.every((byte) => byte === 7)).toBe(true);
  });

  it("are kept for a slower pull up to their number, and forgotten with the last pull", async () => {
    const frames = new SharedFrames(1);
    const { opened, open } = opener();
    frames.begin(object);
    frames.begin(object);
    for (const index of [0, 1]) frames.release(frames.use(object, index, open), false);
    const kept = frames.use(object, 1, open);
    expect(opened).toHaveLength(2);
    const again = frames.use(object, 0, open);
    expect(opened).toHaveLength(3);
    frames.release(again, false);
    frames.release(kept, false);
    frames.end(object);
    frames.end(object);
    await settled();
    expect(opened.map(({ length }) => length)).toEqual([0, 0, 0]);
  });

  it("are kept while a pull has not used them, and freed when every one has", async () => {
    const frames = new SharedFrames(8);
    const { opened, open } = opener();
    frames.begin(object);
    frames.begin(object);
    frames.release(frames.use(object, 0, open), false);
    await settled();
    expect(opened.map(({ length }) => length)).toEqual([64]);
    frames.release(frames.use(object, 0, open), false);
    await settled();
    expect(opened.map(({ length }) => length)).toEqual([0]);
  });

  it("that fail are opened again, and who used the failed one lets go of nobody else's", async () => {
    const frames = new SharedFrames(0);
    const { open } = opener();
    frames.begin(object);
    const failed = frames.use(object, 0, () => Promise.reject(new Error("damaged")));
    await expect(failed.plaintext).rejects.toThrow("damaged");
    const bytes = await frames.use(object, 0, open).plaintext;
    frames.release(failed, false);
    await settled();
    expect(bytes.length).toBe(64);
  });
});
