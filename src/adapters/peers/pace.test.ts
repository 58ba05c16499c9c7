import { describe, expect, it } from "vitest";
import { Pace } from "./pace.ts";

const KiB = 1024;
const { signal } = new AbortController();

/** A clock that only sleep moves. */
function paceOf(bytesPerSecond: number) {
  let now = 1_000;
  const pace = new Pace(
    bytesPerSecond,
    () => now,
    async (ms) => {
      now += ms;
    },
  );
  return { pace, elapsed: () => now - 1_000 };
}

async function read(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(content));
}

describe("A pace", () => {
  it("gives all bytes as they are, in the time that the rate wants", async () => {
    const { pace, elapsed } = paceOf(256 * KiB);
    const content = Buffer.from(Array.from({ length: 512 * KiB + 1 }, (_, at) => at % 251));
    expect((await read(pace.of(content, signal))).equals(content)).toBe(true);
    // The last slice, a single byte, has its turn after all others were sent.
    expect(elapsed()).toBeCloseTo(2_000, 0);
  });

  it("is one for all that is sent", async () => {
    const { pace, elapsed } = paceOf(128 * KiB);
    await read(pace.of(Buffer.alloc(64 * KiB), signal));
    expect(elapsed()).toBe(0);
    await read(pace.of(Buffer.alloc(64 * KiB), signal));
    expect(elapsed()).toBe(500);
  });
});
