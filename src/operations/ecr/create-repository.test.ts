import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { createRepository } from "./create-repository.ts";
import { describeRepositories } from "./describe-repositories.ts";
import { listTagsForResource } from "./list-tags-for-resource.ts";

describe("CreateRepository", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
  });
  afterEach(() => registry.close());

  it("echoes everything that SDKs and Terraform rely on, with ECR's defaults", async () => {
    registry.clock.set(1_700_000_000_123);
    const answer = await registry.ask(createRepository, { repositoryName: "team/app" });
    expect(answer).toEqual({
      repository: {
        repositoryArn: "arn:aws:ecr:us-east-1:000000000000:repository/team/app",
        registryId: "000000000000",
        repositoryName: "team/app",
        repositoryUri: "localhost:5050/team/app",
        createdAt: 1_700_000_000.123,
        imageTagMutability: "MUTABLE",
        imageScanningConfiguration: { scanOnPush: false },
        encryptionConfiguration: { encryptionType: "AES256" },
      },
    });
    const described = await registry.ask(describeRepositories, { repositoryNames: ["team/app"] });
    expect(described).toEqual({ repositories: [answer.repository] });
  });

  it("keeps scanOnPush, mutability with its filters, and resource tags", async () => {
    const { repository } = await registry.ask(createRepository, {
      registryId: "000000000000",
      repositoryName: "team/app",
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filterType: "WILDCARD", filter: "dev-*" }],
      imageScanningConfiguration: { scanOnPush: true },
      tags: [{ Key: "team", Value: "a b" }],
    });
    expect(repository).toMatchObject({
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filterType: "WILDCARD", filter: "dev-*" }],
      imageScanningConfiguration: { scanOnPush: true },
    });
    const resourceArn = repository?.repositoryArn;
    expect(await registry.ask(listTagsForResource, { resourceArn })).toEqual({
      tags: [{ Key: "team", Value: "a b" }],
    });
  });

  it("is not idempotent", async () => {
    await registry.createRepository("team/app");
    await expect(registry.createRepository("team/app")).rejects.toMatchObject({
      kind: "RepositoryAlreadyExists",
      message:
        "The repository with name 'team/app' already exists in the registry with id '000000000000'",
    });
  });

  it("refuses a KMS key for what the service's own key is to seal", async () => {
    const encryptionConfiguration = { encryptionType: "AES256", kmsKey: "alias/mine" };
    const input = { repositoryName: "team/app", encryptionConfiguration };
    await expect(registry.ask(createRepository, input)).rejects.toMatchObject({
      kind: "InvalidParameter",
    });
    expect(await registry.ask(describeRepositories, {})).toEqual({ repositories: [] });
  });

  it.each([
    [{ repositoryName: "Team/App" }, "repositoryName", "must satisfy regular expression '[a-z0-9]"],
    [
      { repositoryName: "a" },
      "repositoryName",
      "Member must have length greater than or equal to 2",
    ],
    [{}, "repositoryName", "Member must not be null"],
    [
      { repositoryName: "team/app", imageTagMutability: "SOLID" },
      "imageTagMutability",
      "Member must satisfy enum value set: [MUTABLE, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE_WITH_EXCLUSION]",
    ],
    [
      { repositoryName: "team/app", imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" },
      "imageTagMutabilityExclusionFilters",
      "ImageTagMutabilityExclusionFilters can't be null when imageTagMutability is set as IMMUTABLE_WITH_EXCLUSION",
    ],
    [
      { repositoryName: "team/app", registryId: "12" },
      "registryId",
      "must satisfy regular expression '[0-9]{12}'",
    ],
    [
      { repositoryName: "team/app", encryptionConfiguration: {} },
      "encryptionConfiguration.encryptionType",
      "Member must not be null",
    ],
  ])("refuses %j in ECR's words", async (input, parameter, constraint) => {
    const asked = registry.ask(createRepository, input);
    await expect(asked).rejects.toMatchObject({ kind: "InvalidParameter" });
    await expect(asked).rejects.toThrow(
      `Invalid parameter at '${parameter}' failed to satisfy constraint: '${constraint}`,
    );
  });

  it("takes null for absent and ignores members that it does not know", async () => {
    const input = { repositoryName: "team/app", registryId: null, tags: null, surprise: [1] };
    const { repository } = await registry.ask(createRepository, input);
    expect(repository?.registryId).toBe("000000000000");
  });
});
