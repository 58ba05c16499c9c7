/** Environments that want images signed by others than this deployment: by which key, and what does not count. */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { batchDeleteImage } from "../../src/operations/ecr/batch-delete-image.ts";
import { approveRequest } from "../../src/operations/entrepot/approve-request.ts";
import { deleteTrustedSigner } from "../../src/operations/entrepot/delete-trusted-signer.ts";
import { getApprovalRequest } from "../../src/operations/entrepot/get-approval-request.ts";
import { putEnvironment } from "../../src/operations/entrepot/put-environment.ts";
import { putTrustedSigner } from "../../src/operations/entrepot/put-trusted-signer.ts";
import { requestApproval } from "../../src/operations/entrepot/request-approval.ts";
import { type Caller, registryOf } from "../../src/registry/identity/principal.ts";
import type { Digest, RepositoryName } from "../../src/registry/names.ts";
import { notationSignature } from "../../src/registry/signing/notation.ts";
import {
  bundleType,
  jwsType,
  notationType,
  simpleSigningType,
} from "../../src/registry/signing/signature-types.ts";
import { ApprovingRegistry } from "../support/approvals.ts";
import { account, callerOf, imageManifest, ociManifest } from "../support/ecr.ts";
import { file, layerArchive } from "../support/layer-archive.ts";
import {
  authority,
  cosignBundle,
  ecKey,
  type Party,
  publicPem,
  signer as signerOf,
  simpleSigning,
} from "../support/signatures.ts";

const [app, prod] = ["team/app", "prod/team/app"];
const layer = layerArchive([file("etc/os-release", "ID=debian\n")]);
const day = 24 * 60 * 60 * 1000;
const empty = Buffer.from("{}");
let story: ApprovingRegistry;
let developer: Caller;
let reviewer: Caller;
let digest: string;

beforeEach(async () => {
  story = await ApprovingRegistry.open(app, prod);
  const everything = { Effect: "Allow", Action: ["ecr:*", "entrepot:*"], Resource: "*" };
  developer = await story.user("developer", everything);
  reviewer = await story.user("reviewer", everything);
  digest = await story.push(app, "v1", [layer], developer);
});
afterEach(() => story.close());

const now = () => story.scanned.opened.clock.now();
const trust = (name: string, pem: string, more: object = {}) =>
  story.registry.ask(putTrustedSigner, { name, pem, ...more });
const want = (...signedBy: readonly string[]) =>
  story.registry.ask(putEnvironment, {
    ...{ name: "production", approvals: 1, checks: { signedBy } },
    promote: { repository: "prod/*" },
  });

async function ask() {
  const input = { repositoryName: app, imageDigest: digest, environment: "production" };
  const { request } = await story.registry.ask(
    requestApproval,
    { ...input, comment: "Release" },
    developer,
  );
  return request;
}

type Request = Awaited<ReturnType<typeof ask>>;
const approve = ({ requestId, imageDigest }: Request) =>
  story.registry.ask(
    approveRequest,
    { repositoryName: app, requestId, imageDigest, comment: "Looked at" },
    reviewer,
  );
const found = ({ requestId }: Request) =>
  story.registry.ask(getApprovalRequest, { repositoryName: app, requestId });

async function attach(
  mediaType: string,
  content: Buffer,
  {
    annotations = {},
    imageTag,
    artifactType = mediaType,
  }: { annotations?: object; imageTag?: string; artifactType?: string } = {},
): Promise<string> {
  for (const each of [empty, content]) {
    await story.scanned.pushLayer(app, each).catch(() => undefined); // It is there already.
  }
  const manifest = imageManifest(empty, content);
  const layers = manifest.layers.map((each) => ({ ...each, mediaType, annotations }));
  const subject = { mediaType: ociManifest, digest, size: 2 };
  const about = imageTag === undefined ? { subject } : {};
  return story.registry.putManifest(
    app,
    { ...manifest, layers, artifactType, ...about },
    imageTag === undefined ? {} : { imageTag },
  );
}

const cosign = (key: KeyObject, about = digest) => attach(bundleType, cosignBundle(key, about));

/** As Notation writes it. */
async function notation(own: Party, root: Party, expiry: number): Promise<string> {
  const { metadata } = story.scanned.opened.ports;
  const home = registryOf(callerOf(account));
  const image = await metadata.images.resolve(home, app as RepositoryName, {
    digest: digest as Digest,
  });
  const certificates = [own.certificate, root.certificate];
  const wanted = { key: own.key, certificates, agent: "test" };
  const signed = notationSignature(image!.image!, wanted, { now: now(), expiry });
  return attach(jwsType, signed.content, { artifactType: notationType });
}

const kinds: Readonly<Record<string, () => KeyObject>> = {
  "ECDSA P-256": () => ecKey(),
  RSA: () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
  Ed25519: () => generateKeyPairSync("ed25519").privateKey,
};

