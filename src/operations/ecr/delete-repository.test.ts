import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { deleteRepository } from "./delete-repository.ts";
import { describeRepositories } from "./describe-repositories.ts";

describe("DeleteRepository", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    await registry.createRepository("team/app");
  });
  afterEach(() => registry.close());

  it("removes an empty repository and shows it a last time", async () => {
    const { repository } = await registry.ask(deleteRepository, { repositoryName: "team/app" });
    expect(repository?.repositoryName).toBe("team/app");
    expect(await registry.ask(describeRepositories, {})).toEqual({ repositories: [] });
  });

  it("removes images only by force", async () => {
    await registry.pushImage("team/app", "one");
    const asked = registry.ask(deleteRepository, { repositoryName: "team/app" });
    await expect(asked).rejects.toMatchObject({
      kind: "RepositoryNotEmpty",
      message:
        "The repository with name 'team/app' in registry with id '000000000000' cannot be deleted because it still contains images",
    });
    await registry.ask(deleteRepository, { repositoryName: "team/app", force: true });
    expect(await registry.ask(describeRepositories, {})).toEqual({ repositories: [] });
  });

  it("finds no repository the second time", async () => {
    await registry.ask(deleteRepository, { repositoryName: "team/app" });
    const asked = registry.ask(deleteRepository, { repositoryName: "team/app" });
    await expect(asked).rejects.toMatchObject({ kind: "RepositoryNotFound" });
  });
});
