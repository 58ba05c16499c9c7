import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  authority,
  type cbor,
  cosignBundle,
  ecKey,
  notationCose,
  type Party,
  publicPem,
  signer,
  simpleSigning,
} from "../../../../test/support/signatures.ts";
import { extension } from "../../encryption/certificate.ts";
import { octets } from "../../encryption/der.ts";
import type { AccountId, Digest, Region } from "../../names.ts";
import type { JsonObject } from "../../strict-json.ts";
import { notationSignature } from "../notation.ts";
import type { TrustedSigner } from "../trusted-signer.ts";
import { readCbor } from "./cbor.ts";
import { bundleEnvelope, simpleEnvelope } from "./cosign-envelope.ts";
import type { Envelope } from "./envelope.ts";
import { coseEnvelope, jwsEnvelope } from "./notation-envelope.ts";
import { verifierOf, verifyEnvelope } from "./verify-envelope.ts";

const now = Date.parse("2026-06-01T00:00:00Z");
const day = 24 * 60 * 60_000;
const image = {
  digest: `sha256:${"a".repeat(64)}` as Digest,
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  manifestBytes: 321,
};
const other = `sha256:${"b".repeat(64)}` as Digest;

const trust = (pem: string, more: Partial<TrustedSigner> = {}) =>
  verifierOf({
    registry: { account: "000000000000" as AccountId, region: "us-east-1" as Region },
    ...{ name: "release", pem, repositories: [], subject: [], putBy: "arn", putAt: now },
    kind: pem.includes("CERTIFICATE") ? "CERTIFICATE" : "PUBLIC_KEY",
    ...more,
  });
const by = (pem: string, envelope: Envelope, at = now, more: Partial<TrustedSigner> = {}) =>
  verifyEnvelope(envelope, image.digest, [trust(pem, more)], at);
const good = { signer: "release", until: undefined };
const nobody = { reason: "It is by nobody who is trusted here" };
const raw = ({ certificate }: Party) => new X509Certificate(certificate).raw;

describe("a bundle of cosign", () => {
  it.each([
    ["P-256", ecKey(), "sha256"],
    ["P-384", ecKey("P-384"), "sha384"],
    ["P-384 with SHA-256", ecKey("P-384"), "sha256"],
    ["P-521", ecKey("P-521"), "sha512"],
    ["RSA", generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey, "sha256"],
    ["Ed25519", generateKeyPairSync("ed25519").privateKey, "none"],
  ])("counts by its public key: %s", (_name, key, hash) => {
    const envelope = bundleEnvelope(cosignBundle(key, image.digest, { hash }));
    expect(by(publicPem(key), envelope)).toMatchObject(good);
    expect(by(publicPem(ecKey()), envelope)).toEqual(nobody);
  });

  it("counts for the image that it names, and while nothing in it was changed", () => {
    const key = ecKey();
    const about = bundleEnvelope(cosignBundle(key, other));
    expect(by(publicPem(key), about)).toEqual({ reason: "It is about another image" });
    const bundle = JSON.parse(cosignBundle(key, other).toString());
    const statement = Buffer.from(bundle.dsseEnvelope.payload, "base64").toString();
    const forged = statement.replace("b".repeat(64), "a".repeat(64));
    bundle.dsseEnvelope.payload = Buffer.from(forged).toString("base64");
    const envelope = bundleEnvelope(Buffer.from(JSON.stringify(bundle)));
    expect(by(publicPem(key), envelope)).toEqual(nobody);
  });

  it("tells a statement of another kind from a signature", () => {
    const key = ecKey();
    const predicateType = "https://slsa.dev/provenance/v1";
    const envelope = bundleEnvelope(cosignBundle(key, image.digest, { predicateType }));
    expect(envelope.predicateType).toBe(predicateType);
  });

  it("counts by a certificate that came with it, where that leads to a trusted one", () => {
    const root = authority("root", { now });
    const own = signer("ci", { now, issuer: root });
    const bytes = cosignBundle(own.key, image.digest, { hash: "sha384", certificate: raw(own) });
    const told = by(root.certificate, bundleEnvelope(bytes));
    expect(told).toMatchObject({ signer: "release", until: now + 30 * day });
    const elsewhere = authority("root", { now });
    expect(by(elsewhere.certificate, bundleEnvelope(bytes)).signer).toBeUndefined();
  });

  it.each([
    ["no JSON", "{"],
    ["no bundle", "{}"],
    ["a member twice", '{"mediaType":"a","mediaType":"b"}'],
    [
      "no statement",
      '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","messageSignature":{}}',
    ],
  ])("is refused when it is %s", (_name, text) => {
    expect(() => bundleEnvelope(Buffer.from(text))).toThrow(/^It (is|has no)/);
  });
});

