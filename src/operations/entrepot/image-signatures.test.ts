import type { KeyObject } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  digestOf,
  imageManifest,
  ociIndex,
  ociManifest,
  TestRegistry,
} from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import {
  authority,
  cosignBundle,
  ecKey,
  publicPem,
  signer as signerOf,
  simpleSigning,
} from "../../../test/support/signatures.ts";
import type { Digest } from "../../registry/names.ts";
import { notationSignature } from "../../registry/signing/notation.ts";
import { JobRunner } from "../../workers/job-runner.ts";
import { judgeImageJob, judgeRegistryJob } from "../../workers/judge-images-job.ts";
import { batchDeleteImage } from "../ecr/batch-delete-image.ts";
import { batchGetImage } from "../ecr/batch-get-image.ts";
import { deleteTrustedSigner } from "./delete-trusted-signer.ts";
import { describeImageSignatures } from "./describe-image-signatures.ts";
import { getImageVerdict } from "./get-image-verdict.ts";
import { getReview } from "./get-review.ts";
import { getSigningAuthority } from "./get-signing-authority.ts";
import { listTrustedSigners } from "./list-trusted-signers.ts";
import { putGate } from "./put-gate.ts";
import { putTrustedSigner } from "./put-trusted-signer.ts";
import { quarantineImage } from "./quarantine-image.ts";
import { restoreImages } from "./restore-images.ts";
import { signImage } from "./sign-image.ts";

const repositoryName = "team/app";
const day = 24 * 60 * 60_000;
const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
let opened: TestPorts;
let registry: TestRegistry;

beforeEach(async () => {
  opened = await testPorts();
  registry = new TestRegistry(opened);
  await registry.createRepository(repositoryName);
});
afterEach(() => registry.close());

const trust = (name: string, pem: string, more: object = {}) =>
  registry.ask(putTrustedSigner, { name, pem, ...more });
const described = (imageDigest: string) =>
  registry.ask(describeImageSignatures, { repositoryName, imageId: { imageDigest } });
const gate = (rule: object) =>
  registry.ask(putGate, { name: "prod", repositories: ["team/*"], ...rule });
const verdict = async (imageDigest: string) =>
  (await registry.ask(getImageVerdict, { repositoryName, imageId: { imageDigest } })).verdict;
const remove = (imageId: object) =>
  registry.ask(batchDeleteImage, { repositoryName, imageIds: [imageId] });

/** `ok`, or why not. */
async function pull(imageDigest: string): Promise<string> {
  const imageIds = [{ imageDigest }];
  const { failures } = await registry.ask(batchGetImage, { repositoryName, imageIds });
  return failures?.[0]?.failureReason ?? "ok";
}

async function judge(): Promise<void> {
  const observer = {
    jobDone: () => undefined,
    jobFailed: ({ error }: { readonly error: unknown }) => {
      throw error;
    },
    workerFailed: () => undefined,
  };
  const jobs = [judgeImageJob, judgeRegistryJob(() => expect.unreachable())];
  const runner = new JobRunner(opened.ports, jobs, { observer });
  while ((await runner.tick()) > 0) await runner.settled();
}

const empty = Buffer.from("{}");

/** A manifest with one layer, about the image or under a tag. */
async function pushSignature(
  mediaType: string,
  content: Buffer,
  { about = "", imageTag = "", annotations = {}, artifactType = mediaType },
): Promise<string> {
  for (const each of [empty, content]) {
    await registry.pushLayer(repositoryName, each).catch(() => undefined);
  }
  const manifest = imageManifest(empty, content);
  const layers = manifest.layers.map((layer) => ({ ...layer, mediaType, annotations }));
  const subject = { mediaType: ociManifest, digest: about, size: 2 };
  const written = { ...manifest, layers, artifactType, ...(about === "" ? {} : { subject }) };
  const more = imageTag === "" ? {} : { imageTag };
  return registry.putManifest(repositoryName, written, more);
}

const sign = (key: KeyObject, about: string) =>
  pushSignature(bundleType, cosignBundle(key, about), { about });

