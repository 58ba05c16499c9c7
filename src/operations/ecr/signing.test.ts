import { verify, X509Certificate } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { account, callerOf, imageManifest, TestRegistry } from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import type { Digest, Region, RepositoryName } from "../../registry/names.ts";
import { documentBytes } from "../../registry/scanning/attached/attached-documents.ts";
import { signImage } from "../../registry/signing/sign-image.ts";
import { signImageKind } from "../../registry/signing/sign-pushed.ts";
import { signingAuthority } from "../../registry/signing/signing-authority.ts";
import { signImageJob } from "../../workers/sign-image-job.ts";
import { cancelSigningProfile } from "../signer/cancel-signing-profile.ts";
import { getSigningProfile } from "../signer/get-signing-profile.ts";
import { listSigningProfiles } from "../signer/list-signing-profiles.ts";
import { putSigningProfile } from "../signer/put-signing-profile.ts";
import { batchDeleteImage } from "./batch-delete-image.ts";
import { deleteSigningConfiguration } from "./delete-signing-configuration.ts";
import { describeImageSigningStatus } from "./describe-image-signing-status.ts";
import { getSigningConfiguration } from "./get-signing-configuration.ts";
import { listImageReferrers } from "./list-image-referrers.ts";
import { putImage } from "./put-image.ts";
import { putSigningConfiguration } from "./put-signing-configuration.ts";

const home = { account, region: "us-east-1" as Region };
const app = "team/app" as RepositoryName;
const platformId = "Notation-OCI-SHA384-ECDSA";
const signal = new AbortController().signal;
let opened: TestPorts;
let registry: TestRegistry;
let profiles = 0;
let images = 0;

beforeAll(async () => {
  opened = await testPorts();
  registry = new TestRegistry(opened);
  await registry.createRepository(app);
  await registry.createRepository("other");
});
afterAll(() => registry.close());

const arnOf = (name: string) => `arn:aws:signer:us-east-1:${account}:/signing-profiles/${name}`;
const newProfile = async (more: object = {}) => {
  const profileName = `profile_${++profiles}`;
  await registry.ask(putSigningProfile, { profileName, platformId, ...more });
  return profileName;
};
const configure = (...rules: object[]) =>
  registry.ask(putSigningConfiguration, { signingConfiguration: { rules } });
const signedBy = (...names: string[]) =>
  configure(...names.map((name) => ({ signingProfileArn: arnOf(name) })));
const push = (to: string = app, more: object = {}) =>
  registry.pushImage(to, `image ${++images}`, more);
const statuses = async (imageDigest: string, repositoryName: string = app) => {
  const input = { repositoryName, imageId: { imageDigest } };
  return (await registry.ask(describeImageSigningStatus, input)).signingStatuses ?? [];
};
const referrers = async (imageDigest: string) => {
  const input = { repositoryName: app, subjectId: { imageDigest } };
  return (await registry.ask(listImageReferrers, input)).referrers ?? [];
};
const payloadOf = async (digest: string) => {
  const repository = await opened.ports.metadata.repositories.find(home, app);
  return { repositoryId: repository?.id, digest };
};
const sign = async (digest: string) => {
  const run = { registry: home, attempt: 1, signal, heartbeat: async () => undefined };
  await signImageJob.run(opened.ports, await payloadOf(digest), run);
};

describe("the signing configuration", () => {
  it("is what was put last, until it is deleted", async () => {
    const rule = {
      signingProfileArn: arnOf("any"),
      repositoryFilters: [{ filter: "team/*", filterType: "WILDCARD_MATCH" }],
    };
    const signingConfiguration = { rules: [rule, { signingProfileArn: arnOf("all") }] };
    expect(await configure(...signingConfiguration.rules)).toEqual({ signingConfiguration });
    const whole = { registryId: account, signingConfiguration };
    expect(await registry.ask(getSigningConfiguration, {})).toEqual(whole);
    expect(await registry.ask(deleteSigningConfiguration, {})).toEqual(whole);
    const missing = { kind: "SigningConfigurationNotFound" };
    await expect(registry.ask(getSigningConfiguration, {})).rejects.toMatchObject(missing);
    await expect(registry.ask(deleteSigningConfiguration, {})).rejects.toMatchObject(missing);
  });

  it.each([
    ["an ARN of something else", [{ signingProfileArn: "arn:aws:kms:us-east-1:1:key/a" }]],
    ["a profile of another region", [{ signingProfileArn: arnOf("a1").replace("east", "west") }]],
    ["no filters in a list of them", [{ signingProfileArn: arnOf("a1"), repositoryFilters: [] }]],
    [
      "a filter of another type",
      [
        {
          signingProfileArn: arnOf("a1"),
          repositoryFilters: [{ filter: "a", filterType: "WILDCARD" }],
        },
      ],
    ],
    ["eleven rules", Array.from({ length: 11 }, () => ({ signingProfileArn: arnOf("a1") }))],
  ])("refuses %s", async (_what, rules) => {
    await expect(configure(...rules)).rejects.toMatchObject({ kind: "InvalidParameter" });
  });

  it("names ECR's own pattern to a filter that breaks it", async () => {
    const repositoryFilters = [{ filter: "Upper", filterType: "WILDCARD_MATCH" }];
    const refused = configure({ signingProfileArn: arnOf("a1"), repositoryFilters });
    const pattern = "^(?:[a-z0-9*]+(?:[._-][a-z0-9*]+)*/)*[a-z0-9*]+(?:[._-][a-z0-9*]+)*$";
    await expect(refused).rejects.toThrow(`'${pattern}'`);
  });
});

