import { afterEach, beforeEach, expect, it } from "vitest";
import {
  account,
  callerOf,
  openTestRegistry,
  otherAccount,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { testOrganization } from "../../../test/support/organization.ts";
import { addAccounts } from "../../../test/support/sessions.ts";
import { describeOrganization } from "./describe-organization.ts";
import { listAwsServiceAccessForOrganization } from "./list-aws-service-access-for-organization.ts";
import { listParents } from "./list-parents.ts";
import { listRoots } from "./list-roots.ts";

let registry: TestRegistry;
beforeEach(async () => {
  registry = await openTestRegistry();
  await addAccounts(registry.environment.ports, account, otherAccount);
});
afterEach(() => registry.close());

const { id } = testOrganization;
const arn = (rest: string) => `arn:aws:organizations::${account}:${rest}`;

it("tells every account which organization it is in, if it lets the caller ask", async () => {
  for (const caller of [callerOf(account), callerOf(otherAccount)]) {
    expect((await registry.ask(describeOrganization, {}, caller)).Organization).toEqual({
      Id: id,
      Arn: arn(`organization/${id}`),
      FeatureSet: "ALL",
      MasterAccountArn: arn(`account/${id}/${account}`),
      MasterAccountId: account,
      MasterAccountEmail: `${account}@example.com`,
      AvailablePolicyTypes: [],
    });
  }
  const ann = await userWith(registry.environment.ports, { account, name: "ann" });
  await expect(registry.ask(describeOrganization, {}, ann)).rejects.toMatchObject({
    kind: "AccessDenied",
  });
});

it("has one root, in which all accounts are, without policies and without services", async () => {
  const { Roots } = await registry.ask(listRoots, {});
  const Id = "r-eorg";
  expect(Roots).toEqual([{ Id, Arn: arn(`root/${id}/${Id}`), Name: "Root", PolicyTypes: [] }]);
  expect(await registry.ask(listParents, { ChildId: otherAccount })).toEqual({
    Parents: [{ Id, Type: "ROOT" }],
  });
  for (const ChildId of ["999999999999", "ou-abcd-12345678"]) {
    await expect(registry.ask(listParents, { ChildId })).rejects.toMatchObject({
      kind: "ChildNotFound",
    });
  }
  expect(await registry.ask(listAwsServiceAccessForOrganization, {})).toEqual({
    EnabledServicePrincipals: [],
  });
});
