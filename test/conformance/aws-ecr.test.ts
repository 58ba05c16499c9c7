/**
 * Every operation of ECR's API as AWS's own SDK asks for it, of a server in a process of its own with its
 * workers: what it answers is what the SDK can read, and none is left out.
 */
import { randomBytes } from "node:crypto";
import * as sdk from "@aws-sdk/client-ecr";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Sha256 } from "../../src/registry/sha256.ts";
import { digestOf, imageManifest, ociManifest } from "../support/ecr.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { UpstreamServer } from "../support/upstream-server.ts";

const region = "us-east-1";
const west = "eu-west-1";
/** A peer that nobody is at. */
const nowhere = "eu-west-2";
const registryId = "000000000000";
const repositoryName = "team/app";
const named = { repositoryName };
const waiting = { timeout: 60_000, interval: 200 };
const config = Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux" }));
const layer = randomBytes(4_096);

let upstream: UpstreamServer;
let server: RunningServer;
let ecr: sdk.ECRClient;
/** Those that were answered, by the names of the SDK's commands. */
const answered = new Set<string>();
let imageDigest = "";

beforeAll(async () => {
  upstream = new UpstreamServer();
  await upstream.listen();
  server = await startServer({
    settings: {
      ...{ ENTREPOT_REGION: region, ENTREPOT_REGIONS: `${region},${west}` },
      ENTREPOT_PEERS: JSON.stringify({ [nowhere]: "http://127.0.0.1:9" }),
      ENTREPOT_UPSTREAMS: JSON.stringify({ "registry-1.docker.io": upstream.origin }),
      ENTREPOT_EGRESS_ALLOW: "127.0.0.0/8",
    },
  });
  ecr = clientOf(region);
}, 60_000);
afterAll(async () => {
  ecr?.destroy();
  await server?.stop();
  await upstream?.close();
});

function clientOf(of: string): sdk.ECRClient {
  const { origin: endpoint, accessKeyId, secretAccessKey } = server;
  const client = new sdk.ECRClient({
    ...{ region: of, endpoint, maxAttempts: 1, credentials: { accessKeyId, secretAccessKey } },
  });
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args);
        answered.add(commandName ?? "");
        return answer;
      },
    { step: "initialize", name: "answered" },
  );
  return client;
}

async function pushLayer(content: Buffer) {
  const { uploadId, partSize } = await ecr.send(new sdk.InitiateLayerUploadCommand(named));
  expect(partSize).toBeGreaterThan(content.length);
  const range = { partFirstByte: 0, partLastByte: content.length - 1 };
  const part = { ...named, uploadId, ...range, layerPartBlob: content };
  const told = await ecr.send(new sdk.UploadLayerPartCommand(part));
  expect(told).toMatchObject({ registryId, ...named, uploadId });
  expect(told.lastByteReceived).toBe(content.length - 1);
  const layerDigests = [digestOf(content)];
  const ended = await ecr.send(
    new sdk.CompleteLayerUploadCommand({ ...named, uploadId, layerDigests }),
  );
  expect(ended).toMatchObject({ registryId, ...named, uploadId, layerDigest: layerDigests[0] });
}

async function putManifest(manifest: object, imageTag?: string): Promise<string> {
  const input = { ...named, imageManifest: JSON.stringify(manifest), imageTag };
  const { image } = await ecr.send(new sdk.PutImageCommand(input));
  expect(image).toMatchObject({ registryId, ...named, imageManifest: input.imageManifest });
  return image?.imageId?.imageDigest ?? "";
}

