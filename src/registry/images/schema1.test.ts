import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { emptyLayer, schema1Payload, signSchema1 } from "../../../test/support/schema1.ts";
import { digestOf } from "../digest.ts";
import { limits } from "../limits.ts";
import { mediaTypes, parseManifest } from "./parse-manifest.ts";
import { manifestDigest, schema1Types } from "./schema1.ts";

const { plain, signed } = schema1Types;
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const empty = digestOf(emptyLayer);
const payload = schema1Payload([digest("b"), empty, digest("a"), empty]);
const parse = (value: string | Uint8Array, declared?: string) =>
  parseManifest(Buffer.from(value), declared);

describe("a manifest of Docker's schema 1", () => {
  it("refers to its layers from the oldest on, each once, and to no config", () => {
    const { references, configMediaType, isSized } = parse(payload, plain);
    expect(references.map(({ kind, digest: to }) => [kind, to])).toEqual([
      ["layer", empty],
      ["layer", digest("a")],
      ["layer", digest("b")],
    ]);
    expect([configMediaType, isSized]).toEqual([undefined, false]);
  });

  it.each([undefined, "", "application/json", "application/json; charset=utf-8"])(
    "is told by its content where it came as %s",
    (declared) => {
      expect(parse(payload, declared).mediaType).toBe(plain);
      expect(parse(signSchema1(payload), declared).mediaType).toBe(signed);
    },
  );

  it("goes by the digest of what is signed, however often and by whom", () => {
    const digests = [signSchema1(payload), signSchema1(payload, [{}, {}])].map((manifest) => [
      digestOf(parse(manifest, signed).digested),
      manifestDigest(manifest, signed),
      manifestDigest(manifest, signed, "sha512"),
    ]);
    const bytes = Buffer.from(payload);
    const expected = [digestOf(bytes), digestOf(bytes), digestOf(bytes, "sha512")];
    expect(digests).toEqual([expected, expected]);
  });

  it("goes by the digest of all its bytes where it is not signed", () => {
    expect(manifestDigest(Buffer.from(payload), plain)).toBe(digestOf(Buffer.from(payload)));
  });

  it("is cut by bytes, not by characters", () => {
    const accented = schema1Payload([empty], { architecture: "é".repeat(40) });
    const manifest = signSchema1(accented);
    expect(Buffer.from(parse(manifest, signed).digested).toString()).toBe(accented);
  });

  it("may be signed by RSA", () => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const header = { jwk: publicKey.export({ format: "jwk" }), alg: "RS256" };
    expect(parse(signSchema1(payload, [{ key: privateKey, header }])).mediaType).toBe(signed);
  });

  it.each([
    ["a signed one that is said not to be", signSchema1(payload), plain, "differs"],
    ["one without signatures that is said to have some", payload, signed, "differs"],
    ["one that is said to be of schema 2", payload, mediaTypes.dockerManifest, "schema 1"],
    ["one of schema 2", schema1Payload([empty], { schemaVersion: 2 }), plain, "schemaVersion"],
    ["layers of schema 2 beside its own", schema1Payload([empty], { layers: [] }), plain, "layers"],
    ["a config", schema1Payload([empty], { config: {} }), plain, "config"],
    ["no layers", schema1Payload([]), plain, "fsLayers"],
    ["a layer without a digest", schema1Payload(["abc"]), plain, "blobSum"],
    ["no name", schema1Payload([empty], { name: undefined }), plain, "name"],
    ["a long name", schema1Payload([empty], { name: "a".repeat(256) }), plain, "name"],
    ["too short a history", schema1Payload([empty], { history: [] }), plain, "history"],
    ["a history of nothing", schema1Payload([empty], { history: [{}] }), plain, "history"],
    ["an upper-case key", schema1Payload([empty], { FSLayers: [] }), plain, "fsLayers"],
    ["a key twice", payload.replace("{", '{"name":"x",'), plain, "twice"],
  ])("refuses %s", (_name, value, declared, why) => {
    expect(() => parse(value, declared)).toThrow(why);
  });

  it("refuses fsLayers in a manifest of schema 2", () => {
    const config = { mediaType: "a/b", digest: empty, size: 32 };
    const text = JSON.stringify({ schemaVersion: 2, config, layers: [], fsLayers: [] });
    expect(() => parse(text, mediaTypes.dockerManifest)).toThrow("fsLayers");
  });

  it("refuses more layers than a manifest may have", () => {
    const many = schema1Payload(Array.from({ length: limits.manifestReferences + 1 }, () => empty));
    expect(() => parse(many, plain)).toThrow(`at most ${limits.manifestReferences} references`);
  });
});

