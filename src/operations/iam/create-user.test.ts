import { afterEach, beforeEach, expect, test } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { createGroup } from "./create-group.ts";
import { createUser } from "./create-user.ts";
import { listUsers } from "./list-users.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});
afterEach(() => iam.registry.close());

const arn = `arn:aws:iam::${account}:user`;

test("says of the new user what IAM says, with path, tags and boundary", async () => {
  const boundary = await iam.policy("edge", { Effect: "Allow", Action: "*", Resource: "*" });
  const { User } = await iam.ask(createUser, {
    ...{ UserName: "Alice", Path: "/team/a/", PermissionsBoundary: boundary },
    Tags: [{ Key: "Team", Value: "core" }],
  });
  expect(User).toEqual({
    Path: "/team/a/",
    UserName: "Alice",
    UserId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
    Arn: `${arn}/team/a/Alice`,
    CreateDate: "2023-11-14T22:13:20Z",
    PermissionsBoundary: { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: boundary },
    Tags: [{ Key: "Team", Value: "core" }],
  });
});

test("gives a name once in an account, whatever the case of its letters and of how many ask", async () => {
  await iam.ask(createUser, { UserName: "Alice" });
  await expect(iam.ask(createUser, { UserName: "aLICE" })).rejects.toMatchObject({
    kind: "EntityAlreadyExists",
    message: "User with name aLICE already exists.",
  });
  await iam.ask(createGroup, { GroupName: "Alice" });
  await iam.ask(createUser, { UserName: "Alice" }, callerOf(otherAccount));
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, () => iam.ask(createUser, { UserName: "bob" })),
  );
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test.each([
  [{ UserName: "a b" }, /^The specified value for userName is invalid/],
  [{ UserName: "a".repeat(65) }, /'userName'.*length less than or equal to 64$/],
  [{ UserName: "a", Path: "team/" }, /^The specified value for path is invalid/],
])("refuses %j as a validation error", async (input, message) => {
  await expect(iam.ask(createUser, input)).rejects.toMatchObject({
    kind: "Validation",
    message: expect.stringMatching(message),
  });
});

test("makes nothing where the boundary is not there, or tags are no tags", async () => {
  const PermissionsBoundary = `arn:aws:iam::${account}:policy/none`;
  await expect(iam.ask(createUser, { UserName: "a", PermissionsBoundary })).rejects.toMatchObject({
    kind: "NoSuchEntity",
    message: `Scope ARN: ${PermissionsBoundary} does not exist or is not attachable.`,
  });
  const Tags = ["Team", "tEAM"].map((Key) => ({ Key, Value: "" }));
  await expect(iam.ask(createUser, { UserName: "a", Tags })).rejects.toMatchObject({
    kind: "InvalidInput",
  });
  expect((await iam.ask(listUsers)).Users).toEqual([]);
});

test("asks for leave of the path, the boundary and the tags", async () => {
  const boundary = await iam.policy("edge", { Effect: "Allow", Action: "*", Resource: "*" });
  const creator = await iam.user("creator", {
    ...{ Effect: "Allow", Action: "iam:CreateUser", Resource: `${arn}/team/*` },
    Condition: { StringEquals: { "iam:PermissionsBoundary": boundary } },
  });
  const wanted = { UserName: "a", Path: "/team/", PermissionsBoundary: boundary };
  await iam.ask(createUser, wanted, creator);
  for (const [refused, action] of [
    [{ ...wanted, UserName: "b", Path: "/" }, "iam:CreateUser"],
    [{ ...wanted, UserName: "b", PermissionsBoundary: undefined }, "iam:CreateUser"],
    [{ ...wanted, UserName: "b", Tags: [{ Key: "a", Value: "b" }] }, "iam:TagUser"],
  ] as const) {
    await expect(iam.ask(createUser, refused, creator)).rejects.toMatchObject({
      kind: "AccessDenied",
      message: expect.stringContaining(`is not authorized to perform: ${action} on resource: `),
    });
  }
});
