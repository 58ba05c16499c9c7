/**
 * The life of each resource that Terraform's provider for AWS has of ECR (`aws_ecr_*`,
 * `aws_ecrpublic_*`): by the requests that the provider makes, with what it sends, and read by what it
 * looks at. What is read has to be what was configured, each time, or each plan would want to change it;
 * and what is gone has to be told by the exception that the provider takes for that.
 */
import * as ecrSdk from "@aws-sdk/client-ecr";
import * as publicSdk from "@aws-sdk/client-ecr-public";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AwsServer, startAwsServer } from "../support/aws-server.ts";
import { account as registryId } from "../support/ecr.ts";

let server: AwsServer;
let ecr: ecrSdk.ECRClient;
let ecrPublic: publicSdk.ECRPUBLICClient;
const secrets: string[] = [];
beforeAll(async () => {
  server = await startAwsServer({ publicPort: 5051 });
  ecr = new ecrSdk.ECRClient(server.client());
  ecrPublic = new publicSdk.ECRPUBLICClient(server.client());
  const manager = new SecretsManagerClient(server.client());
  for (const each of ["one", "two"]) {
    const SecretString = JSON.stringify({ username: each, accessToken: "token" });
    const Name = `ecr-pullthroughcache/${each}`;
    const { ARN = "" } = await manager.send(new CreateSecretCommand({ Name, SecretString }));
    secrets.push(ARN);
  }
  const depends = { repositoryName: "depends" };
  await ecr.send(new ecrSdk.CreateRepositoryCommand(depends));
  await ecrPublic.send(new publicSdk.CreateRepositoryCommand(depends));
});
afterAll(async () => {
  ecr.destroy();
  ecrPublic.destroy();
  await server.close();
});

/** What the configuration says of a resource, member by member. */
type Attributes = Readonly<Record<string, unknown>>;

interface ResourceType {
  readonly name: string;
  /** As it is made, and as it is changed then. */
  readonly configured: () => readonly [Attributes, Attributes];
  readonly create: (wanted: never) => Promise<unknown>;
  /** What is there, in the members of the configuration; `undefined` where that alone says it is gone. */
  readonly read: () => Promise<Attributes | undefined>;
  readonly update: (wanted: never, before: never) => Promise<unknown>;
  /** Absent for what can not be deleted: Terraform forgets it. */
  readonly remove?: () => Promise<unknown>;
  /** What reading it says once it is gone; absent where it is read as nothing. */
  readonly notFound?: string;
}

