import { createPublicKey, verify, X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { account, digestOf, TestRegistry } from "../../../test/support/ecr.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { listImageReferrers } from "../../operations/ecr/list-image-referrers.ts";
import type { Digest, Region, RepositoryName } from "../names.ts";
import { documentBytes } from "../scanning/attached/attached-documents.ts";
import { attest } from "./attest.ts";
import { preAuthEncoding } from "./dsse.ts";
import { bundleType } from "./signature-types.ts";
import { signingAuthority, signingKeys } from "./signing-authority.ts";

const home = { account, region: "us-east-1" as Region };
const app = "team/app" as RepositoryName;
const approved = "https://example.com/approved/v1";
let opened: TestPorts;
let registry: TestRegistry;
let digest: Digest;

beforeAll(async () => {
  opened = await testPorts();
  registry = new TestRegistry(opened);
  await registry.createRepository(app);
  digest = (await registry.pushImage(app, "one")) as Digest;
});
afterAll(() => registry.close());

const referrers = async (of = digest) => {
  const input = { repositoryName: app, subjectId: { imageDigest: of } };
  return (await registry.ask(listImageReferrers, input)).referrers ?? [];
};

describe("what a registry signs with", () => {
  it("is made once, whoever asks at the same time", async () => {
    const elsewhere = { account, region: "eu-west-1" as Region };
    const all = await Promise.all([1, 2, 3].map(() => signingAuthority(opened.ports, elsewhere)));
    expect(new Set(all.map(({ publicKey }) => publicKey)).size).toBe(1);
    const other = await signingAuthority(opened.ports, home);
    expect(other.publicKey).not.toBe(all[0]?.publicKey);
  });

  it("is an authority on P-384 that may sign certificates and nothing else", async () => {
    const { certificate, keys } = await signingKeys(opened.ports, home);
    const read = new X509Certificate(certificate);
    expect(read.ca).toBe(true);
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.checkPrivateKey(keys.authority)).toBe(true);
    expect(read.publicKey.asymmetricKeyDetails?.namedCurve).toBe("secp384r1");
  });

  it("leaves no private key in the clear in the store", async () => {
    const { keys } = await signingKeys(opened.ports, home);
    const text = keys.statements.export({ type: "pkcs8", format: "der" });
    const dump = await opened.dump();
    expect(dump).not.toContain("PRIVATE KEY");
    expect(dump).not.toContain(text.subarray(36, 68).toString("base64").slice(0, 40));
    expect(dump).not.toContain(text.subarray(36, 68).toString("hex"));
  });
});

describe("a statement about an image", () => {
  it("is a referrer whose bundle anybody can verify with the public key", async () => {
    const made = await attest(opened.ports, home, app, digest, approved, { by: "ada" });
    const [found] = await referrers();
    expect(found).toMatchObject({ digest: made.digest, artifactType: bundleType });
    expect(found?.annotations).toMatchObject({
      "dev.sigstore.bundle.content": "dsse-envelope",
      "dev.sigstore.bundle.predicateType": approved,
    });
    const manifest = JSON.parse(await registry.manifestText(app, made.digest));
    expect(manifest.layers).toHaveLength(1);
    const bundle = JSON.parse(await layerText(manifest.layers[0].digest));
    const { payload, payloadType, signatures } = bundle.dsseEnvelope;
    const bytes = Buffer.from(payload, "base64");
    const { publicKey } = await signingAuthority(opened.ports, home);
    const signature = Buffer.from(signatures[0].sig, "base64");
    const key = createPublicKey(publicKey);
    const signed = preAuthEncoding(payloadType, bytes);
    expect(verify("sha256", signed, key, signature)).toBe(true);
    expect(JSON.parse(bytes.toString())).toEqual({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ name: app, digest: { sha256: digest.slice("sha256:".length) } }],
      ...{ predicateType: approved, predicate: { by: "ada" } },
    });
  });

  it("is stored together with what stands alongside, or not at all", async () => {
    const other = (await registry.pushImage(app, "two")) as Digest;
    const refusal = () => Promise.reject(new Error("there is one already"));
    const refused = attest(opened.ports, home, app, other, approved, {}, refusal);
    await expect(refused).rejects.toThrow("there is one already");
    expect(await referrers(other)).toEqual([]);
    let calls = 0;
    const note = async () => {
      calls += 1;
    };
    await attest(opened.ports, home, app, other, approved, {}, note);
    expect(calls).toBe(1);
    expect(await referrers(other)).toHaveLength(1);
  });

  it("is about an image that is there, and not endless", async () => {
    const absent = digestOf("absent") as Digest;
    const missing = attest(opened.ports, home, app, absent, approved, {});
    await expect(missing).rejects.toMatchObject({ kind: "ImageNotFound" });
    const endless = attest(opened.ports, home, app, digest, approved, "x".repeat(1_048_577));
    await expect(endless).rejects.toMatchObject({ kind: "InvalidParameter" });
  });
});

async function layerText(layer: string): Promise<string> {
  const repository = await opened.ports.metadata.repositories.find(home, app);
  if (repository === undefined) throw new Error("there is no repository");
  const layerDigest = { digest: layer as Digest };
  return String(await (await documentBytes(opened.ports, repository, layerDigest, 1e6))?.read());
}