const signTagged = (key: KeyObject, digest: string) => {
  const { payload, signature } = simpleSigning(key, digest);
  return pushSignature("application/vnd.dev.cosign.simplesigning.v1+json", payload, {
    imageTag: `${digest.replace(":", "-")}.sig`,
    annotations: { "dev.cosignproject.cosign/signature": signature },
  });
};

async function pushIndex(children: readonly string[]): Promise<string> {
  const manifests = children.map((digest) => ({ mediaType: ociManifest, digest, size: 2 }));
  return registry.putManifest(repositoryName, {
    schemaVersion: 2,
    mediaType: ociIndex,
    manifests,
  });
}

describe("trusted signers", () => {
  it("are told by name, one for each, until they are trusted no more", async () => {
    const root = authority("root", { now: opened.clock.now() });
    await trust("release", publicPem(ecKey()));
    await trust("ci", root.certificate, { repositories: ["team/*"], subject: ["CN=ci"] });
    const key = ecKey("P-384");
    await trust("release", publicPem(key));
    const { signers } = await registry.ask(listTrustedSigners, {});
    expect(signers).toMatchObject([
      { name: "ci", kind: "CERTIFICATE", repositories: ["team/*"], subject: ["CN=ci"] },
      { name: "release", kind: "PUBLIC_KEY", pem: publicPem(key), repositories: [], subject: [] },
    ]);
    await registry.ask(deleteTrustedSigner, { name: "ci" });
    const again = registry.ask(deleteTrustedSigner, { name: "ci" });
    await expect(again).rejects.toMatchObject({ kind: "ResourceNotFound" });
    expect((await registry.ask(listTrustedSigners, {})).signers).toHaveLength(1);
  });

  it("are one public key or certificate each, and no private key", async () => {
    const key = ecKey();
    const secret = key.export({ type: "pkcs8", format: "pem" }) as string;
    const two = publicPem(key) + publicPem(ecKey());
    for (const pem of [secret, two, "no key", "-----BEGIN PUBLIC KEY-----\nAAAA\n"]) {
      await expect(trust("a", pem)).rejects.toMatchObject({ kind: "InvalidParameter" });
    }
    const named = trust("a", publicPem(key), { subject: ["CN=a"] });
    await expect(named).rejects.toMatchObject({ kind: "InvalidParameter" });
  });

  it("are for who may put them", async () => {
    const allowed = { Effect: "Allow", Action: "ecr:*", Resource: "*" };
    const caller = await userWith(opened.ports, { account, name: "reader" }, allowed);
    const input = { name: "mine", pem: publicPem(ecKey()) };
    const put = registry.ask(putTrustedSigner, input, caller);
    await expect(put).rejects.toMatchObject({ kind: "AccessDenied" });
  });
});