const repositoryName = "tf/app";
const inRepository = { repositoryName: "depends" };
const statement = (action: string, more: object = {}) => ({
  Version: "2012-10-17",
  Statement: [
    {
      ...{ Sid: "pull", Effect: "Allow", Action: [action] },
      ...{ Principal: { AWS: `arn:aws:iam::${registryId}:root` }, ...more },
    },
  ],
});
const parsed = (text: string | undefined) => JSON.parse(text ?? "null") as unknown;
const text = (document: unknown) => JSON.stringify(document);
const tagList = (tags: Record<string, string>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const tagMap = (tags: readonly { Key?: string | undefined; Value?: string | undefined }[] = []) =>
  Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

interface RepositoryState {
  readonly imageTagMutability: ecrSdk.ImageTagMutability;
  readonly imageTagMutabilityExclusionFilters?: ecrSdk.ImageTagMutabilityExclusionFilter[];
  readonly imageScanningConfiguration: ecrSdk.ImageScanningConfiguration;
  readonly encryptionConfiguration: ecrSdk.EncryptionConfiguration;
  readonly tags: Record<string, string>;
}

const repository: ResourceType = {
  name: "aws_ecr_repository",
  configured: () => [
    {
      ...{ imageTagMutability: "MUTABLE", imageScanningConfiguration: { scanOnPush: true } },
      ...{ encryptionConfiguration: { encryptionType: "AES256" }, tags: { team: "a", old: "1" } },
    },
    {
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filter: "dev-*", filterType: "WILDCARD" }],
      imageScanningConfiguration: { scanOnPush: false },
      ...{ encryptionConfiguration: { encryptionType: "AES256" }, tags: { team: "b" } },
    },
  ],
  create: ({ tags, ...wanted }: RepositoryState) =>
    ecr.send(
      new ecrSdk.CreateRepositoryCommand({ repositoryName, ...wanted, tags: tagList(tags) }),
    ),
  async read() {
    const names = { repositoryNames: [repositoryName] };
    const { repositories } = await ecr.send(new ecrSdk.DescribeRepositoriesCommand(names));
    const [found] = repositories ?? [];
    const { repositoryArn: resourceArn, createdAt, repositoryUri, ...rest } = found ?? {};
    expect(repositoryUri).toContain(`/${repositoryName}`);
    expect(createdAt).toBeInstanceOf(Date);
    expect(rest).toMatchObject({ registryId, repositoryName });
    const listed = await ecr.send(new ecrSdk.ListTagsForResourceCommand({ resourceArn }));
    const { registryId: _id, repositoryName: _name, ...attributes } = rest;
    return { ...attributes, tags: tagMap(listed.tags) };
  },
  async update(wanted: RepositoryState, before: RepositoryState) {
    const named = { registryId, repositoryName };
    const { imageTagMutability, imageTagMutabilityExclusionFilters } = wanted;
    const mutability = { imageTagMutability, imageTagMutabilityExclusionFilters };
    await ecr.send(new ecrSdk.PutImageTagMutabilityCommand({ ...named, ...mutability }));
    const { imageScanningConfiguration } = wanted;
    const scanning = { ...named, imageScanningConfiguration };
    await ecr.send(new ecrSdk.PutImageScanningConfigurationCommand(scanning));
    const resourceArn = `arn:aws:ecr:us-east-1:${registryId}:repository/${repositoryName}`;
    const tagKeys = Object.keys(before.tags).filter((key) => !(key in wanted.tags));
    if (tagKeys.length > 0) {
      await ecr.send(new ecrSdk.UntagResourceCommand({ resourceArn, tagKeys }));
    }
    await ecr.send(new ecrSdk.TagResourceCommand({ resourceArn, tags: tagList(wanted.tags) }));
  },
  remove: () =>
    ecr.send(new ecrSdk.DeleteRepositoryCommand({ registryId, repositoryName, force: true })),
  notFound: "RepositoryNotFoundException",
};

const setPolicy = (policy: unknown) =>
  ecr.send(new ecrSdk.SetRepositoryPolicyCommand({ ...inRepository, policyText: text(policy) }));
const repositoryPolicy: ResourceType = {
  name: "aws_ecr_repository_policy",
  configured: () => [
    { policy: statement("ecr:BatchGetImage") },
    { policy: statement("ecr:GetDownloadUrlForLayer") },
  ],
  create: ({ policy }: Attributes) => setPolicy(policy),
  async read() {
    const found = await ecr.send(new ecrSdk.GetRepositoryPolicyCommand(inRepository));
    expect(found).toMatchObject({ registryId, ...inRepository });
    return { policy: parsed(found.policyText) };
  },
  update: ({ policy }: Attributes) => setPolicy(policy),
  remove: () => ecr.send(new ecrSdk.DeleteRepositoryPolicyCommand({ registryId, ...inRepository })),
  notFound: "RepositoryPolicyNotFoundException",
};

const expiry = (countNumber: number) => ({
  rules: [
    {
      ...{ rulePriority: 1, description: "few", action: { type: "expire" } },
      selection: { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber },
    },
  ],
});
const putLifecycle = (policy: unknown) =>
  ecr.send(
    new ecrSdk.PutLifecyclePolicyCommand({ ...inRepository, lifecyclePolicyText: text(policy) }),
  );
const lifecyclePolicy: ResourceType = {
  name: "aws_ecr_lifecycle_policy",
  configured: () => [{ policy: expiry(10) }, { policy: expiry(20) }],
  create: ({ policy }: Attributes) => putLifecycle(policy),
  async read() {
    const found = await ecr.send(new ecrSdk.GetLifecyclePolicyCommand(inRepository));
    expect(found).toMatchObject({ registryId, ...inRepository });
    return { policy: parsed(found.lifecyclePolicyText) };
  },
  update: ({ policy }: Attributes) => putLifecycle(policy),
  remove: () => ecr.send(new ecrSdk.DeleteLifecyclePolicyCommand({ registryId, ...inRepository })),
  notFound: "LifecyclePolicyNotFoundException",
};

const putRegistryPolicy = (policy: unknown) =>
  ecr.send(new ecrSdk.PutRegistryPolicyCommand({ policyText: text(policy) }));
