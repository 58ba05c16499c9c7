import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { listTagsForResource } from "./list-tags-for-resource.ts";

describe("ListTagsForResource", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    await registry.createRepository("team/app");
  });
  afterEach(() => registry.close());

  it("is an empty list where there are none", async () => {
    const resourceArn = "arn:aws:ecr:us-east-1:000000000000:repository/team/app";
    expect(await registry.ask(listTagsForResource, { resourceArn })).toEqual({ tags: [] });
  });

  it("finds no tags of a repository that is not there", async () => {
    const resourceArn = "arn:aws:ecr:us-east-1:000000000000:repository/no/app";
    const asked = registry.ask(listTagsForResource, { resourceArn });
    await expect(asked).rejects.toMatchObject({ kind: "RepositoryNotFound" });
  });
});
