import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import type { Operation } from "../operation.ts";
import { addUserToGroup } from "./add-user-to-group.ts";
import { attachGroupPolicy } from "./attach-group-policy.ts";
import { attachUserPolicy } from "./attach-user-policy.ts";
import { createGroup } from "./create-group.ts";
import { createUser } from "./create-user.ts";
import { detachGroupPolicy } from "./detach-group-policy.ts";
import { detachUserPolicy } from "./detach-user-policy.ts";
import { listAttachedGroupPolicies } from "./list-attached-group-policies.ts";
import { listAttachedUserPolicies } from "./list-attached-user-policies.ts";
import { listUsers } from "./list-users.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
  await iam.ask(createUser, { UserName: "alice" });
  await iam.ask(createGroup, { GroupName: "devs" });
});
afterEach(() => iam.registry.close());

const allowed = { Effect: "Allow", Action: "iam:ListUsers", Resource: "*" };
const ofAws = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly";

describe.each([
  {
    ...{ kind: "user", quota: "PoliciesPerUser", of: { UserName: "alice" } },
    ...{ attach: attachUserPolicy, detach: detachUserPolicy },
    list: listAttachedUserPolicies as Operation,
  },
  {
    ...{ kind: "group", quota: "PoliciesPerGroup", of: { GroupName: "devs" } },
    ...{ attach: attachGroupPolicy, detach: detachGroupPolicy },
    list: listAttachedGroupPolicies as Operation,
  },
])("a managed policy of a $kind", ({ kind, quota, of, attach, detach, list }) => {
  it("is attached once, listed, and detached", async () => {
    const own = await iam.policy("own", allowed);
    for (const PolicyArn of [own, own, ofAws]) await iam.ask(attach, { ...of, PolicyArn });
    expect(await iam.ask(list, of)).toEqual({
      AttachedPolicies: [
        { PolicyName: "own", PolicyArn: own },
        { PolicyName: "AmazonEC2ContainerRegistryReadOnly", PolicyArn: ofAws },
      ],
      IsTruncated: false,
    });
    await iam.ask(detach, { ...of, PolicyArn: own });
    await expect(iam.ask(detach, { ...of, PolicyArn: own })).rejects.toMatchObject({
      kind: "NoSuchEntity",
      message: `Policy ${own} was not found.`,
    });
    expect(await iam.ask(list, of)).toMatchObject({ AttachedPolicies: [{ PolicyArn: ofAws }] });
  });

  it("grants from the next request on, and no longer than it is attached", async () => {
    const { accessKeyId } = (await iam.user("bob")).principal;
    if (kind === "group") await iam.ask(addUserToGroup, { GroupName: "devs", UserName: "bob" });
    const ofBob = kind === "group" ? of : { UserName: "bob" };
    const PolicyArn = await iam.policy("own", allowed);
    const ask = async () => iam.ask(listUsers, {}, await iam.holderOf(accessKeyId));
    await expect(ask()).rejects.toMatchObject({ kind: "AccessDenied" });
    await iam.ask(attach, { ...ofBob, PolicyArn });
    await ask();
    await iam.ask(detach, { ...ofBob, PolicyArn });
    await expect(ask()).rejects.toMatchObject({ kind: "AccessDenied" });
  });

  it("is refused where it is not there, is none, or is one too many", async () => {
    const none = `arn:aws:iam::${account}:policy/none`;
    await expect(iam.ask(attach, { ...of, PolicyArn: none })).rejects.toMatchObject({
      kind: "NoSuchEntity",
      message: `Policy ${none} does not exist or is not attachable.`,
    });
    const PolicyArn = `arn:aws:iam::${account}:user/alice`;
    await expect(iam.ask(attach, { ...of, PolicyArn })).rejects.toMatchObject({
      kind: "InvalidInput",
    });
    for (let n = 0; n <= 20; n += 1) {
      const asked = iam.ask(attach, { ...of, PolicyArn: await iam.policy(`p${n}`, allowed) });
      if (n < 20) await asked;
      else {
        await expect(asked).rejects.toMatchObject({
          kind: "LimitExceeded",
          message: `Cannot exceed quota for ${quota}: 20`,
        });
      }
    }
  });

  it("is judged by its ARN", async () => {
    const admin = await iam.user("admin", {
      ...{ Effect: "Allow", Action: ["iam:Attach*", "iam:Detach*"], Resource: "*" },
      Condition: { ArnEquals: { "iam:PolicyARN": ofAws } },
    });
    await iam.ask(attach, { ...of, PolicyArn: ofAws }, admin);
    const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
    await expect(iam.ask(attach, { ...of, PolicyArn }, admin)).rejects.toMatchObject({
      kind: "AccessDenied",
    });
    await iam.ask(detach, { ...of, PolicyArn: ofAws }, admin);
  });
});