const ofCopies = { Resource: [`arn:aws:ecr:us-east-1:${registryId}:repository/*`] };
const registryPolicy: ResourceType = {
  name: "aws_ecr_registry_policy",
  configured: () => [
    { policy: statement("ecr:ReplicateImage", ofCopies) },
    { policy: statement("ecr:CreateRepository", ofCopies) },
  ],
  create: ({ policy }: Attributes) => putRegistryPolicy(policy),
  async read() {
    const found = await ecr.send(new ecrSdk.GetRegistryPolicyCommand({}));
    expect(found.registryId).toBe(registryId);
    return { policy: parsed(found.policyText) };
  },
  update: ({ policy }: Attributes) => putRegistryPolicy(policy),
  remove: () => ecr.send(new ecrSdk.DeleteRegistryPolicyCommand({})),
  notFound: "RegistryPolicyNotFoundException",
};

type ScanningState = ecrSdk.RegistryScanningConfiguration;
const putScanning = ({ scanType, rules }: ScanningState) =>
  ecr.send(new ecrSdk.PutRegistryScanningConfigurationCommand({ scanType, rules }));
const wildcards = (...filters: string[]) =>
  filters.map((filter) => ({ filter, filterType: "WILDCARD" as const }));
const scanningConfiguration: ResourceType = {
  name: "aws_ecr_registry_scanning_configuration",
  configured: () => [
    {
      scanType: "BASIC",
      rules: [{ scanFrequency: "SCAN_ON_PUSH", repositoryFilters: wildcards("tf*") }],
    },
    {
      scanType: "ENHANCED",
      rules: [
        { scanFrequency: "CONTINUOUS_SCAN", repositoryFilters: wildcards("live*") },
        { scanFrequency: "SCAN_ON_PUSH", repositoryFilters: wildcards("*") },
      ],
    },
  ],
  create: putScanning,
  async read() {
    const found = await ecr.send(new ecrSdk.GetRegistryScanningConfigurationCommand({}));
    const { scanType, rules = [] } = found.scanningConfiguration ?? {};
    // Rules are a set to Terraform.
    const sorted = rules.toSorted((one, other) =>
      text(one.scanFrequency) < text(other.scanFrequency) ? -1 : 1,
    );
    const isGone = scanType === "BASIC" && rules.length === 0;
    return isGone ? undefined : { scanType, rules: sorted };
  },
  update: putScanning,
  // As the provider deletes it.
  remove: () => putScanning({ scanType: "BASIC", rules: [] }),
};

const putReplication = ({ rules }: ecrSdk.ReplicationConfiguration) =>
  ecr.send(new ecrSdk.PutReplicationConfigurationCommand({ replicationConfiguration: { rules } }));
const destinations = [{ region: "eu-west-1", registryId }];
const replicationConfiguration: ResourceType = {
  name: "aws_ecr_replication_configuration",
  configured: () => [
    { rules: [{ destinations }] },
    {
      rules: [
        { destinations, repositoryFilters: [{ filter: "prod", filterType: "PREFIX_MATCH" }] },
      ],
    },
  ],
  create: putReplication,
  async read() {
    const { replicationConfiguration: found } = await ecr.send(
      new ecrSdk.DescribeRegistryCommand({}),
    );
    return found?.rules?.length === 0 ? undefined : { ...found };
  },
  update: putReplication,
  remove: () => putReplication({ rules: [] }),
};

const ofCache = { ecrRepositoryPrefix: "tf-hub" };
const cacheRule: ResourceType = {
  name: "aws_ecr_pull_through_cache_rule",
  configured: () => {
    const upstream = { upstreamRegistryUrl: "registry-1.docker.io" };
    const upstreamRepositoryPrefix = "ROOT";
    return [
      { ...upstream, upstreamRepositoryPrefix, credentialArn: secrets[0] },
      { ...upstream, upstreamRepositoryPrefix, credentialArn: secrets[1] },
    ];
  },
  create: (wanted: ecrSdk.CreatePullThroughCacheRuleRequest) =>
    ecr.send(new ecrSdk.CreatePullThroughCacheRuleCommand({ ...wanted, ...ofCache })),
  async read() {
    const ecrRepositoryPrefixes = [ofCache.ecrRepositoryPrefix];
    const input = { ecrRepositoryPrefixes };
    const found = await ecr.send(new ecrSdk.DescribePullThroughCacheRulesCommand(input));
    const [rule] = found.pullThroughCacheRules ?? [];
    expect(rule).toMatchObject({ ...ofCache, registryId });
    const { upstreamRegistryUrl, upstreamRepositoryPrefix, credentialArn } = rule ?? {};
    return { upstreamRegistryUrl, upstreamRepositoryPrefix, credentialArn };
  },
  update: ({ credentialArn }: ecrSdk.UpdatePullThroughCacheRuleRequest) =>
    ecr.send(
      new ecrSdk.UpdatePullThroughCacheRuleCommand({ ...ofCache, registryId, credentialArn }),
    ),
  remove: () => ecr.send(new ecrSdk.DeletePullThroughCacheRuleCommand({ ...ofCache, registryId })),
  notFound: "PullThroughCacheRuleNotFoundException",
};

