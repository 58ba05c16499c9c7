/** The SDK's paginators of ECR and ECR Public: with pages of one item they come to the end, and miss nothing. */
import { createHash } from "node:crypto";
import * as ecrSdk from "@aws-sdk/client-ecr";
import * as publicSdk from "@aws-sdk/client-ecr-public";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AwsServer, startAwsServer } from "../support/aws-server.ts";
import { account } from "../support/ecr.ts";

let server: AwsServer;
let ecr: ecrSdk.ECRClient;
let ecrPublic: publicSdk.ECRPUBLICClient;
const names = ["one", "two", "three"];
const repositoryName = "two";
const digests: string[] = [];

beforeAll(async () => {
  server = await startAwsServer({ publicPort: 5051 });
  ecr = new ecrSdk.ECRClient(server.client());
  ecrPublic = new publicSdk.ECRPUBLICClient(server.client());
  for (const name of names) {
    await ecr.send(new ecrSdk.CreateRepositoryCommand({ repositoryName: name }));
    await ecrPublic.send(new publicSdk.CreateRepositoryCommand({ repositoryName: name }));
    const rule = { ecrRepositoryPrefix: name, upstreamRegistryUrl: "public.ecr.aws" };
    await ecr.send(new ecrSdk.CreatePullThroughCacheRuleCommand(rule));
    const template = { prefix: name, appliedFor: ["REPLICATION" as const] };
    await ecr.send(new ecrSdk.CreateRepositoryCreationTemplateCommand(template));
  }
  for (const imageTag of names) digests.push(await push(imageTag));
});
afterAll(async () => {
  ecr.destroy();
  ecrPublic.destroy();
  await server.close();
});

/** An image of a config alone, in the private and in the public repository. @returns its digest */
async function push(imageTag: string): Promise<string> {
  const config = Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", imageTag }));
  const digest = sha256(config);
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const configType = "application/vnd.oci.image.config.v1+json";
  const imageManifest = JSON.stringify({
    ...{ schemaVersion: 2, mediaType, layers: [] },
    config: { mediaType: configType, digest, size: config.length },
  });
  const part = { partFirstByte: 0, partLastByte: config.length - 1, layerPartBlob: config };
  const at = { repositoryName };
  const layerDigests = [digest];
  const { uploadId } = await ecr.send(new ecrSdk.InitiateLayerUploadCommand(at));
  await ecr.send(new ecrSdk.UploadLayerPartCommand({ ...at, uploadId, ...part }));
  await ecr.send(new ecrSdk.CompleteLayerUploadCommand({ ...at, uploadId, layerDigests }));
  await ecr.send(new ecrSdk.PutImageCommand({ ...at, imageManifest, imageTag }));
  const open = await ecrPublic.send(new publicSdk.InitiateLayerUploadCommand(at));
  const upload = { ...at, uploadId: open.uploadId };
  await ecrPublic.send(new publicSdk.UploadLayerPartCommand({ ...upload, ...part }));
  await ecrPublic.send(new publicSdk.CompleteLayerUploadCommand({ ...upload, layerDigests }));
  await ecrPublic.send(new publicSdk.PutImageCommand({ ...at, imageManifest, imageTag }));
  return sha256(imageManifest);
}

function sha256(content: Buffer | string): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

type Pages = AsyncIterable<object>;
interface Paged {
  readonly pages: () => Pages;
  /** Of the page: the member with its items; of each item: the member that names it. */
  readonly list: string;
  readonly named: string;
  readonly expected: () => readonly string[];
}

// Fresh each time: paginators write into their input.
const inRepository = () => ({ repositoryName });
const ofEcr = () => ({ client: ecr, pageSize: 1 });
const ofPublic = () => ({ client: ecrPublic, pageSize: 1 });
const paged: Readonly<Record<string, Paged>> = {
  "ecr DescribeRepositories": {
    pages: () => ecrSdk.paginateDescribeRepositories(ofEcr(), {}),
    ...{ list: "repositories", named: "repositoryName", expected: () => names },
  },
  "ecr ListImages": {
    pages: () => ecrSdk.paginateListImages(ofEcr(), inRepository()),
    ...{ list: "imageIds", named: "imageTag", expected: () => names },
  },
  "ecr DescribeImages": {
    pages: () => ecrSdk.paginateDescribeImages(ofEcr(), inRepository()),
    ...{ list: "imageDetails", named: "imageDigest", expected: () => digests },
  },
  "ecr DescribePullThroughCacheRules": {
    pages: () => ecrSdk.paginateDescribePullThroughCacheRules(ofEcr(), {}),
    ...{ list: "pullThroughCacheRules", named: "ecrRepositoryPrefix", expected: () => names },
  },
  "ecr DescribeRepositoryCreationTemplates": {
    pages: () => ecrSdk.paginateDescribeRepositoryCreationTemplates(ofEcr(), {}),
    ...{ list: "repositoryCreationTemplates", named: "prefix", expected: () => names },
  },
  "ecr-public DescribeRepositories": {
    pages: () => publicSdk.paginateDescribeRepositories(ofPublic(), {}),
    ...{ list: "repositories", named: "repositoryName", expected: () => names },
  },
  "ecr-public DescribeImages": {
    pages: () => publicSdk.paginateDescribeImages(ofPublic(), inRepository()),
    ...{ list: "imageDetails", named: "imageDigest", expected: () => digests },
  },
  "ecr-public DescribeImageTags": {
    pages: () => publicSdk.paginateDescribeImageTags(ofPublic(), inRepository()),
    ...{ list: "imageTagDetails", named: "imageTag", expected: () => names },
  },
  "ecr-public DescribeRegistries": {
    pages: () => publicSdk.paginateDescribeRegistries(ofPublic(), {}),
    ...{ list: "registries", named: "registryId", expected: () => [account] },
  },
};

it.each(Object.keys(paged))("%s", async (name) => {
  const { pages, list, named, expected } = paged[name] as Paged;
  const found: unknown[] = [];
  for await (const page of pages()) {
    const items = (page as Readonly<Record<string, object[] | undefined>>)[list] ?? [];
    expect(items.length).toBeLessThanOrEqual(1);
    found.push(...items.map((item) => (item as Readonly<Record<string, unknown>>)[named]));
    expect(found.length, "it comes to an end").toBeLessThanOrEqual(expected().length);
  }
  expect(found.toSorted()).toEqual(expected().toSorted());
});