describe("signatures of a manifest of schema 1", () => {
  const otherKey = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const rsaKey = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey;
  const lie = schema1Payload([digest("f")]);

  it.each([
    ["more than there is", signSchema1(payload, [{ formatLength: 1e9 }]), "more than it has"],
    ["a huge number of bytes", signSchema1(payload, [{ formatLength: 1e300 }]), "formatLength"],
    ["less than nothing", signSchema1(payload, [{ formatLength: -1 }]), "formatLength"],
    ["part of a byte", signSchema1(payload, [{ formatLength: 1.5 }]), "formatLength"],
    ["another content, all of it in the tail", overTail(lie), "stands around them"],
    ["a tail that adds a layer", addingLayer(), "stands around them"],
    ["no JSON", signSchema1(payload, [{ formatTail: "x" }]), "JSON"],
    ["two contents", signSchema1(payload, [{}, { formatTail: "}" }]), "different contents"],
    ["something that its key did not sign", signSchema1(payload, [{ over: lie }]), "verify"],
    ["what another key signed", signSchema1(payload, [{ key: otherKey.privateKey }]), "verify"],
  ])("are refused over %s", (_name, manifest, why) => {
    expect(() => parse(manifest, signed)).toThrow(why);
  });

  it.each([
    ["no key", { alg: "ES256" }],
    ["a key of another kind", { alg: "RS256", jwk: otherKey.publicKey.export({ format: "jwk" }) }],
    ["a weak key", { alg: "RS256", jwk: rsaKey.export({ format: "jwk" }) }],
    ["a certificate that is none", { alg: "ES256", x5c: ["AAAA"] }],
    ["no algorithm", { jwk: otherKey.publicKey.export({ format: "jwk" }) }],
    ["the algorithm none", { alg: "none" }],
    ["a shared secret", { alg: "HS256", jwk: { kty: "oct", k: "AAAA" } }],
  ])("are refused with %s", (_name, header) => {
    expect(() => parse(signSchema1(payload, [{ header }]), signed)).toThrow(/algorithm|key/);
  });

  it("are bounded in number before any is looked at", () => {
    const many = Array.from({ length: limits.manifestSignatures + 1 }, () => "no signature");
    const manifest = payload.replace(/\n}$/, `,"signatures":${JSON.stringify(many)}}`);
    expect(() => parse(manifest, signed)).toThrow(
      `at most ${limits.manifestSignatures} signatures`,
    );
  });

  it.each(["[]", "null", "{}", "[1]", '[{"header":{},"protected":"!","signature":"A"}]'])(
    "are refused as %s",
    (text) => {
      const manifest = payload.replace(/\n}$/, `,"signatures":${text}}`);
      expect(() => parse(manifest, signed)).toThrow("signature");
      expect(() => manifestDigest(Buffer.from(manifest), signed)).toThrow("signature");
    },
  );

  function overTail(other: string): Buffer {
    return signSchema1(payload, [{ formatLength: 1, formatTail: other.slice(1), over: other }]);
  }

  function addingLayer(): Buffer {
    const added = payload.replace(/\n}$/, ',\n   "note": "x"\n}');
    const cut = payload.lastIndexOf("\n");
    return signSchema1(payload, [{ formatTail: added.slice(cut), over: added }]);
  }
});