const template: ResourceType = {
  name: "aws_ecr_repository_creation_template",
  configured: () => [
    {
      ...{ description: "of the team", imageTagMutability: "MUTABLE" },
      appliedFor: ["PULL_THROUGH_CACHE"],
      encryptionConfiguration: { encryptionType: "AES256" },
      repositoryPolicy: statement("ecr:BatchGetImage"),
      lifecyclePolicy: expiry(10),
      customRoleArn: `arn:aws:iam::${registryId}:role/templates`,
      resourceTags: [{ Key: "team", Value: "a" }],
    },
    {
      ...{ description: "of another team", imageTagMutability: "IMMUTABLE" },
      appliedFor: ["PULL_THROUGH_CACHE", "REPLICATION"],
      encryptionConfiguration: { encryptionType: "AES256" },
      repositoryPolicy: statement("ecr:GetDownloadUrlForLayer"),
      lifecyclePolicy: expiry(20),
      customRoleArn: `arn:aws:iam::${registryId}:role/others`,
      resourceTags: [{ Key: "team", Value: "b" }],
    },
  ],
  create: (wanted: Attributes) =>
    ecr.send(new ecrSdk.CreateRepositoryCreationTemplateCommand(templateInput(wanted))),
  async read() {
    const input = { prefixes: ["tf-made"] };
    const found = await ecr.send(new ecrSdk.DescribeRepositoryCreationTemplatesCommand(input));
    expect(found.registryId).toBe(registryId);
    const [made] = found.repositoryCreationTemplates ?? [];
    // As the provider finds that it is gone: ECR lists nothing.
    if (made === undefined) return undefined;
    const { prefix, createdAt, updatedAt, repositoryPolicy: policy, ...rest } = made;
    expect(prefix).toBe("tf-made");
    for (const at of [createdAt, updatedAt]) expect(at).toBeInstanceOf(Date);
    const { lifecyclePolicy: lifecycle, ...attributes } = rest;
    return {
      ...{ ...attributes, repositoryPolicy: parsed(policy), lifecyclePolicy: parsed(lifecycle) },
      appliedFor: [...(made.appliedFor ?? [])].toSorted(),
    };
  },
  update: (wanted: Attributes) =>
    ecr.send(new ecrSdk.UpdateRepositoryCreationTemplateCommand(templateInput(wanted))),
  remove: () => ecr.send(new ecrSdk.DeleteRepositoryCreationTemplateCommand({ prefix: "tf-made" })),
};

function templateInput(wanted: Attributes) {
  const { repositoryPolicy: policy, lifecyclePolicy: lifecycle, ...rest } = wanted;
  const documents = { repositoryPolicy: text(policy), lifecyclePolicy: text(lifecycle) };
  return { ...rest, ...documents, prefix: "tf-made" } as never;
}

const accountSetting: ResourceType = {
  name: "aws_ecr_account_setting",
  configured: () => [{ value: "ENABLED" }, { value: "DISABLED" }],
  create: (wanted: { value: string }) => putSetting(wanted),
  async read() {
    const found = await ecr.send(new ecrSdk.GetAccountSettingCommand({ name: "BLOB_MOUNTING" }));
    expect(found.name).toBe("BLOB_MOUNTING");
    return { value: found.value };
  },
  update: (wanted: { value: string }) => putSetting(wanted),
};
const putSetting = ({ value }: { value: string }) =>
  ecr.send(new ecrSdk.PutAccountSettingCommand({ name: "BLOB_MOUNTING", value }));