describe("DescribeImageSignatures", () => {
  it("tells of each signature who made it, or why it does not count", async () => {
    const digest = await registry.pushImage(repositoryName, "one");
    expect(await described(digest)).toMatchObject({ signatures: [], isComplete: true });
    const [known, unknown] = [ecKey(), ecKey()];
    const now = opened.clock.now();
    const root = authority("root", { now });
    const own = signerOf("builder", { now, issuer: root });
    await trust("release", publicPem(known));
    await trust("factory", root.certificate);
    const bundle = await sign(known, digest);
    const foreign = await sign(unknown, digest);
    const tagged = await signTagged(known, digest);
    const image = await storedImage(digest);
    const certificates = [own.certificate, root.certificate];
    const wanted = { key: own.key, certificates, agent: "test" };
    const { content } = notationSignature(image, wanted, { now, expiry: now + day });
    const notation = await pushSignature("application/jose+json", content, {
      ...{ about: digest, artifactType: "application/vnd.cncf.notary.signature" },
    });
    const broken = await pushSignature(bundleType, Buffer.from("{"), { about: digest });
    const { signatures } = await described(digest);
    const found = new Map(signatures.map((each) => [each.signatureDigest, each]));
    expect(found.size).toBe(5);
    expect(found.get(bundle)).toMatchObject({ format: "COSIGN_BUNDLE", signer: "release" });
    expect(found.get(foreign)).toMatchObject({
      ...{ trusted: false, reason: "It is by nobody who is trusted here" },
    });
    expect(found.get(tagged)).toMatchObject({
      ...{ format: "COSIGN_SIMPLE_SIGNING", trusted: true, signer: "release" },
      signatureTag: `${digest.replace(":", "-")}.sig`,
    });
    expect(found.get(notation)).toMatchObject({
      ...{ format: "NOTATION_JWS", trusted: true, signer: "factory" },
      certificateSubject: "C=ZZ, O=Elsewhere, CN=builder",
      trustedUntil: Math.floor((now + day) / 1000),
    });
    expect(found.get(broken)).toMatchObject({ trusted: false, reason: "It is malformed" });
  });

  it("trusts a signer in the repositories alone that it is trusted for", async () => {
    const digest = await registry.pushImage(repositoryName, "one");
    const key = ecKey();
    await sign(key, digest);
    await trust("release", publicPem(key), { repositories: ["other/*"] });
    expect((await described(digest)).signatures).toMatchObject([{ trusted: false }]);
    await trust("release", publicPem(key), { repositories: ["other/*", "team/*"] });
    expect((await described(digest)).signatures).toMatchObject([{ signer: "release" }]);
  });

  it("verifies what the registry itself has signed, where it trusts itself", async () => {
    const imageDigest = await registry.pushImage(repositoryName, "one");
    await registry.ask(signImage, { repositoryName, imageId: { imageDigest } });
    expect((await described(imageDigest)).signatures).toMatchObject([{ trusted: false }]);
    const { publicKey } = await registry.ask(getSigningAuthority, {});
    await trust("own", publicKey);
    expect((await described(imageDigest)).signatures).toMatchObject([{ signer: "own" }]);
  });
});

const why = (digest: string) =>
  new RegExp(`${digest}.*gate 'prod': It has no good signature by 'release'`);