describe.sequential("By the SDK", () => {
  it("an account has settings and a token for its registry", async () => {
    const setting = { name: "BLOB_MOUNTING", value: "ENABLED" };
    expect(await ecr.send(new sdk.PutAccountSettingCommand(setting))).toMatchObject(setting);
    expect(await ecr.send(new sdk.GetAccountSettingCommand(setting))).toMatchObject(setting);
    const { authorizationData } = await ecr.send(new sdk.GetAuthorizationTokenCommand({}));
    const [token] = authorizationData ?? [];
    expect(token?.expiresAt?.getTime()).toBeGreaterThan(Date.now());
    expect(Buffer.from(token?.authorizationToken ?? "", "base64").toString()).toMatch(/^AWS:./);
  });

  it("a repository is made, described, tagged and changed", async () => {
    const tags = [{ Key: "team", Value: "a" }];
    const { repository } = await ecr.send(new sdk.CreateRepositoryCommand({ ...named, tags }));
    const resourceArn = `arn:aws:ecr:${region}:${registryId}:repository/${repositoryName}`;
    expect(repository).toMatchObject({ ...named, registryId, repositoryArn: resourceArn });
    expect(repository?.createdAt).toBeInstanceOf(Date);
    const arn = { resourceArn };
    await ecr.send(new sdk.TagResourceCommand({ ...arn, tags: [{ Key: "stage", Value: "b" }] }));
    await ecr.send(new sdk.UntagResourceCommand({ ...arn, tagKeys: ["team"] }));
    const listed = await ecr.send(new sdk.ListTagsForResourceCommand(arn));
    expect(listed.tags).toEqual([{ Key: "stage", Value: "b" }]);
    const imageScanningConfiguration = { scanOnPush: false };
    const scanning = { ...named, imageScanningConfiguration };
    expect(await ecr.send(new sdk.PutImageScanningConfigurationCommand(scanning))).toMatchObject(
      scanning,
    );
    const mutability = { ...named, imageTagMutability: "MUTABLE" } as const;
    expect(await ecr.send(new sdk.PutImageTagMutabilityCommand(mutability))).toMatchObject(
      mutability,
    );
    const input = { repositoryNames: [repositoryName] };
    const { repositories } = await ecr.send(new sdk.DescribeRepositoriesCommand(input));
    expect(repositories).toEqual([{ ...repository, imageScanningConfiguration }]);
    const got = await ecr.send(new sdk.BatchGetRepositoryScanningConfigurationCommand(input));
    expect(got.failures).toEqual([]);
    expect(got.scanningConfigurations).toMatchObject([{ ...named, scanOnPush: false }]);
  });

  it("an image is pushed, found, referred to and pulled", async () => {
    for (const each of [config, layer]) await pushLayer(each);
    const layerDigests = [config, layer, Buffer.from("other")].map((each) => digestOf(each));
    const check = new sdk.BatchCheckLayerAvailabilityCommand({ ...named, layerDigests });
    const { layers } = await ecr.send(check);
    expect(layers?.map((each) => each.layerAvailability)).toEqual([
      ...["AVAILABLE", "AVAILABLE", "UNAVAILABLE"],
    ]);
    imageDigest = await putManifest(imageManifest(config, layer), "v1");
    const imageId = { imageDigest, imageTag: "v1" };
    const { images, failures } = await ecr.send(
      new sdk.BatchGetImageCommand({ ...named, imageIds: [imageId, { imageTag: "none" }] }),
    );
    expect(images).toMatchObject([{ imageId, imageManifestMediaType: ociManifest }]);
    expect(failures).toMatchObject([{ failureCode: "ImageNotFound" }]);
    expect((await ecr.send(new sdk.ListImagesCommand(named))).imageIds).toEqual([imageId]);
    const { imageDetails } = await ecr.send(new sdk.DescribeImagesCommand(named));
    expect(imageDetails).toMatchObject([{ ...named, imageDigest, imageTags: ["v1"] }]);
    expect(imageDetails?.[0]?.imagePushedAt).toBeInstanceOf(Date);
    const url = new sdk.GetDownloadUrlForLayerCommand({ ...named, layerDigest: digestOf(layer) });
    const { downloadUrl = "" } = await ecr.send(url);
    const [, path = ""] = /^https?:\/\/[^/]+(\/.*)$/.exec(downloadUrl) ?? [];
    const content = Buffer.from(await (await fetch(`${server.origin}${path}`)).arrayBuffer());
    expect(content.equals(layer)).toBe(true);
    const size = Buffer.byteLength(JSON.stringify(imageManifest(config, layer)));
    const subject = { mediaType: ociManifest, digest: imageDigest, size };
    const artifactType = "application/example";
    const referrer = await putManifest({ ...imageManifest(config), artifactType, subject });
    const input = { ...named, subjectId: { imageDigest } };
    const { referrers } = await ecr.send(new sdk.ListImageReferrersCommand(input));
    expect(referrers).toMatchObject([{ digest: referrer, artifactType }]);
    const gone = { ...named, imageIds: [{ imageDigest: referrer }] };
    const deleted = await ecr.send(new sdk.BatchDeleteImageCommand(gone));
    expect(deleted).toMatchObject({ imageIds: [{ imageDigest: referrer }], failures: [] });
  });

  it("policies of repository and registry, and exclusions of pull times, come and go", async () => {
    const statement = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${registryId}:root` } };
    const textFor = (more: object) =>
      JSON.stringify({ Version: "2012-10-17", Statement: [{ ...statement, ...more }] });
    const policyText = textFor({ Action: "ecr:BatchGetImage" });
    await ecr.send(new sdk.SetRepositoryPolicyCommand({ ...named, policyText }));
    const policy = await ecr.send(new sdk.GetRepositoryPolicyCommand(named));
    expect(JSON.parse(policy.policyText ?? "")).toEqual(JSON.parse(policyText));
    expect(await ecr.send(new sdk.DeleteRepositoryPolicyCommand(named))).toMatchObject(named);
    const ofRegistry = textFor({ Action: "ecr:ReplicateImage", Resource: "*" });
    await ecr.send(new sdk.PutRegistryPolicyCommand({ policyText: ofRegistry }));
    const got = await ecr.send(new sdk.GetRegistryPolicyCommand({}));
    expect(JSON.parse(got.policyText ?? "")).toEqual(JSON.parse(ofRegistry));
    await ecr.send(new sdk.DeleteRegistryPolicyCommand({}));
    await expect(ecr.send(new sdk.GetRegistryPolicyCommand({}))).rejects.toBeInstanceOf(
      sdk.RegistryPolicyNotFoundException,
    );
    const principalArn = `arn:aws:iam::${registryId}:role/scanner`;
    await ecr.send(new sdk.RegisterPullTimeUpdateExclusionCommand({ principalArn }));
    const list = () => ecr.send(new sdk.ListPullTimeUpdateExclusionsCommand({}));
    expect((await list()).pullTimeUpdateExclusions).toEqual([principalArn]);
    await ecr.send(new sdk.DeregisterPullTimeUpdateExclusionCommand({ principalArn }));
    expect((await list()).pullTimeUpdateExclusions).toEqual([]);
  });

  it("a lifecycle policy is previewed, put, told and taken away", async () => {
    const selection = { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber: 1 };
    const rules = [{ rulePriority: 1, selection, action: { type: "expire" } }];
    const lifecyclePolicyText = JSON.stringify({ rules });
    const text = { ...named, lifecyclePolicyText };
    await ecr.send(new sdk.PutLifecyclePolicyCommand(text));
    const got = await ecr.send(new sdk.GetLifecyclePolicyCommand(named));
    expect(JSON.parse(got.lifecyclePolicyText ?? "")).toEqual({ rules });
    const started = await ecr.send(new sdk.StartLifecyclePolicyPreviewCommand(text));
    expect(started.status).toBe("IN_PROGRESS");
    const preview = () => ecr.send(new sdk.GetLifecyclePolicyPreviewCommand(named));
    await expect.poll(async () => (await preview()).status, waiting).toBe("COMPLETE");
    expect((await preview()).summary).toMatchObject({ expiringImageTotalCount: 0 });
    expect(await ecr.send(new sdk.DeleteLifecyclePolicyCommand(named))).toMatchObject(named);
  });

  it("an image is scanned when that is asked for, and a registry has rules for that", async () => {
    const filter = { filter: "other*", filterType: "WILDCARD" as const };
    const rules = [{ scanFrequency: "SCAN_ON_PUSH" as const, repositoryFilters: [filter] }];
    const input = { scanType: "BASIC" as const, rules };
    await ecr.send(new sdk.PutRegistryScanningConfigurationCommand(input));
    const got = await ecr.send(new sdk.GetRegistryScanningConfigurationCommand({}));
    expect(got).toMatchObject({ registryId, scanningConfiguration: input });
    const image = { ...named, imageId: { imageDigest } };
    const started = await ecr.send(new sdk.StartImageScanCommand(image));
    expect(started).toMatchObject({ registryId, ...named, imageId: { imageDigest } });
    const findings = () => ecr.send(new sdk.DescribeImageScanFindingsCommand(image));
    const status = async () => (await findings()).imageScanStatus?.status;
    await expect.poll(status, waiting).not.toMatch(/IN_PROGRESS|PENDING/);
    expect(await findings()).toMatchObject({ registryId, ...named, imageId: { imageDigest } });
  });

  it("images are signed when they are pushed, by a profile", async () => {
    const profile = await putSigningProfile("released");
    const signingConfiguration = { rules: [{ signingProfileArn: profile }] };
    await ecr.send(new sdk.PutSigningConfigurationCommand({ signingConfiguration }));
    const got = await ecr.send(new sdk.GetSigningConfigurationCommand({}));
    expect(got).toMatchObject({ registryId, signingConfiguration });
    const extra = Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", author: "y" }));
    await pushLayer(extra);
    const imageId = { imageDigest: await putManifest(imageManifest(extra, layer)) };
    const status = async () => {
      const asked = new sdk.DescribeImageSigningStatusCommand({ ...named, imageId });
      return (await ecr.send(asked)).signingStatuses?.map((each) => each.status);
    };
    await expect.poll(status, waiting).toEqual(["COMPLETE"]);
    await ecr.send(new sdk.DeleteSigningConfigurationCommand({}));
    await expect(ecr.send(new sdk.GetSigningConfigurationCommand({}))).rejects.toBeInstanceOf(
      sdk.SigningConfigurationNotFoundException,
    );
  });

  it("rules of the pull-through cache and templates come, change and go", async () => {
    const prefix = { ecrRepositoryPrefix: "cache" };
    const [first, second] = [await putSecret("one"), await putSecret("two")];
    const hub = { ...prefix, upstreamRegistryUrl: "registry-1.docker.io" };
    const rule = { ...hub, credentialArn: first };
    expect(await ecr.send(new sdk.CreatePullThroughCacheRuleCommand(rule))).toMatchObject(rule);
    const described = await ecr.send(new sdk.DescribePullThroughCacheRulesCommand({}));
    expect(described.pullThroughCacheRules).toMatchObject([{ ...rule, registryId }]);
    const valid = await ecr.send(new sdk.ValidatePullThroughCacheRuleCommand(prefix));
    expect(valid).toMatchObject({ ...rule, isValid: true });
    const other = { ...prefix, credentialArn: second };
    const changed = await ecr.send(new sdk.UpdatePullThroughCacheRuleCommand(other));
    expect(changed).toMatchObject({ ...other, registryId });
    expect(changed.updatedAt).toBeInstanceOf(Date);
    const gone = await ecr.send(new sdk.DeletePullThroughCacheRuleCommand(prefix));
    expect(gone).toMatchObject({ ...hub, credentialArn: second });

    const template = { prefix: "made", appliedFor: ["REPLICATION" as const] };
    const made = await ecr.send(new sdk.CreateRepositoryCreationTemplateCommand(template));
    expect(made.repositoryCreationTemplate).toMatchObject(template);
    const update = { prefix: "made", imageTagMutability: "IMMUTABLE" } as const;
    await ecr.send(new sdk.UpdateRepositoryCreationTemplateCommand(update));
    const told = await ecr.send(new sdk.DescribeRepositoryCreationTemplatesCommand({}));
    expect(told.repositoryCreationTemplates).toMatchObject([{ ...template, ...update }]);
    const remove = new sdk.DeleteRepositoryCreationTemplateCommand({ prefix: "made" });
    expect((await ecr.send(remove)).repositoryCreationTemplate).toMatchObject(update);
  });

  it("images are copied, those that were there before by a backfill, which can be stopped", async () => {
    const destinations = [west, nowhere].map((each) => ({ region: each, registryId }));
    const rules = [{ destinations }];
    const put = new sdk.PutReplicationConfigurationCommand({ replicationConfiguration: { rules } });
    expect((await ecr.send(put)).replicationConfiguration).toEqual({ rules });
    const registry = await ecr.send(new sdk.DescribeRegistryCommand({}));
    expect(registry).toMatchObject({ registryId, replicationConfiguration: { rules } });
    const [toWest, toNowhere] = destinations;
    const start = new sdk.StartReplicationBackfillCommand({ destination: toWest });
    const { replicationBackfillId = "", status } = await ecr.send(start);
    expect(status).toBe("PREPARING");
    const results = () =>
      ecr.send(new sdk.DescribeReplicationBackfillResultsCommand({ replicationBackfillId }));
    await expect.poll(async () => (await results()).status, waiting).toBe("COMPLETE");
    expect((await results()).results).toContainEqual(
      expect.objectContaining({ ...named, imageId: { imageDigest, imageTag: "v1" } }),
    );
    const listed = await ecr.send(new sdk.ListReplicationBackfillsCommand({}));
    expect(listed.backfills).toMatchObject([{ replicationBackfillId, destination: toWest }]);
    const images = await clientOf(west).send(new sdk.DescribeImagesCommand(named));
    expect(images.imageDetails?.map((each) => each.imageDigest)).toContain(imageDigest);
    const copies = new sdk.DescribeImageReplicationStatusCommand({
      ...{ ...named, imageId: { imageDigest } },
    });
    expect((await ecr.send(copies)).replicationStatuses).toEqual([
      { ...toWest, status: "COMPLETE" },
    ]);
    const other = new sdk.StartReplicationBackfillCommand({ destination: toNowhere });
    const waitingOne = await ecr.send(other);
    const stop = new sdk.StopReplicationBackfillCommand({
      replicationBackfillId: waitingOne.replicationBackfillId,
    });
    expect((await ecr.send(stop)).status).toMatch(/STOPPING|STOPPED/);
  });

  it("an image is archived, and a repository goes with all that it has", async () => {
    const archive = { ...named, imageId: { imageDigest }, targetStorageClass: "ARCHIVE" } as const;
    const archived = await ecr.send(new sdk.UpdateImageStorageClassCommand(archive));
    expect(archived).toMatchObject({ registryId, ...named, imageStatus: "ARCHIVED" });
    const removal = new sdk.DeleteRepositoryCommand({ ...named, force: true });
    expect((await ecr.send(removal)).repository).toMatchObject(named);
    await expect(ecr.send(new sdk.ListImagesCommand(named))).rejects.toBeInstanceOf(
      sdk.RepositoryNotFoundException,
    );
  });

  it("nothing of the API was left out", () => {
    const known = Object.keys(sdk).filter((name) => /^[A-Z]\w*Command$/.test(name));
    expect(known.length).toBeGreaterThan(60);
    expect(known.filter((name) => !answered.has(name))).toEqual([]);
  });
});

/** What an upstream is asked with. @returns the secret's ARN */
async function putSecret(username: string): Promise<string> {
  const { origin: endpoint, accessKeyId, secretAccessKey } = server;
  const secrets = new SecretsManagerClient({
    ...{ region, endpoint, credentials: { accessKeyId, secretAccessKey } },
  });
  const SecretString = JSON.stringify({ username, accessToken: "token" });
  const Name = `ecr-pullthroughcache/${username}`;
  const { ARN = "" } = await secrets.send(new CreateSecretCommand({ Name, SecretString }));
  secrets.destroy();
  return ARN;
}

/** There is no SDK of AWS Signer here; it speaks REST-JSON. @returns the profile's ARN */
async function putSigningProfile(name: string): Promise<string> {
  const { hostname, host } = new URL(server.origin);
  const body = JSON.stringify({ platformId: "Notation-OCI-SHA384-ECDSA" });
  const path = `/signing-profiles/${name}`;
  const { accessKeyId, secretAccessKey } = server;
  const signer = new SignatureV4({
    ...{ service: "signer", region, sha256: Sha256 },
    credentials: { accessKeyId, secretAccessKey },
  });
  const headers = { host, "content-type": "application/json" };
  const request = { method: "PUT", protocol: "http:", hostname, path, body, headers };
  const signed = await signer.sign(new HttpRequest(request));
  const answer = await fetch(`${server.origin}${path}`, {
    ...{ method: "PUT", body, headers: signed.headers },
  });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { arn: string }).arn;
}