interface PublicState {
  readonly catalogData: publicSdk.RepositoryCatalogDataInput;
  readonly tags: Record<string, string>;
}
const publicRepository: ResourceType = {
  name: "aws_ecrpublic_repository",
  configured: () => [
    {
      catalogData: {
        ...{ description: "short", aboutText: "about", usageText: "usage" },
        ...{ architectures: ["ARM"], operatingSystems: ["Linux"] },
      },
      tags: { team: "a" },
    },
    {
      catalogData: {
        ...{ description: "other", aboutText: "more about", usageText: "more usage" },
        ...{ architectures: ["ARM", "x86-64"], operatingSystems: ["Linux"] },
      },
      tags: { team: "b" },
    },
  ],
  create: ({ catalogData, tags }: PublicState) =>
    ecrPublic.send(
      new publicSdk.CreateRepositoryCommand({ repositoryName, catalogData, tags: tagList(tags) }),
    ),
  async read() {
    const names = { repositoryNames: [repositoryName] };
    const found = await ecrPublic.send(new publicSdk.DescribeRepositoriesCommand(names));
    const [made] = found.repositories ?? [];
    expect(made).toMatchObject({ registryId, repositoryName });
    const of = { registryId, repositoryName };
    const { catalogData } = await ecrPublic.send(new publicSdk.GetRepositoryCatalogDataCommand(of));
    const listed = await ecrPublic.send(
      new publicSdk.ListTagsForResourceCommand({ resourceArn: made?.repositoryArn }),
    );
    const { description, aboutText, usageText, architectures, operatingSystems } =
      catalogData ?? {};
    const texts = { description, aboutText, usageText };
    const lists = { architectures, operatingSystems };
    return { catalogData: { ...texts, ...lists }, tags: tagMap(listed.tags) };
  },
  async update({ catalogData, tags }: PublicState) {
    const of = { registryId, repositoryName, catalogData };
    await ecrPublic.send(new publicSdk.PutRepositoryCatalogDataCommand(of));
    const resourceArn = `arn:aws:ecr-public::${registryId}:repository/${repositoryName}`;
    await ecrPublic.send(new publicSdk.TagResourceCommand({ resourceArn, tags: tagList(tags) }));
  },
  remove: () =>
    ecrPublic.send(
      new publicSdk.DeleteRepositoryCommand({ registryId, repositoryName, force: true }),
    ),
  notFound: "RepositoryNotFoundException",
};

const setPublicPolicy = (policy: unknown) =>
  ecrPublic.send(
    new publicSdk.SetRepositoryPolicyCommand({ ...inRepository, policyText: text(policy) }),
  );
const publicPolicy: ResourceType = {
  name: "aws_ecrpublic_repository_policy",
  configured: () => [
    { policy: statement("ecr-public:PutImage") },
    { policy: statement("ecr-public:DescribeImages") },
  ],
  create: ({ policy }: Attributes) => setPublicPolicy(policy),
  async read() {
    const found = await ecrPublic.send(new publicSdk.GetRepositoryPolicyCommand(inRepository));
    expect(found).toMatchObject({ registryId, ...inRepository });
    return { policy: parsed(found.policyText) };
  },
  update: ({ policy }: Attributes) => setPublicPolicy(policy),
  remove: () =>
    ecrPublic.send(new publicSdk.DeleteRepositoryPolicyCommand({ registryId, ...inRepository })),
  notFound: "RepositoryPolicyNotFoundException",
};

const resources = [
  ...[repository, repositoryPolicy, lifecyclePolicy, registryPolicy, scanningConfiguration],
  ...[replicationConfiguration, cacheRule, template, accountSetting],
  ...[publicRepository, publicPolicy],
];

describe.each(resources)("$name", (resource) => {
  it("is read as it was configured, after it was made and after it was changed, and then is gone", async () => {
    const { create, read, update, remove, notFound } = resource;
    const [made, changed] = resource.configured() as [never, never];
    await create(made);
    expect(await read()).toEqual(made);
    expect(await read(), "there is no difference").toEqual(made);
    await update(changed, made);
    expect(await read()).toEqual(changed);
    // Applied again, as when a run was cut off.
    await update(changed, changed);
    expect(await read(), "there is no difference").toEqual(changed);
    if (remove === undefined) return;
    await remove();
    if (notFound === undefined) expect(await read()).toBeUndefined();
    else await expect(read()).rejects.toMatchObject({ name: notFound });
    // Made anew, it is as the first time.
    await create(made);
    expect(await read()).toEqual(made);
    await remove();
    if (notFound !== undefined) await expect(remove()).rejects.toMatchObject({ name: notFound });
  });
});
