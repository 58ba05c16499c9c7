/** Accounts as AWS's own SDK makes them, enters them and closes them. */

import * as sdk from "@aws-sdk/client-organizations";
import {
  CloseAccountCommand,
  CreateAccountCommand,
  DescribeAccountCommand,
  DescribeCreateAccountStatusCommand,
  DescribeOrganizationCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListChildrenCommand,
  ListOrganizationalUnitsForParentCommand,
  ListParentsCommand,
  ListRootsCommand,
  ListTagsForResourceCommand,
  OrganizationsClient,
  paginateListAccountsForParent,
  paginateListChildren,
} from "@aws-sdk/client-organizations";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, beforeEach, expect, it } from "vitest";
import { operations } from "../../src/operations/index.ts";
import {
  type AwsServer,
  type SdkCredentials,
  sdkCredentials,
  startAwsServer,
} from "../support/aws-server.ts";
import { account } from "../support/ecr.ts";
import { testOrganization } from "../support/organization.ts";

let server: AwsServer;
beforeEach(async () => {
  server = await startAwsServer();
});
afterEach(() => server.close());

const client = (credentials?: SdkCredentials) =>
  new OrganizationsClient(server.client(credentials));

async function createAccount(): Promise<string> {
  const Tags = [{ Key: "team", Value: "core" }];
  const asked = { AccountName: "team", Email: "team@example.com", Tags };
  const { CreateAccountStatus } = await client().send(new CreateAccountCommand(asked));
  return CreateAccountStatus?.AccountId ?? "";
}

/** The calls of Terraform's aws_organizations_account and aws_organizations_organization. */
it("are what Terraform's resources read back", async () => {
  const organizations = client();
  const asked = { AccountName: "team", Email: "team@example.com" };
  const { CreateAccountStatus: made } = await organizations.send(new CreateAccountCommand(asked));
  const CreateAccountRequestId = made?.Id;
  const status = new DescribeCreateAccountStatusCommand({ CreateAccountRequestId });
  expect((await organizations.send(status)).CreateAccountStatus).toEqual(made);
  const AccountId = made?.AccountId;
  const { Account } = await organizations.send(new DescribeAccountCommand({ AccountId }));
  expect(Account?.JoinedTimestamp?.getTime()).toBe(server.opened.clock.now());
  const { Parents } = await organizations.send(new ListParentsCommand({ ChildId: AccountId }));
  const { Roots } = await organizations.send(new ListRootsCommand({}));
  expect(Parents).toEqual([{ Id: Roots?.[0]?.Id, Type: "ROOT" }]);
  const tags = new ListTagsForResourceCommand({ ResourceId: AccountId });
  expect((await organizations.send(tags)).Tags).toEqual([]);
  const { Organization } = await organizations.send(new DescribeOrganizationCommand({}));
  expect(Organization).toMatchObject({ Id: testOrganization.id, MasterAccountId: account });
  const { Accounts } = await organizations.send(new ListAccountsCommand({}));
  expect(Accounts?.map(({ Id }) => Id).toSorted()).toEqual([account, AccountId].toSorted());
});

it("are found by walking down from the root, page by page", async () => {
  const id = await createAccount();
  const organizations = client();
  const { Roots } = await organizations.send(new ListRootsCommand({}));
  const ParentId = Roots?.[0]?.Id;
  const units = new ListOrganizationalUnitsForParentCommand({ ParentId });
  expect((await organizations.send(units)).OrganizationalUnits).toEqual([]);
  const none = new ListChildrenCommand({ ParentId, ChildType: "ORGANIZATIONAL_UNIT" });
  expect((await organizations.send(none)).Children).toEqual([]);
  // A paginator writes the next token into what it was given.
  const page = () => ({ ParentId, MaxResults: 1 });
  const [accounts, children]: [unknown[], unknown[]] = [[], []];
  for await (const each of paginateListAccountsForParent({ client: organizations }, page())) {
    accounts.push(...(each.Accounts ?? []).map(({ Id }) => Id));
  }
  const asked = () => ({ ...page(), ChildType: "ACCOUNT" }) as const;
  for await (const each of paginateListChildren({ client: organizations }, asked())) {
    children.push(...(each.Children ?? []));
  }
  const all = [account, id].toSorted();
  expect(accounts).toEqual(all);
  expect(children).toEqual(all.map((Id) => ({ Id, Type: "ACCOUNT" })));
  const first = await organizations.send(new ListChildrenCommand(asked()));
  const { NextToken } = first;
  expect(NextToken).toBeDefined();
  for (const command of [
    new ListOrganizationalUnitsForParentCommand({ ParentId, NextToken }),
    new ListChildrenCommand({ ParentId, ChildType: "ORGANIZATIONAL_UNIT", NextToken }),
  ]) {
    await expect(organizations.send(command as ListChildrenCommand)).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  }
});

it("refuse with the exceptions that the SDK knows", async () => {
  const AccountId = await createAccount();
  const organizations = client();
  const close = new CloseAccountCommand({ AccountId });
  await organizations.send(close);
  const refused = [
    [close, "AccountAlreadyClosedException"],
    [new CloseAccountCommand({ AccountId: account }), "ConstraintViolationException"],
    [new DescribeAccountCommand({ AccountId: "999999999999" }), "AccountNotFoundException"],
    [new ListParentsCommand({ ChildId: "999999999999" }), "ChildNotFoundException"],
    [new ListAccountsForParentCommand({ ParentId: "r-none" }), "ParentNotFoundException"],
    [new ListTagsForResourceCommand({ ResourceId: "999999999999" }), "TargetNotFoundException"],
    [
      new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: "car-0123456789abcdef" }),
      "CreateAccountStatusNotFoundException",
    ],
  ] as const;
  for (const [command, name] of refused) {
    const error = await organizations.send(command as never).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Reflect.get(sdk, name));
  }
});

it("let nobody look from another account, and tell everybody the organization", async () => {
  const id = await createAccount();
  const RoleArn = `arn:aws:iam::${id}:role/OrganizationAccountAccessRole`;
  const asked = new AssumeRoleCommand({ RoleArn, RoleSessionName: "operator" });
  const { Credentials } = await new STSClient(server.client()).send(asked);
  const inside = client(sdkCredentials(Credentials));
  await expect(inside.send(new ListAccountsCommand({}))).rejects.toBeInstanceOf(
    sdk.AccessDeniedException,
  );
  const { Organization } = await inside.send(new DescribeOrganizationCommand({}));
  expect(Organization?.Id).toBe(testOrganization.id);
});

it("has operations of Organizations' own API model alone, each once", () => {
  const names = operations
    .filter(({ service }) => service === "organizations")
    .map(({ operationName }) => operationName);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(sdk).toHaveProperty(`${name}Command`);
});
