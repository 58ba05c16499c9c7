import { describe, expect, it } from "vitest";
import { algorithmOf, Digester, digestOf, isDigestAlgorithm } from "./digest.ts";
import { type Digest, isDigest, isSha256Digest } from "./names.ts";

// FIPS 180-4's example, "abc".
const abc = {
  sha256: "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  sha512:
    "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
} as const;

describe.each(["sha256", "sha512"] as const)("a digest by %s", (algorithm) => {
  const digest = abc[algorithm] as Digest;

  it("is that of the bytes, and tells its algorithm", () => {
    expect(digestOf(Buffer.from("abc"), algorithm)).toBe(digest);
    expect(isDigest(digest)).toBe(true);
    expect(algorithmOf(digest)).toBe(algorithm);
    expect(isDigestAlgorithm(algorithm)).toBe(true);
    expect(isSha256Digest(digest)).toBe(algorithm === "sha256");
  });

  it("can be asked for between the pieces", () => {
    const digester = new Digester(algorithm);
    expect(digester.digest()).toBe(digestOf(Buffer.alloc(0), algorithm));
    for (const piece of ["a", "b"]) digester.update(Buffer.from(piece));
    expect(digester.digest()).toBe(digestOf(Buffer.from("ab"), algorithm));
    digester.update(Buffer.from("c"));
    expect(digester.digest()).toBe(digest);
  });
});

it("is by SHA-256 where nobody named another algorithm", () => {
  expect(digestOf(Buffer.from("abc"))).toBe(abc.sha256);
  expect(algorithmOf(undefined)).toBe("sha256");
});

it.each([
  "",
  "sha256:",
  abc.sha256.toUpperCase(),
  abc.sha256.slice(0, -1),
  `${abc.sha256}0`,
  abc.sha256.replace("sha256", "sha512"),
  abc.sha512.replace("sha512", "sha256"),
  abc.sha512.slice(0, -1),
  `${abc.sha512}\n`,
  ` ${abc.sha512}`,
  `sha384:${"0".repeat(96)}`,
  `sha512:${"g".repeat(128)}`,
])("takes '%s' for no digest", (text) => {
  expect(isDigest(text)).toBe(false);
  expect(isSha256Digest(text)).toBe(false);
});
