import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { describeRepositories } from "./describe-repositories.ts";

describe("DescribeRepositories", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    for (const name of ["app/b", "app/a", "app/d", "app/c"]) await registry.createRepository(name);
  });
  afterEach(() => registry.close());

  it("pages through all repositories, each once, and ends without a token", async () => {
    const seen: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await registry.ask(describeRepositories, { maxResults: 2, nextToken });
      expect(page.repositories?.length).toBeLessThanOrEqual(2);
      for (const { repositoryName } of page.repositories ?? []) seen.push(repositoryName);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(seen).toEqual(["app/a", "app/b", "app/c", "app/d"]);
  });

  it("answers 100 at once unless asked for more or less", async () => {
    for (let number = 0; number < 100; number += 1) {
      await registry.createRepository(`more/${String(number).padStart(3, "0")}`);
    }
    const page = await registry.ask(describeRepositories, {});
    expect(page.repositories).toHaveLength(100);
    expect(page.nextToken).toBeDefined();
    const whole = await registry.ask(describeRepositories, { maxResults: 1000 });
    expect(whole.repositories).toHaveLength(104);
    expect(whole.nextToken).toBeUndefined();
  });

  it("answers all that are named, or none because of the first that is missing", async () => {
    const repositoryNames = ["app/c", "app/a", "app/c"];
    const { repositories } = await registry.ask(describeRepositories, { repositoryNames });
    expect(repositories?.map(({ repositoryName }) => repositoryName)).toEqual(["app/c", "app/a"]);
    const asked = registry.ask(describeRepositories, {
      repositoryNames: ["app/a", "no/x", "no/y"],
    });
    await expect(asked).rejects.toMatchObject({
      kind: "RepositoryNotFound",
      message:
        "The repository with name 'no/x' does not exist in the registry with id '000000000000'",
    });
  });

  it("takes no paging beside names", async () => {
    for (const paging of [{ maxResults: 1 }, { nextToken: "x" }]) {
      const asked = registry.ask(describeRepositories, { repositoryNames: ["app/a"], ...paging });
      await expect(asked).rejects.toMatchObject({ kind: "InvalidParameter" });
    }
  });

  it("refuses a page of more than 1000 in ECR's words", async () => {
    await expect(registry.ask(describeRepositories, { maxResults: 1001 })).rejects.toThrow(
      "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'",
    );
  });

  it("refuses a token that is garbage", async () => {
    for (const nextToken of ["", "x", "AAAA".repeat(40), "x".repeat(10_000)]) {
      const asked = registry.ask(describeRepositories, { nextToken });
      await expect(asked).rejects.toMatchObject({ kind: "InvalidParameter" });
    }
  });
});