describe("a gate that wants a signature", () => {
  it("holds a push back until somebody whom it names has signed it, and again when that is gone", async () => {
    const [key, other] = [ecKey(), ecKey()];
    await trust("release", publicPem(key));
    await trust("other", publicPem(other));
    await gate({ signedBy: ["release"] });
    const digest = await registry.pushImage(repositoryName, "one");
    expect(await pull(digest)).toMatch(why(digest));
    await sign(other, digest);
    await judge();
    expect(await pull(digest)).toMatch(why(digest));
    const signature = await sign(key, digest);
    await judge();
    expect(await pull(digest)).toBe("ok");
    // A signature is not asked for signatures.
    expect(await pull(signature)).toBe("ok");
    expect(
      await registry.ask(getReview, { repositoryName, imageId: { imageDigest: digest } }),
    ).toMatchObject({ signatures: { state: "VERIFIED", signedBy: ["other", "release"] } });
    await remove({ imageDigest: signature });
    await judge();
    expect(await pull(digest)).toMatch(why(digest));
    expect(await verdict(digest)).toMatchObject({
      ...{ state: "PENDING", reasons: [{ code: "NotSigned", gate: "prod" }] },
    });
  });

  it("takes a signature under a tag as well, while the tag is there", async () => {
    const key = ecKey();
    await trust("release", publicPem(key));
    await gate({ signedBy: ["rel*"] });
    const digest = await registry.pushImage(repositoryName, "one");
    await signTagged(key, digest);
    await judge();
    expect(await pull(digest)).toBe("ok");
    await remove({ imageTag: `${digest.replace(":", "-")}.sig` });
    await judge();
    expect(await pull(digest)).toMatch(/'rel\*'/);
  });

  it("takes the signature of an index for what that lists, and no other way round", async () => {
    const key = ecKey();
    await trust("release", publicPem(key));
    await gate({ signedBy: ["release"] });
    const children = [
      await registry.pushImage(repositoryName, "one"),
      await registry.pushImage(repositoryName, "two"),
    ];
    const index = await pushIndex(children);
    for (const child of children) await sign(key, child);
    await judge();
    expect(await pull(children[0]!)).toBe("ok");
    expect(await pull(index)).toMatch(why(index));
    const more = await registry.pushImage(repositoryName, "three");
    const whole = await pushIndex([more]);
    const signature = await sign(key, whole);
    await judge();
    expect([await pull(whole), await pull(more)]).toEqual(["ok", "ok"]);
    expect((await described(more)).signatures).toMatchObject([
      { signatureDigest: signature, indexDigest: whole, signer: "release" },
    ]);
    await remove({ imageDigest: whole });
    await judge();
    expect(await pull(more)).toMatch(why(more));
  });

  it("follows whom the registry trusts", async () => {
    const key = ecKey();
    await gate({ signedBy: ["release"] });
    const digest = await registry.pushImage(repositoryName, "one");
    await sign(key, digest);
    await judge();
    expect(await pull(digest)).toMatch(why(digest));
    await trust("release", publicPem(key));
    await judge();
    expect(await pull(digest)).toBe("ok");
    await registry.ask(deleteTrustedSigner, { name: "release" });
    await judge();
    expect(await pull(digest)).toMatch(why(digest));
  });

  it("follows time: a signature that has ended counts no more", async () => {
    const now = opened.clock.now();
    const root = authority("root", { now });
    const own = signerOf("release", { now, issuer: root });
    await trust("release", root.certificate);
    await gate({ signedBy: ["release"] });
    const digest = await registry.pushImage(repositoryName, "one");
    const wanted = { key: own.key, certificates: [own.certificate], agent: "test" };
    const times = { now, expiry: now + day };
    const { content } = notationSignature(await storedImage(digest), wanted, times);
    const artifactType = "application/vnd.cncf.notary.signature";
    await pushSignature("application/jose+json", content, { about: digest, artifactType });
    await judge();
    expect(await pull(digest)).toBe("ok");
    opened.clock.advance(day);
    await judge();
    expect(await pull(digest)).toMatch(why(digest));
  });

  it("counts no signature in quarantine or in the trash, and counts it when it is back", async () => {
    const key = ecKey();
    registry.keepTrash(7);
    await trust("release", publicPem(key));
    await gate({ signedBy: ["release"] });
    const digest = await registry.pushImage(repositoryName, "one");
    const signature = await sign(key, digest);
    await judge();
    expect(await pull(digest)).toBe("ok");
    await remove({ imageDigest: signature });
    await judge();
    expect(await pull(digest)).toMatch(why(digest));
    await registry.ask(restoreImages, { repositoryName, imageDigests: [signature] });
    await judge();
    expect(await pull(digest)).toBe("ok");
    const imageId = { imageDigest: signature };
    await registry.ask(quarantineImage, { repositoryName, imageId, reason: "stolen key" });
    await judge();
    expect(await pull(digest)).toMatch(why(digest));
  });

  it("lets pass no image that calls itself a signature, and no statement that is none", async () => {
    const key = ecKey();
    await trust("release", publicPem(key));
    await gate({ signedBy: ["release"] });
    const digest = await registry.pushImage(repositoryName, "one");
    const bundle = cosignBundle(key, digest, { predicateType: "https://example.com/built" });
    await pushSignature(bundleType, bundle, { about: digest });
    const [config, files] = [Buffer.from('{"os":"linux"}'), Buffer.from("files")];
    for (const each of [config, files]) await registry.pushLayer(repositoryName, each);
    const subject = { mediaType: ociManifest, digest, size: 2 };
    const disguised = { ...imageManifest(config, files), subject, artifactType: bundleType };
    const runnable = await registry.putManifest(repositoryName, disguised);
    await judge();
    expect(await pull(digest)).toMatch(why(digest));
    expect(await pull(runnable)).toMatch(why(runnable));
  });

  it("only tells, where it only reports", async () => {
    await gate({ signedBy: ["release"], mode: "report" });
    const digest = await registry.pushImage(repositoryName, "one");
    await judge();
    expect(await pull(digest)).toBe("ok");
    expect(await verdict(digest)).toMatchObject({ reasons: [{ code: "NotSigned" }] });
  });
});

async function storedImage(digest: string) {
  const home = { account, region: "us-east-1" } as never;
  const reference = { digest: digest as Digest };
  const { metadata } = opened.ports;
  const found = await metadata.images.resolve(home, repositoryName as never, reference);
  if (found?.image === undefined) throw new Error(`there is no ${digestOf(digest)}`);
  return found.image;
}