describe("a signing profile", () => {
  it("is there until it is canceled, and a new one may have its name then", async () => {
    const profileName = await newProfile({
      ...{ tags: { team: "a" }, signatureValidityPeriod: { value: 3, type: "DAYS" } },
    });
    const found = await registry.ask(getSigningProfile, { profileName });
    expect(found).toMatchObject({
      ...{ arn: arnOf(profileName), status: "Active", platformId, tags: { team: "a" } },
      signatureValidityPeriod: { value: 3, type: "DAYS" },
    });
    const again = registry.ask(putSigningProfile, { profileName, platformId });
    await expect(again).rejects.toMatchObject({ kind: "Validation" });
    await registry.ask(cancelSigningProfile, { profileName });
    await registry.ask(cancelSigningProfile, { profileName });
    const names = async (input: object) =>
      (await registry.ask(listSigningProfiles, input)).profiles.map((each) => each.profileName);
    expect(await names({})).not.toContain(profileName);
    expect(await names({ statuses: ["Canceled"] })).toContain(profileName);
    const { profileVersion } = await registry.ask(putSigningProfile, { profileName, platformId });
    expect(profileVersion).not.toBe(found.profileVersion);
    expect(await names({})).toContain(profileName);
  });

  it("has a certificate for signing code that the registry's authority has signed", async () => {
    const name = await newProfile();
    const profile = await opened.ports.metadata.signings.findProfile(home, name);
    const { certificate } = await signingAuthority(opened.ports, home);
    const own = new X509Certificate(profile?.certificates[0] ?? "");
    const authority = new X509Certificate(certificate);
    expect(own.verify(authority.publicKey)).toBe(true);
    expect(own.checkIssued(authority)).toBe(true);
    expect(own.ca).toBe(false);
    expect(own.keyUsage).toEqual(["1.3.6.1.5.5.7.3.3"]);
    expect(own.subject.split("\n")).toEqual([
      ...["C=ZZ", "ST=us-east-1", "O=Entrepot", `OU=${account}`, `CN=${name}`],
    ]);
  });

  it("is valid no longer than 135 months", async () => {
    const signatureValidityPeriod = { value: 136, type: "MONTHS" };
    const refused = newProfile({ signatureValidityPeriod });
    await expect(refused).rejects.toMatchObject({ kind: "InvalidParameter" });
  });
});

