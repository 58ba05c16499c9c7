import { generateKeyPairSync, type JsonWebKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { keyFor, readKeySet, verifiesSignature } from "./json-web-key.ts";

const bilbo = {
  kty: "RSA",
  kid: "bilbo.baggins@hobbiton.example",
  use: "sig",
  n:
    "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmS" +
    "CpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-Of" +
    "VfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKw" +
    "uCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw",
  e: "AQAB",
};
const road =
  "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250by" +
  "B0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUg" +
  "eW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4";

/** Signatures that others made. */
const examples: readonly [source: string, algorithm: string, key: object, token: string][] = [
  [
    "RFC 7520, section 4.1",
    "RS256",
    bilbo,
    `eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.${road}.` +
      "MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII" +
      "7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1" +
      "Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-Zn" +
      "mKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg",
  ],
  [
    "RFC 7520, section 4.2",
    "PS384",
    bilbo,
    `eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.${road}.` +
      "cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5" +
      "dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8" +
      "P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQS" +
      "UmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw",
  ],
  [
    "RFC 7515, appendix A.3",
    "ES256",
    {
      kty: "EC",
      crv: "P-256",
      x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
      y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    },
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS" +
      "9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJq" +
      "PP3-Kg6NU1Q",
  ],
  [
    "RFC 7515, appendix A.4",
    "ES512",
    {
      kty: "EC",
      crv: "P-521",
      x: "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
      y: "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2",
    },
    "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZq" +
      "wqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9E" +
      "RBXukOXolLzeO_Jn",
  ],
  [
    "RFC 8037, appendix A.4",
    "EdDSA",
    { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AI" +
      "bQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
  ],
];

describe("a signature", () => {
  it.each(examples)(
    "of %s verifies, and altered nowhere does",
    (_source, algorithm, jwk, token) => {
      const [key] = readKeySet({ keys: [jwk] }) ?? [];
      const end = token.lastIndexOf(".");
      const signed = Buffer.from(token.slice(0, end));
      const signature = Buffer.from(token.slice(end + 1), "base64url");
      const verifies = (given = signed, made = signature) =>
        verifiesSignature(key!, algorithm, given, made);
      expect(verifies()).toBe(true);
      for (const [at, byte] of signature.entries()) {
        const altered = Buffer.from(signature);
        altered[at] = byte ^ 1;
        expect(verifies(signed, altered)).toBe(false);
      }
      expect(verifies(Buffer.from(`${signed} `))).toBe(false);
      for (const made of [signature.subarray(1), Buffer.concat([signature, Buffer.of(0)])]) {
        expect(verifies(signed, made)).toBe(false);
      }
    },
  );

  it("of zeros verifies with no curve", () => {
    for (const [, algorithm, jwk] of examples.slice(2)) {
      const [key] = readKeySet({ keys: [jwk] }) ?? [];
      const length = { ES256: 64, ES512: 132, EdDSA: 64 }[algorithm]!;
      expect(verifiesSignature(key!, algorithm, Buffer.from("x"), Buffer.alloc(length))).toBe(
        false,
      );
    }
  });

  it("in the form of DER, which X.509 has, is none of a token's", () => {
    const [, algorithm, jwk] = examples[2]!;
    const [key] = readKeySet({ keys: [jwk] }) ?? [];
    const der = Buffer.from("3006020101020101", "hex");
    expect(verifiesSignature(key!, algorithm, Buffer.from("x"), der)).toBe(false);
  });
});

describe("a set of keys", () => {
  const rsa = (modulusLength: number, publicExponent = 65_537) =>
    generateKeyPairSync("rsa", { modulusLength, publicExponent }).publicKey.export({
      format: "jwk",
    });
  const names = (...keys: readonly unknown[]) =>
    readKeySet({ keys })?.map(({ keyId, algorithms }) => [keyId, [...algorithms].join()]);

  it("gives each key the algorithms of its type, curve and own word", () => {
    expect(names(bilbo)).toEqual([[bilbo.kid, "RS256,RS384,RS512,PS256,PS384,PS512"]]);
    expect(names({ ...bilbo, alg: "PS256" })).toEqual([[bilbo.kid, "PS256"]]);
    expect(names(...examples.slice(2).map(([, , jwk]) => jwk))).toEqual([
      [undefined, "ES256"],
      [undefined, "ES512"],
      [undefined, "EdDSA"],
    ]);
  });

  it.each<[string, unknown]>([
    ["for encryption", { ...bilbo, use: "enc" }],
    ["for other operations", { ...bilbo, key_ops: ["encrypt"] }],
    ["for another algorithm", { ...bilbo, alg: "RSA-OAEP" }],
    ["for the algorithm of another type", { ...bilbo, alg: "ES256" }],
    ["for HMAC", { kty: "oct", k: "c2VjcmV0", alg: "HS256" }],
    ["for nothing", { ...bilbo, alg: "none" }],
    ["with too few bits", { ...rsa(1024) }],
    ["with an exponent that is slow", { ...bilbo, e: "AQAAAAAAAAAB" }],
    ["with a curve that has no algorithm", { kty: "EC", crv: "secp256k1", x: "AA", y: "AA" }],
    ["that is not on its curve", { kty: "EC", crv: "P-256", x: "AQ", y: "AQ" }],
    ["without its members", { kty: "RSA" }],
    [
      "with members of other kinds",
      { kty: { toString: 1 }, crv: { toString: 1 }, n: [1], e: null },
    ],
    ["that is no object", "RSA"],
    ["that is nothing", null],
  ])("passes over a key %s, and keeps the others", (_what, key) => {
    expect(names(key, bilbo)).toHaveLength(1);
  });

  it("reads nothing private", () => {
    const jwk = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
      format: "jwk",
    });
    expect(jwk.d).toBeDefined();
    expect(readKeySet({ keys: [jwk] })?.[0]?.key.type).toBe("public");
  });

  it("is refused when it is none, or has more keys than IAM takes", () => {
    for (const document of [undefined, null, [], "x", {}, { keys: {} }, { keys: "x" }]) {
      expect(readKeySet(document)).toBeUndefined();
    }
    const many = (count: number, key: JsonWebKey | object) =>
      Array.from({ length: count }, () => key);
    const curve = examples[2]![2];
    expect(names(...many(100, bilbo), ...many(100, curve))).toHaveLength(200);
    expect(names(...many(101, bilbo))).toBeUndefined();
    expect(names(...many(101, curve))).toBeUndefined();
  });

  it("has the key that a token names, or the only one that can be meant", () => {
    const keys = readKeySet({ keys: [bilbo, { ...bilbo, kid: "b", alg: "RS256" }] })!;
    expect(keyFor(keys, "RS256", "b")?.keyId).toBe("b");
    expect(keyFor(keys, "PS256", "b")).toBeUndefined();
    expect(keyFor(keys, "RS256", "c")).toBeUndefined();
    expect(keyFor(keys, "RS256", undefined)).toBeUndefined();
    expect(keyFor(keys, "PS256", undefined)?.keyId).toBe(bilbo.kid);
    expect(keyFor(keys, "ES256", bilbo.kid)).toBeUndefined();
    expect(keyFor([...keys, ...keys], "RS256", "b")).toBeUndefined();
  });
});
