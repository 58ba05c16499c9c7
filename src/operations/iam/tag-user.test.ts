import { afterEach, beforeEach, expect, test } from "vitest";
import { account } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { createUser } from "./create-user.ts";
import { listUserTags } from "./list-user-tags.ts";
import { tagUser } from "./tag-user.ts";
import { untagUser } from "./untag-user.ts";

let iam: TestIam;
const UserName = "alice";
beforeEach(async () => {
  iam = await openTestIam();
  await iam.ask(createUser, { UserName });
});
afterEach(() => iam.registry.close());

const tags = async () => (await iam.ask(listUserTags, { UserName })).Tags;

test("sets tags by key whatever its case, removes by key, and lists them in order", async () => {
  const Tags = ["b", "a", "c"].map((Key) => ({ Key, Value: `of ${Key}` }));
  await iam.ask(tagUser, { UserName, Tags });
  await iam.ask(tagUser, { UserName, Tags: [{ Key: "B", Value: "new" }] });
  expect(await tags()).toEqual([
    { Key: "B", Value: "new" },
    { Key: "a", Value: "of a" },
    { Key: "c", Value: "of c" },
  ]);
  await iam.ask(untagUser, { UserName, TagKeys: ["b", "none"] });
  await iam.ask(untagUser, { UserName, TagKeys: "" });
  expect((await tags())?.map(({ Key }) => Key)).toEqual(["a", "c"]);
});

test("pages through tags", async () => {
  const Tags = ["a", "b", "c"].map((Key) => ({ Key, Value: "" }));
  await iam.ask(tagUser, { UserName, Tags });
  const first = await iam.ask(listUserTags, { UserName, MaxItems: "2" });
  expect(first).toMatchObject({ IsTruncated: true });
  const rest = await iam.ask(listUserTags, { UserName, Marker: first.Marker });
  expect([...(first.Tags ?? []), ...(rest.Tags ?? [])]).toEqual(Tags);
});

test("takes no more than 50 tags, and then none of the call", async () => {
  const many = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => ({ Key: `k${from + n}`, Value: "" }));
  await iam.ask(tagUser, { UserName, Tags: many(0, 50) });
  await expect(iam.ask(tagUser, { UserName, Tags: many(49, 51) })).rejects.toMatchObject({
    kind: "LimitExceeded",
  });
  expect(await tags()).toHaveLength(50);
});

test("is judged by the tags of the request and of the user", async () => {
  await iam.ask(tagUser, { UserName, Tags: [{ Key: "Team", Value: "core" }] });
  const tagger = await iam.user("tagger", {
    ...{ Effect: "Allow", Action: "iam:*User*", Resource: `arn:aws:iam::${account}:user/*` },
    Condition: {
      StringEquals: { "aws:ResourceTag/team": "core" },
      "ForAllValues:StringEquals": { "aws:TagKeys": ["Stage"] },
    },
  });
  await iam.ask(tagUser, { UserName, Tags: [{ Key: "Stage", Value: "x" }] }, tagger);
  for (const [operation, input] of [
    [tagUser, { UserName, Tags: [{ Key: "Other", Value: "x" }] }],
    [untagUser, { UserName, TagKeys: ["Team"] }],
    [tagUser, { UserName: "tagger", Tags: [{ Key: "Stage", Value: "x" }] }],
  ] as const) {
    await expect(iam.ask(operation, input, tagger)).rejects.toMatchObject({ kind: "AccessDenied" });
  }
  await iam.ask(untagUser, { UserName, TagKeys: ["Stage"] }, tagger);
});
