import { randomFillSync } from "node:crypto";

const pool = Buffer.allocUnsafeSlow(8192);
let used = pool.length;

/**
 * Random bytes for nonces and names, at most 256: from a pool, since asking the system for a few at a
 * time costs more than sealing a small object. Not for keys, whose bytes should lie in one place.
 */
export function freshBytes(lengthBytes: number): Buffer {
  if (used + lengthBytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const fresh = Buffer.from(pool.subarray(used, used + lengthBytes));
  pool.fill(0, used, used + lengthBytes);
  used += lengthBytes;
  return fresh;
}
