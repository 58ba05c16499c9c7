import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { describeRepositories } from "./describe-repositories.ts";
import { putImageTagMutability } from "./put-image-tag-mutability.ts";

describe("PutImageTagMutability", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    await registry.createRepository("team/app");
  });
  afterEach(() => registry.close());

  const filters = [{ filterType: "WILDCARD", filter: "release-*" }];

  it.each([
    ["MUTABLE", undefined],
    ["IMMUTABLE", undefined],
    ["IMMUTABLE_WITH_EXCLUSION", filters],
    ["MUTABLE_WITH_EXCLUSION", filters],
  ])("sets %s, and sets it again", async (imageTagMutability, exclusionFilters) => {
    const input = {
      repositoryName: "team/app",
      imageTagMutability,
      imageTagMutabilityExclusionFilters: exclusionFilters,
    };
    for (let time = 0; time < 2; time += 1) {
      const answer = await registry.ask(putImageTagMutability, input);
      expect(answer).toEqual({ registryId: "000000000000", ...input });
    }
    const { repositories } = await registry.ask(describeRepositories, {});
    expect(repositories?.[0]).toMatchObject({ imageTagMutability });
    expect(repositories?.[0]?.imageTagMutabilityExclusionFilters).toEqual(exclusionFilters);
  });

  function excluding(filter: string) {
    return {
      imageTagMutability: "MUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filterType: "WILDCARD", filter }],
    };
  }

  it.each([
    { imageTagMutability: "IMMUTABLE", imageTagMutabilityExclusionFilters: filters },
    { imageTagMutability: "MUTABLE_WITH_EXCLUSION" },
    { imageTagMutability: "MUTABLE_WITH_EXCLUSION", imageTagMutabilityExclusionFilters: [] },
    excluding("a/b"),
    excluding("*a*b*"),
    {},
  ])("refuses %j", async (more) => {
    const asked = registry.ask(putImageTagMutability, { repositoryName: "team/app", ...more });
    await expect(asked).rejects.toMatchObject({ kind: "InvalidParameter" });
  });
});