describe("an image that is pushed", () => {
  let one: string;
  beforeEach(async () => {
    one = await newProfile();
    await signedBy(one);
  });

  it("is signed once by each profile, however often that is begun", async () => {
    const two = await newProfile();
    await signedBy(one, two, one);
    const digest = await push();
    const status = (name: string) => ({ signingProfileArn: arnOf(name), status: "IN_PROGRESS" });
    expect(await statuses(digest)).toEqual([status(one), status(two)].sort(byArn));
    await Promise.all([sign(digest), sign(digest), sign(digest)]);
    await sign(digest);
    expect((await statuses(digest)).map((each) => each.status)).toEqual(["COMPLETE", "COMPLETE"]);
    const found = await referrers(digest);
    expect(found.map(({ artifactType }) => artifactType)).toEqual([
      ...["application/vnd.cncf.notary.signature", "application/vnd.cncf.notary.signature"],
    ]);
  });

  it("has a signature of the image's own descriptor, by the profile's certificate", async () => {
    const digest = await push();
    await sign(digest);
    const [found] = await referrers(digest);
    const manifest = JSON.parse(await registry.manifestText(app, found?.digest ?? ""));
    const repository = await opened.ports.metadata.repositories.find(home, app);
    const layer = { digest: manifest.layers[0].digest as Digest };
    const document = await documentBytes(opened.ports, repository!, layer, 1e6);
    const jws = JSON.parse(String(await document?.read()));
    const chain = jws.header.x5c.map(
      (text: string) => new X509Certificate(Buffer.from(text, "base64")),
    );
    expect(chain).toHaveLength(2);
    const key = { key: chain[0].publicKey, dsaEncoding: "ieee-p1363" as const };
    const signed = Buffer.from(`${jws.protected}.${jws.payload}`);
    const signature = Buffer.from(jws.signature, "base64url");
    expect(verify("sha384", signed, key, signature)).toBe(true);
    const size = (await registry.manifestText(app, digest)).length;
    expect(JSON.parse(Buffer.from(jws.payload, "base64url").toString())).toEqual({
      targetArtifact: { mediaType: manifest.subject.mediaType, digest, size },
    });
  });

  it("is signed where a filter fits its repository's whole name, and is no referrer", async () => {
    const fits = { filter: "te*pp", filterType: "WILDCARD_MATCH" };
    await configure({ signingProfileArn: arnOf(one), repositoryFilters: [fits] });
    const digest = await push();
    expect(await statuses(digest)).toHaveLength(1);
    expect(await statuses(await push("other"), "other")).toEqual([]);
    await sign(digest);
    const [signature] = await referrers(digest);
    expect(await statuses(signature?.digest ?? "")).toEqual([]);
  });

  it("is not signed where it is a signature of cosign's", async () => {
    const config = Buffer.from(`{"number":${++images}}`);
    await registry.pushLayer(app, config);
    const layer = Buffer.from("a payload");
    await registry.pushLayer(app, layer);
    const manifest = imageManifest(config, layer);
    manifest.layers[0]!.mediaType = "application/vnd.dev.cosign.simplesigning.v1+json";
    expect(await statuses(await registry.putManifest(app, manifest))).toEqual([]);
  });

  it("says that the pusher may not have it signed, and is pushed all the same", async () => {
    const { ports } = registry.environment;
    const allowed = { Effect: "Allow", Action: "ecr:*", Resource: "*" };
    const pusher = await userWith(ports, { account, name: `pusher${profiles}` }, allowed);
    const config = Buffer.from(`{"number":${++images}}`);
    await registry.pushLayer(app, config);
    const imageManifestText = JSON.stringify({ ...imageManifest(config), annotations: { a: "b" } });
    const input = { repositoryName: app, imageManifest: imageManifestText };
    const { image } = await registry.ask(putImage, input, pusher);
    const digest = image?.imageId?.imageDigest ?? "";
    expect(await statuses(digest)).toMatchObject([
      { status: "FAILED", failureCode: "AccessDeniedException" },
    ]);
    await registry.ask(putImage, { ...input, imageTag: "again" }, callerOf(account));
    expect(await statuses(digest)).toMatchObject([{ status: "IN_PROGRESS" }]);
  });

  it("fails with a reason where the profile is canceled or absent, and nothing is attached", async () => {
    const digest = await push();
    await registry.ask(cancelSigningProfile, { profileName: one });
    await sign(digest);
    const [canceled] = await statuses(digest);
    expect(canceled).toMatchObject({ status: "FAILED", failureCode: "ValidationException" });
    expect(canceled?.failureReason).toContain("is canceled");
    await signedBy("absent");
    const other = await push();
    await sign(other);
    const failure = { status: "FAILED", failureCode: "ResourceNotFoundException" };
    expect(await statuses(other)).toMatchObject([failure]);
    expect(await referrers(digest)).toEqual([]);
    expect(await referrers(other)).toEqual([]);
  });

  it("says so when no worker could sign it in the end", async () => {
    const digest = await push();
    const payload = JSON.stringify(await payloadOf(digest));
    const job = { registry: home, payload, lastError: "the disk is full" } as never;
    const died = "died" in signImageJob ? signImageJob.died : undefined;
    await opened.ports.metadata.transaction(async (change) => died?.(change, job, 0));
    expect(await statuses(digest)).toMatchObject([
      { status: "FAILED", failureReason: "the disk is full" },
    ]);
  });

  it("keeps neither half of a signature whose transaction failed, and is signed by the next attempt", async () => {
    const digest = (await push()) as Digest;
    const repository = await opened.ports.metadata.repositories.find(home, app);
    const image = await opened.ports.metadata.images.find(repository!, digest);
    const { metadata } = opened.ports;
    const torn = Object.create(metadata) as typeof metadata;
    torn.transaction = (work) =>
      metadata.transaction(async (change) => {
        const done = await work(change);
        const [signing] = await change.signings.ofImage(repository!, digest);
        if (signing?.status === "COMPLETE") throw new Error("killed");
        return done;
      });
    const attempt = signImage({ ...opened.ports, metadata: torn }, repository!, image!, signal);
    await expect(attempt).rejects.toThrow("killed");
    expect(await statuses(digest)).toMatchObject([{ status: "IN_PROGRESS" }]);
    expect(await referrers(digest)).toEqual([]);
    await sign(digest);
    expect(await statuses(digest)).toMatchObject([{ status: "COMPLETE" }]);
    expect(await referrers(digest)).toHaveLength(1);
  });

  it("takes what is known of its signatures with it when it goes", async () => {
    const imageDigest = await push();
    const input = { repositoryName: app, imageIds: [{ imageDigest }] };
    await registry.ask(batchDeleteImage, input);
    await sign(imageDigest);
    await expect(statuses(imageDigest)).rejects.toMatchObject({ kind: "ImageNotFound" });
  });

  it("leaves a job in the transaction of the push", async () => {
    const digest = await push();
    const jobs = await opened.ports.metadata.jobs.list({ limit: 500 });
    const { repositoryId } = await payloadOf(digest);
    const key = `${repositoryId} ${digest}`;
    const waiting = jobs.filter((job) => job.kind === signImageKind && job.key === key);
    expect(waiting).toMatchObject([{ state: "waiting", registry: home }]);
  });
});

function byArn(one: { signingProfileArn: string }, other: { signingProfileArn: string }): number {
  return one.signingProfileArn < other.signingProfileArn ? -1 : 1;
}