describe("a text that cosign signed", () => {
  const annotated = (signature: string): JsonObject =>
    new Map([["dev.cosignproject.cosign/signature", signature]]);

  it("counts by its public key, for the image that it names", () => {
    const key = ecKey();
    const { payload, signature } = simpleSigning(key, image.digest);
    const envelope = simpleEnvelope(payload, annotated(signature));
    expect(by(publicPem(key), envelope)).toMatchObject(good);
    expect(by(publicPem(ecKey()), envelope)).toEqual(nobody);
    const about = simpleSigning(key, other);
    const elsewhere = simpleEnvelope(about.payload, annotated(about.signature));
    expect(by(publicPem(key), elsewhere)).toEqual({ reason: "It is about another image" });
    const swapped = simpleEnvelope(payload, annotated(about.signature));
    expect(by(publicPem(key), swapped)).toEqual(nobody);
    expect(() => simpleEnvelope(payload, undefined)).toThrow("It has no text");
  });
});

const root = authority("root", { now, days: 300 });
const target = { mediaType: image.mediaType, digest: image.digest, size: image.manifestBytes };
const made = (
  own: Party,
  chain: readonly Party[],
  { digest = image.digest, expiry = now + day } = {},
) => {
  const certificates = chain.map(({ certificate }) => certificate);
  const what = { ...image, digest };
  const wanted = { key: own.key, certificates, agent: "test" };
  return notationSignature(what, wanted, { now, expiry }).content;
};

describe.each([
  {
    name: "JWS",
    envelope: (own: Party, chain: readonly Party[], expiry = now + day) =>
      jwsEnvelope(made(own, chain, { expiry }), image),
  },
  {
    name: "COSE",
    envelope: (own: Party, chain: readonly Party[], expiry = now + day) =>
      coseEnvelope(notationCose(own, chain.map(raw), { target, now, expiry }), image),
  },
])("a signature of Notation in $name", ({ envelope }) => {
  it("counts where its certificates lead to a trusted one, by way of others too, until it ends", () => {
    const between = authority("between", { now, issuer: root, pathLength: 0 });
    const own = signer("release", { now, issuer: between });
    const full = envelope(own, [own, between, root]);
    const until = now + day;
    expect(by(root.certificate, full)).toMatchObject({ signer: "release", until });
    expect(by(between.certificate, full)).toMatchObject({ signer: "release", until });
    expect(by(own.certificate, full)).toMatchObject({ signer: "release", until });
    expect(by(root.certificate, envelope(own, [own, between]))).toMatchObject({
      signer: "release",
      until,
    });
    expect(by(root.certificate, full, until)).toEqual({
      reason: "It has ended at 2026-06-02T00:00:00Z",
    });
    expect(by(publicPem(own.key), full)).toEqual(nobody);
  });

  it("counts for those subjects alone that are trusted", () => {
    const own = signer("release", { now, issuer: root });
    const full = envelope(own, [own, root]);
    const named = (subject: string[]) => by(root.certificate, full, now, { subject }).signer;
    expect(named(["C=ZZ", "CN=release"])).toBe("release");
    expect(named(["C=ZZ", "CN=other"])).toBeUndefined();
    expect(named(["CN=rel"])).toBeUndefined();
  });

  it.each<[string, () => readonly [own: Party, chain: readonly Party[]]]>([
    [
      "leads to another",
      () => {
        const own = signer("a", { now, issuer: authority("root", { now }) });
        return [own, [own]];
      },
    ],
    [
      "names an issuer that has not signed it",
      () => {
        const own = signer("a", { now, issuer: authority("root", { now }) });
        return [own, [own, root]];
      },
    ],
    [
      "has ended",
      () => {
        const own = signer("a", { now: now - 60 * day, issuer: root });
        return [own, [own, root]];
      },
    ],
    [
      "is not good yet",
      () => {
        const own = signer("a", { now: now + 60 * day, issuer: root });
        return [own, [own, root]];
      },
    ],
    [
      "is not for code",
      () => {
        const own = signer("a", { now, issuer: root, purpose: "1.3.6.1.5.5.7.3.1" });
        return [own, [own, root]];
      },
    ],
    [
      "was signed by one that is no authority",
      () => {
        const end = signer("end", { now, issuer: root });
        const own = signer("a", { now, issuer: end });
        return [own, [own, end, root]];
      },
    ],
    [
      "is below more authorities than may be",
      () => {
        const one = authority("one", { now, issuer: root, pathLength: 0 });
        const two = authority("two", { now, issuer: one });
        const own = signer("a", { now, issuer: two });
        return [own, [own, two, one, root]];
      },
    ],
    [
      "is critical in something that is not known",
      () => {
        const extensions = [extension("1.2.3.4", true, octets(Buffer.of(1)))];
        const own = signer("a", { now, issuer: root, extensions });
        return [own, [own, root]];
      },
    ],
    [
      "is another's than the key that signed",
      () => {
        const own = signer("a", { now, issuer: root });
        return [signer("b", { now, issuer: root }), [own, root]];
      },
    ],
    [
      "is on another curve than the algorithm says",
      () => {
        const own = signer("a", { now, issuer: root, key: ecKey("P-256") });
        return [own, [own, root]];
      },
    ],
  ])("does not count where the certificate %s", (_name, build) => {
    const [own, chain] = build();
    const told = by(root.certificate, envelope(own, chain));
    expect(told.signer).toBeUndefined();
    expect(told.reason).not.toBe("");
  });
});

