import { describe, expect, it } from "vitest";
import { openSealedToken, sealToken } from "./sealed-token.ts";

const secret = Buffer.alloc(32, 7);

describe("a sealed token", () => {
  it("opens with its secret and binding alone", () => {
    const claims = { name: "größer", list: [1, 2] };
    const token = sealToken(secret, claims, "here");
    expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(openSealedToken(secret, token, "here")).toEqual(claims);
    expect(openSealedToken(secret, token, "there")).toBeUndefined();
    expect(openSealedToken(Buffer.alloc(32, 8), token, "here")).toBeUndefined();
  });

  it("never looks the same twice", () => {
    expect(sealToken(secret, "claims")).not.toBe(sealToken(secret, "claims"));
  });

  it("has one spelling", () => {
    const token = sealToken(secret, "claims");
    expect(openSealedToken(secret, token)).toBe("claims");
    const base64 = Buffer.from(token, "base64url").toString("base64");
    for (const other of [`${token}=`, `${token} `, ` ${token}`, `${token}!`, `${base64}==`]) {
      expect(Buffer.from(other, "base64url")).toEqual(Buffer.from(token, "base64url"));
      expect(openSealedToken(secret, other), other).toBeUndefined();
    }
  });

  it("is refused when cut, empty or not a token", () => {
    const token = sealToken(secret, "claims");
    for (let length = 0; length < token.length; length += 1) {
      expect(openSealedToken(secret, token.slice(0, length))).toBeUndefined();
    }
    expect(openSealedToken(secret, "§".repeat(100))).toBeUndefined();
  });
});
