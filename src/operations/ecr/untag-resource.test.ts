import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { listTagsForResource } from "./list-tags-for-resource.ts";
import { tagResource } from "./tag-resource.ts";
import { untagResource } from "./untag-resource.ts";

describe("UntagResource", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    await registry.createRepository("team/app");
  });
  afterEach(() => registry.close());

  const resourceArn = "arn:aws:ecr:us-east-1:000000000000:repository/team/app";

  it("removes tags by key and ignores keys that are not there", async () => {
    const tags = [
      { Key: "a", Value: "1" },
      { Key: "b", Value: "2" },
    ];
    await registry.ask(tagResource, { resourceArn, tags });
    expect(await registry.ask(untagResource, { resourceArn, tagKeys: ["a", "z"] })).toEqual({});
    expect(await registry.ask(listTagsForResource, { resourceArn })).toEqual({ tags: [tags[1]] });
  });
});