describe("what Notation signed", () => {
  const own = signer("release", { now, issuer: root });
  const chain = [own, root];

  it("is about a manifest of that digest, type and size", () => {
    const elsewhere = jwsEnvelope(made(own, chain, { digest: other }), image);
    expect(by(root.certificate, elsewhere)).toEqual({ reason: "It is about another image" });
    for (const changed of [{ mediaType: "text/plain" }, { manifestBytes: 1 }]) {
      const read = () => jwsEnvelope(made(own, chain), { ...image, ...changed });
      expect(read).toThrow("It is about a manifest of another type or size");
    }
  });

  it("is refused with what is critical and not known, or should be critical and is not", () => {
    const wish = { target, now };
    const cose = (header: [number | string, Parameters<typeof cbor>[0]][]) =>
      notationCose(own, chain.map(raw), { ...wish, header: new Map(header) });
    const scheme = "io.cncf.notary.signingScheme";
    expect(() => coseEnvelope(cose([[2, [scheme, "what"]]]), image)).toThrow("not known here");
    expect(() => coseEnvelope(cose([[2, ["io.cncf.notary.expiry"]]]), image)).toThrow("critical");
    expect(() => coseEnvelope(cose([[scheme, "notary.x509.other"]]), image)).toThrow("scheme");
    expect(() => coseEnvelope(cose([[1, -7 - 1000]]), image)).toThrow("algorithm");
    const jws = JSON.parse(made(own, chain).toString());
    const header = JSON.parse(Buffer.from(jws.protected, "base64url").toString());
    const changed = (more: object) => {
      const text = JSON.stringify({ ...header, ...more });
      return Buffer.from(
        JSON.stringify({ ...jws, protected: Buffer.from(text).toString("base64url") }),
      );
    };
    expect(() => jwsEnvelope(changed({ crit: [] }), image)).toThrow("critical");
    expect(() => jwsEnvelope(changed({ alg: "none" }), image)).toThrow("algorithm");
    expect(() => jwsEnvelope(changed({ alg: "HS256" }), image)).toThrow("algorithm");
    const late = jwsEnvelope(changed({ "io.cncf.notary.expiry": "2036-01-01T00:00:00Z" }), image);
    expect(by(root.certificate, late).reason).toBe("It does not fit what it signs");
  });

  it("is refused, and never more than that, whatever bytes it is cut to", () => {
    const whole = notationCose(own, chain.map(raw), { target, now });
    for (let length = 0; length < whole.length; length += 7) {
      expect(() => coseEnvelope(whole.subarray(0, length), image)).toThrow("malformed");
    }
    expect(() => readCbor(Buffer.alloc(100, 0x81))).toThrow("malformed");
    expect(() => readCbor(Buffer.from("9affffffff", "hex"))).toThrow("malformed");
    expect(() => readCbor(Buffer.from("a2010101 02".replace(" ", ""), "hex"))).toThrow("malformed");
  });
});

it("trusts no key that is too weak, and takes no private one for a public one", () => {
  const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
  expect(() => trust(publicPem(weak))).toThrow("2048");
  expect(() => trust(publicPem(generateKeyPairSync("x25519").privateKey))).toThrow("Ed25519");
  expect(() => trust("nothing")).toThrow("no public key");
});
