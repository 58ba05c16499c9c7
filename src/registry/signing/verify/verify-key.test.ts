import { generateKeyPairSync } from "node:crypto";
import { expect, it } from "vitest";
import { isProved, joseAlgorithms } from "./verify-key.ts";

const keys = [
  ...["P-256", "P-384", "P-521"].map(
    (namedCurve) => generateKeyPairSync("ec", { namedCurve }).publicKey,
  ),
  generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey,
  generateKeyPairSync("ed25519").publicKey,
];

it("takes no bytes for a signature that are none, whatever their length, and never breaks", () => {
  const signed = Buffer.from("what is signed");
  for (const key of keys) {
    for (const algorithm of [undefined, ...joseAlgorithms]) {
      for (const length of [0, 1, 63, 64, 96, 132, 256, 5000]) {
        for (const fill of [0, 0x30, 0xff]) {
          const signature = Buffer.alloc(length, fill);
          expect(isProved(key, { signed, signature, algorithm })).toBe(false);
        }
      }
    }
  }
});
