import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { listTagsForResource } from "./list-tags-for-resource.ts";
import { tagResource } from "./tag-resource.ts";

describe("TagResource", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    await registry.createRepository("team/app");
  });
  afterEach(() => registry.close());

  const resourceArn = "arn:aws:ecr:us-east-1:000000000000:repository/team/app";

  it("sets tags by key and leaves the others", async () => {
    const first = [
      { Key: "a", Value: "1" },
      { Key: "b", Value: "" },
    ];
    expect(await registry.ask(tagResource, { resourceArn, tags: first })).toEqual({});
    await registry.ask(tagResource, { resourceArn, tags: [{ Key: "a", Value: "2" }] });
    expect(await registry.ask(listTagsForResource, { resourceArn })).toEqual({
      tags: [
        { Key: "a", Value: "2" },
        { Key: "b", Value: "" },
      ],
    });
  });

  it("refuses more than 50 tags and keys of AWS's own", async () => {
    const tags = Array.from({ length: 51 }, (_, index) => ({ Key: `key-${index}`, Value: "" }));
    const asked = registry.ask(tagResource, { resourceArn, tags });
    await expect(asked).rejects.toMatchObject({ kind: "TooManyTags" });
    const reserved = { resourceArn, tags: [{ Key: "aws:a", Value: "" }] };
    await expect(registry.ask(tagResource, reserved)).rejects.toMatchObject({
      kind: "InvalidTagParameter",
    });
  });

  it.each([
    "team/app",
    "arn:aws:s3:us-east-1:000000000000:repository/team/app",
    "arn:aws:ecr:us-east-1:000000000000:image/team/app",
    "arn:aws:ecr:us-east-1:000000000000:repository/Team",
    "arn:aws:ecr:us-east-1:000000000000:repository/team/app:more",
    "arn:aws:ecr:eu-west-1:000000000000:repository/team/app",
    "",
  ])("refuses '%s', which names no repository here", async (badArn) => {
    const asked = registry.ask(tagResource, { resourceArn: badArn, tags: [] });
    await expect(asked).rejects.toMatchObject({
      kind: "InvalidParameter",
      message: "Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'",
    });
  });
});
