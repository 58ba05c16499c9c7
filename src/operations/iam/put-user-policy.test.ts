import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { policyText } from "../../../test/support/identity.ts";
import { limits } from "../../registry/limits.ts";
import type { Operation } from "../operation.ts";
import { addUserToGroup } from "./add-user-to-group.ts";
import { createGroup } from "./create-group.ts";
import { createUser } from "./create-user.ts";
import { deleteGroupPolicy } from "./delete-group-policy.ts";
import { deleteUserPolicy } from "./delete-user-policy.ts";
import { getGroupPolicy } from "./get-group-policy.ts";
import { getUserPolicy } from "./get-user-policy.ts";
import { listGroupPolicies } from "./list-group-policies.ts";
import { listUserPolicies } from "./list-user-policies.ts";
import { listUsers } from "./list-users.ts";
import { putGroupPolicy } from "./put-group-policy.ts";
import { putUserPolicy } from "./put-user-policy.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
  await iam.ask(createUser, { UserName: "alice" });
  await iam.ask(createGroup, { GroupName: "devs" });
  await iam.ask(addUserToGroup, { GroupName: "devs", UserName: "alice" });
});
afterEach(() => iam.registry.close());

const allowed = { Effect: "Allow", Action: "iam:ListUsers", Resource: "*" };

describe.each([
  {
    ...{ kind: "user", of: { UserName: "alice" }, characters: limits.userPolicyCharacters },
    ...{ put: putUserPolicy, get: getUserPolicy as Operation },
    ...{ list: listUserPolicies as Operation, remove: deleteUserPolicy },
  },
  {
    ...{ kind: "group", of: { GroupName: "devs" }, characters: limits.groupPolicyCharacters },
    ...{ put: putGroupPolicy, get: getGroupPolicy as Operation },
    ...{ list: listGroupPolicies as Operation, remove: deleteGroupPolicy },
  },
])("an inline policy of a $kind", ({ kind, of, characters, put, get, list, remove }) => {
  it("comes back as it was put, encoded as RFC 3986 has it", async () => {
    const PolicyDocument = ` ${policyText({ ...allowed, Sid: "a" })}\n`;
    await iam.ask(put, { ...of, PolicyName: "p", PolicyDocument });
    const found = (await iam.ask(get, { ...of, PolicyName: "p" })) as { PolicyDocument: string };
    expect(found).toMatchObject({ ...of, PolicyName: "p" });
    expect(found.PolicyDocument).toMatch(/^(?:[\w.~-]|%[0-9A-F]{2})+$/);
    expect(decodeURIComponent(found.PolicyDocument)).toBe(PolicyDocument);
  });

  it("is listed by name, page by page, and gone once it is deleted", async () => {
    const PolicyDocument = policyText(allowed);
    for (const PolicyName of ["b", "a", "c"]) {
      await iam.ask(put, { ...of, PolicyName, PolicyDocument });
    }
    const first = await iam.ask(list, { ...of, MaxItems: "2" });
    expect(first).toMatchObject({ PolicyNames: ["a", "b"], IsTruncated: true });
    const { Marker } = first as { Marker: string };
    const rest = { PolicyNames: ["c"], IsTruncated: false };
    expect(await iam.ask(list, { ...of, Marker })).toEqual(rest);
    await iam.ask(remove, { ...of, PolicyName: "b" });
    expect(await iam.ask(list, of)).toMatchObject({ PolicyNames: ["a", "c"] });
    const refusal = {
      kind: "NoSuchEntity",
      message: `The ${kind} policy with name b cannot be found.`,
    };
    await expect(iam.ask(get, { ...of, PolicyName: "b" })).rejects.toMatchObject(refusal);
    await expect(iam.ask(remove, { ...of, PolicyName: "b" })).rejects.toMatchObject(refusal);
  });

  it("grants from the next request on, until it is replaced", async () => {
    const { accessKeyId } = (await iam.user("bob")).principal;
    if (kind === "group") await iam.ask(addUserToGroup, { GroupName: "devs", UserName: "bob" });
    const ofBob = kind === "group" ? of : { UserName: "bob" };
    const ask = async () => iam.ask(listUsers, {}, await iam.holderOf(accessKeyId));
    await expect(ask()).rejects.toMatchObject({ kind: "AccessDenied" });
    await iam.ask(put, { ...ofBob, PolicyName: "p", PolicyDocument: policyText(allowed) });
    await ask();
    const denied = policyText({ ...allowed, Effect: "Deny" });
    await iam.ask(put, { ...ofBob, PolicyName: "p", PolicyDocument: denied });
    await expect(ask()).rejects.toThrow("with an explicit deny in an identity-based policy");
  });

  it("is refused where it is no policy, or all together are too long", async () => {
    const malformed = { ...of, PolicyName: "p", PolicyDocument: "{}" };
    await expect(iam.ask(put, malformed)).rejects.toMatchObject({
      kind: "MalformedPolicyDocument",
      message: "Syntax errors in policy.",
    });
    const long = (length: number) => {
      const text = policyText({ ...allowed, Sid: "x" });
      return text.replace("x", "x".repeat(length - text.length + 1));
    };
    const blank = " ".repeat(1_000); // White space does not count.
    await iam.ask(put, { ...of, PolicyName: "p", PolicyDocument: blank + long(characters) });
    const more = { ...of, PolicyName: "q", PolicyDocument: policyText(allowed) };
    await expect(iam.ask(put, more)).rejects.toMatchObject({
      kind: "LimitExceeded",
      message: `Maximum policy size of ${characters} bytes exceeded for ${kind} ${Object.values(of)[0]}`,
    });
    await iam.ask(put, { ...more, PolicyName: "p" });
  });

  it("is refused for whom is not there", async () => {
    const nobody = kind === "user" ? { UserName: "none" } : { GroupName: "none" };
    const PolicyDocument = policyText(allowed);
    const refusal = {
      kind: "NoSuchEntity",
      message: `The ${kind} with name none cannot be found.`,
    };
    for (const [operation, input] of [
      [put, { ...nobody, PolicyName: "p", PolicyDocument }],
      [get, { ...nobody, PolicyName: "p" }],
      [list, nobody],
      [remove, { ...nobody, PolicyName: "p" }],
    ] as const) {
      await expect(iam.ask(operation, input)).rejects.toMatchObject(refusal);
    }
  });
});