describe("an environment that trusts signers from outside", () => {
  it.each(Object.keys(kinds))(
    "approves what cosign signed by a %s key, and keeps which key that was",
    async (kind) => {
      const key = kinds[kind]!();
      await trust("builder", publicPem(key));
      await want("builder");
      const unsigned = await ask();
      expect(unsigned.checks).toMatchObject([{ check: "Signature", passed: false }]);
      await expect(approve(unsigned)).rejects.toMatchObject({ kind: "Conflict" });
      const signature = await cosign(key);
      await approve(unsigned);
      await story.settle();
      const { request, evidence } = await found(unsigned);
      expect(request).toMatchObject({ state: "APPROVED", promotion: { state: "DONE" } });
      expect(evidence.signatures).toEqual([
        {
          ...{ signer: "builder", format: "COSIGN_BUNDLE", manifest: signature, about: digest },
          fingerprint: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        },
      ]);
      await trust("builder", publicPem(kinds[kind]!()));
      expect((await ask()).checks).toMatchObject([{ check: "Signature", passed: false }]);
    },
  );

  it("approves what Notation signed by a certificate of an authority, with the subject that is trusted", async () => {
    const root = authority("root", { now: now() });
    const release = signerOf("release", { issuer: root, now: now() });
    await trust("anybody-of-root", root.certificate);
    await trust("release", root.certificate, { subject: ["CN=release"] });
    await trust("other", root.certificate, { subject: ["CN=other"] });
    await want("release", "anybody-*");
    const expiry = now() + day;
    const signed = await notation(release, root, expiry);
    const request = await ask();
    expect(request.checks).toMatchObject([{ passed: true }, { passed: true }]);
    const { evidence } = await found(request);
    // One signature, by an authority that is trusted under two names.
    expect(evidence.signatures).toMatchObject([
      { signer: "anybody-of-root", manifest: signed, format: "NOTATION_JWS" },
      { signer: "release", certificateSubject: expect.stringMatching(/CN=release/) },
    ]);
    const [one, other] = evidence.signatures;
    expect(one?.fingerprint).toBe(other?.fingerprint);
    await want("other");
    await expect(approve(request)).rejects.toMatchObject({ message: /not signed by other/ });
    await want("release");
    story.scanned.opened.clock.advance(day);
    await expect(approve(request)).rejects.toMatchObject({ message: /not signed by release/ });
  });

  it("approves nothing by a certificate that has ended, or is another authority's", async () => {
    const root = authority("root", { now: now(), days: 300 });
    const stranger = authority("root", { now: now() });
    await trust("release", root.certificate);
    await want("release");
    await notation(
      signerOf("release", { issuer: root, now: now(), days: -0.5 }),
      root,
      now() + day,
    );
    await notation(signerOf("release", { issuer: stranger, now: now() }), stranger, now() + day);
    const request = await ask();
    expect(request.checks).toMatchObject([{ check: "Signature", passed: false }]);
    await expect(approve(request)).rejects.toMatchObject({ kind: "Conflict" });
    await notation(signerOf("release", { issuer: root, now: now() }), root, now() + day);
    await approve(request);
  });

  it("tells another digest, another key, and a statement that is not of a signature from a good signature", async () => {
    const key = ecKey();
    await trust("builder", publicPem(key));
    await want("builder");
    await cosign(key, `sha256:${"a".repeat(64)}`);
    await cosign(ecKey());
    await attach(
      bundleType,
      cosignBundle(key, digest, { predicateType: "https://slsa.dev/provenance/v1" }),
    );
    // Longer than what is read.
    await attach(bundleType, Buffer.alloc(3 * 1024 * 1024, " "));
    const request = await ask();
    expect(request.checks).toMatchObject([{ check: "Signature", passed: false }]);
    expect((await found(request)).evidence.signatures).toEqual([]);
    await expect(approve(request)).rejects.toMatchObject({ kind: "Conflict" });
  });

  it("approves no more when the signer is trusted no longer, or the signature is gone, under a tag as well", async () => {
    const key = ecKey();
    await trust("builder", publicPem(key));
    await want("builder");
    const { payload, signature } = simpleSigning(key, digest);
    const imageTag = `${digest.replace(":", "-")}.sig`;
    const annotations = { "dev.cosignproject.cosign/signature": signature };
    await attach(simpleSigningType, payload, { annotations, imageTag });
    const request = await ask();
    expect(request.checks).toMatchObject([{ check: "Signature", passed: true }]);
    await story.registry.ask(deleteTrustedSigner, { name: "builder" });
    await expect(approve(request)).rejects.toMatchObject({ message: /not signed by builder/ });
    await trust("builder", publicPem(key));
    await approve(request);
    const imageIds = [{ imageTag }];
    await story.registry.ask(batchDeleteImage, { repositoryName: app, imageIds });
    await story.settle();
    expect((await found(request)).request.promotion).toMatchObject({
      ...{ state: "FAILED", reason: expect.stringMatching(/is gone: ask anew/) },
    });
    expect(await story.pull(prod, digest)).not.toBe("ok");
  });
});
