/**
 * What Terraform's provider for AWS reads where a configuration says little, or says no more what it said
 * before. What ECR would not tell, or what stays though it was taken out, is a change in each plan.
 */
import * as ecrSdk from "@aws-sdk/client-ecr";
import * as publicSdk from "@aws-sdk/client-ecr-public";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Region } from "../../src/registry/names.ts";
import { putProfile } from "../../src/registry/signing/profiles.ts";
import { type AwsServer, startAwsServer } from "../support/aws-server.ts";
import { account, account as registryId } from "../support/ecr.ts";

let server: AwsServer;
let ecr: ecrSdk.ECRClient;
let ecrPublic: publicSdk.ECRPUBLICClient;
let secrets: SecretsManagerClient;
beforeAll(async () => {
  server = await startAwsServer({ publicPort: 5051 });
  ecr = new ecrSdk.ECRClient(server.client());
  ecrPublic = new publicSdk.ECRPUBLICClient(server.client());
  secrets = new SecretsManagerClient(server.client());
});
afterAll(async () => {
  for (const client of [ecr, ecrPublic, secrets]) client.destroy();
  await server.close();
});

describe("aws_ecr_pull_through_cache_rule", () => {
  const describeRule = async (ecrRepositoryPrefix: string) => {
    const input = { ecrRepositoryPrefixes: [ecrRepositoryPrefix] };
    const told = await ecr.send(new ecrSdk.DescribePullThroughCacheRulesCommand(input));
    return told.pullThroughCacheRules?.[0];
  };

  // The provider replaces a rule whose upstream prefix is told and not configured.
  it("is told no upstream prefix but one that was given", async () => {
    const upstreamRegistryUrl = "public.ecr.aws";
    const rule = { ecrRepositoryPrefix: "tf-short", upstreamRegistryUrl };
    const made = await ecr.send(new ecrSdk.CreatePullThroughCacheRuleCommand(rule));
    expect(made).toMatchObject({ ...rule, registryId });
    expect(made.upstreamRepositoryPrefix).toBeUndefined();
    expect(await describeRule("tf-short")).not.toHaveProperty("upstreamRepositoryPrefix");
    const upstreamRepositoryPrefix = "ROOT";
    const said = { ecrRepositoryPrefix: "tf-said", upstreamRegistryUrl, upstreamRepositoryPrefix };
    await ecr.send(new ecrSdk.CreatePullThroughCacheRuleCommand(said));
    expect(await describeRule("tf-said")).toMatchObject(said);
  });

  it("is made while its secret awaits its value", async () => {
    const secret = new CreateSecretCommand({ Name: "ecr-pullthroughcache/tf-later" });
    const { ARN: credentialArn } = await secrets.send(secret);
    const rule = { ecrRepositoryPrefix: "tf-later", upstreamRegistryUrl: "registry-1.docker.io" };
    await ecr.send(new ecrSdk.CreatePullThroughCacheRuleCommand({ ...rule, credentialArn }));
    expect(await describeRule("tf-later")).toMatchObject({ ...rule, credentialArn });
    const validate = new ecrSdk.ValidatePullThroughCacheRuleCommand({
      ecrRepositoryPrefix: "tf-later",
    });
    expect(await ecr.send(validate)).toMatchObject({
      isValid: false,
      failure: expect.stringContaining("was not found"),
    });
    const SecretString = "no JSON, and not looked at before it is used";
    await secrets.send(new PutSecretValueCommand({ SecretId: credentialArn, SecretString }));
    const update = { ecrRepositoryPrefix: "tf-later", credentialArn };
    await ecr.send(new ecrSdk.UpdatePullThroughCacheRuleCommand(update));
    expect(await describeRule("tf-later")).toMatchObject({ ...rule, credentialArn });
  });
});

