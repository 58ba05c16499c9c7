import { afterEach, beforeEach, expect, it } from "vitest";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { getRole } from "./get-role.ts";
import { listRoleTags } from "./list-role-tags.ts";
import { tagRole } from "./tag-role.ts";
import { untagRole } from "./untag-role.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
  await iam.role("app");
});
afterEach(() => iam.registry.close());

const RoleName = "app";
const tag = (...pairs: [string, string][]) =>
  iam.ask(tagRole, { RoleName, Tags: pairs.map(([Key, Value]) => ({ Key, Value })) });
const tags = async () =>
  (await iam.ask(listRoleTags, { RoleName })).Tags?.map(({ Key, Value }) => `${Key}=${Value}`);

it("sets tags by key whatever its case, and removes them again", async () => {
  await tag(["Team", "a"], ["Stage", ""]);
  await tag(["TEAM", "b"]);
  expect(await tags()).toEqual(["Stage=", "TEAM=b"]);
  await iam.ask(untagRole, { RoleName, TagKeys: ["stage", "unknown"] });
  expect(await tags()).toEqual(["TEAM=b"]);
});

it("pages through tags by key", async () => {
  await tag(["b", "2"], ["a", "1"], ["c", "3"]);
  const first = await iam.ask(listRoleTags, { RoleName, MaxItems: "2" });
  expect(first.Tags?.map(({ Key }) => Key)).toEqual(["a", "b"]);
  const rest = await iam.ask(listRoleTags, { RoleName, Marker: first.Marker });
  expect(rest).toEqual({ Tags: [{ Key: "c", Value: "3" }], IsTruncated: false });
});

it("takes fifty tags and no more, all of a request or none", async () => {
  const some = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n): [string, string] => [`k${from + n}`, "v"]);
  await tag(...some(0, 49));
  await expect(tag(...some(49, 51))).rejects.toMatchObject({ kind: "LimitExceeded" });
  expect(await tags()).toHaveLength(49);
  await tag(...some(48, 50));
  expect(await tags()).toHaveLength(50);
});

it.each([
  ["aws:x", "v"],
  ["a*", "v"],
  ["a", "v;"],
  ["a", "v".repeat(257)],
  ["", "v"],
])("refuses the tag %j=%j", async (key, value) => {
  await expect(tag([key, value])).rejects.toMatchObject({ kind: "InvalidInput" });
});

it("lets in who may act on roles with such tags, and no others", async () => {
  await tag(["Team", "core"]);
  await iam.role("other");
  const reader = await iam.user("reader", {
    ...{ Effect: "Allow", Action: "iam:GetRole", Resource: "*" },
    Condition: { StringEquals: { "aws:ResourceTag/team": "core", "iam:ResourceTag/Team": "core" } },
  });
  await iam.ask(getRole, { RoleName }, reader);
  for (const name of ["other", "none"]) {
    await expect(iam.ask(getRole, { RoleName: name }, reader)).rejects.toMatchObject({
      kind: "AccessDenied",
    });
  }
});