describe("aws_ecr_repository_creation_template", () => {
  it("loses what is taken out of the configuration", async () => {
    const prefix = "tf-less";
    const policy = {
      Version: "2008-10-17",
      Statement: [{ Sid: prefix, Effect: "Allow", Principal: "*", Action: "ecr:ListImages" }],
    };
    const selection = { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber: 1 };
    const lifecycle = {
      rules: [{ rulePriority: 1, selection, action: { type: "expire" }, description: "" }],
    };
    const create = new ecrSdk.CreateRepositoryCreationTemplateCommand({
      ...{ prefix, appliedFor: ["REPLICATION"], description: "of the team" },
      customRoleArn: `arn:aws:iam::${account}:role/templates`,
      repositoryPolicy: JSON.stringify(policy),
      lifecyclePolicy: JSON.stringify(lifecycle),
      resourceTags: [{ Key: "team", Value: "a" }],
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filter: "dev-*", filterType: "WILDCARD" }],
    });
    await ecr.send(create);
    const update = new ecrSdk.UpdateRepositoryCreationTemplateCommand({
      ...{ prefix, description: "", customRoleArn: "", repositoryPolicy: "", lifecyclePolicy: "" },
      ...{ resourceTags: [], imageTagMutability: "MUTABLE" },
    });
    await ecr.send(update);
    const input = { prefixes: [prefix] };
    const told = await ecr.send(new ecrSdk.DescribeRepositoryCreationTemplatesCommand(input));
    const [{ createdAt: _made, updatedAt: _changed, ...left } = {}] =
      told.repositoryCreationTemplates ?? [];
    expect({ ...left, description: left.description ?? "" }).toEqual({
      ...{ prefix, appliedFor: ["REPLICATION"], description: "", resourceTags: [] },
      ...{ encryptionConfiguration: { encryptionType: "AES256" }, imageTagMutability: "MUTABLE" },
    });
  });
});

describe("aws_ecr_signing_configuration", () => {
  const get = () => ecr.send(new ecrSdk.GetSigningConfigurationCommand({}));

  it("is read as it was configured, and is gone by the exception that the provider takes for that", async () => {
    const home = { account, region: "us-east-1" as Region };
    const validity = { type: "MONTHS", value: 12 } as const;
    await putProfile(server.ports, { registry: home, name: "release", validity, tags: {} });
    const signingProfileArn = `arn:aws:signer:us-east-1:${account}:/signing-profiles/release`;
    const filters = [{ filter: "prod/*", filterType: "WILDCARD_MATCH" as const }];
    for (const repositoryFilters of [filters, undefined]) {
      const rules = [{ signingProfileArn, ...(repositoryFilters && { repositoryFilters }) }];
      const signingConfiguration = { rules };
      await ecr.send(new ecrSdk.PutSigningConfigurationCommand({ signingConfiguration }));
      expect(await get()).toMatchObject({ registryId, signingConfiguration });
    }
    await ecr.send(new ecrSdk.DeleteSigningConfigurationCommand({}));
    const gone = { name: "SigningConfigurationNotFoundException" };
    await expect(get()).rejects.toMatchObject(gone);
    const again = ecr.send(new ecrSdk.DeleteSigningConfigurationCommand({}));
    await expect(again).rejects.toMatchObject(gone);
  });
});

describe("aws_ecr_pull_time_update_exclusion", () => {
  it("is found in the list, and is gone by the exception that the provider takes for that", async () => {
    const input = { principalArn: `arn:aws:iam::${account}:role/scanner` };
    const list = async () => {
      const told = await ecr.send(new ecrSdk.ListPullTimeUpdateExclusionsCommand({}));
      return told.pullTimeUpdateExclusions;
    };
    await ecr.send(new ecrSdk.RegisterPullTimeUpdateExclusionCommand(input));
    expect(await list()).toEqual([input.principalArn]);
    await ecr.send(new ecrSdk.DeregisterPullTimeUpdateExclusionCommand(input));
    expect(await list()).toEqual([]);
    await expect(
      ecr.send(new ecrSdk.DeregisterPullTimeUpdateExclusionCommand(input)),
    ).rejects.toMatchObject({ name: "ExclusionNotFoundException" });
  });
});

describe("aws_ecrpublic_repository", () => {
  // The provider reads the catalog data of every repository, and takes each exception for a failure.
  it("has catalog data, though nothing was said of it", async () => {
    const repositoryName = "tf/silent";
    await ecrPublic.send(new publicSdk.CreateRepositoryCommand({ repositoryName }));
    const input = { registryId, repositoryName };
    const told = await ecrPublic.send(new publicSdk.GetRepositoryCatalogDataCommand(input));
    expect(told.catalogData).toEqual({ architectures: [], operatingSystems: [] });
  });

  it("takes a tag without a value, as the model has it", async () => {
    const repositoryName = "tf/tagged";
    const tags = [{ Key: "team" }];
    const create = new publicSdk.CreateRepositoryCommand({ repositoryName, tags });
    const { repository } = await ecrPublic.send(create);
    const resourceArn = repository?.repositoryArn;
    await ecrPublic.send(new publicSdk.TagResourceCommand({ resourceArn, tags: [{ Key: "b" }] }));
    const list = new publicSdk.ListTagsForResourceCommand({ resourceArn });
    expect((await ecrPublic.send(list)).tags).toEqual([
      { Key: "b", Value: "" },
      { Key: "team", Value: "" },
    ]);
  });
});
