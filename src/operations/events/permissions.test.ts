import {
  DescribeEventBusCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  PutPermissionCommand,
  type PutPermissionCommandInput,
  PutRuleCommand,
  PutTargetsCommand,
  RemovePermissionCommand,
  type RemovePermissionCommandInput,
} from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AwsServer, startAwsServer } from "../../../test/support/aws-server.ts";
import { account, otherAccount } from "../../../test/support/ecr.ts";
import { keyOf, putUser } from "../../../test/support/identity.ts";
import { addAccounts } from "../../../test/support/sessions.ts";

const Resource = `arn:aws:events:us-east-1:${account}:event-bus/default`;
let server: AwsServer;
let client: EventBridgeClient;
beforeAll(async () => {
  server = await startAwsServer();
  client = new EventBridgeClient(server.client());
});
afterAll(async () => {
  client.destroy();
  await server.close();
});

const put = (input: PutPermissionCommandInput) => client.send(new PutPermissionCommand(input));
const remove = (input: RemovePermissionCommandInput) =>
  client.send(new RemovePermissionCommand(input));
const Action = "events:PutEvents";

async function policy(): Promise<{ Statement: { Sid?: string }[] } | undefined> {
  const { Policy } = await client.send(new DescribeEventBusCommand({ Name: "default" }));
  const { EventBuses } = await client.send(new ListEventBusesCommand({}));
  expect(EventBuses?.[0]?.Policy).toBe(Policy);
  return Policy === undefined ? undefined : JSON.parse(Policy);
}

it("statements are put, replaced by their ids and removed", async () => {
  expect(await policy()).toBeUndefined();
  await put({ Action, Principal: "*", StatementId: "all" });
  await put({ Action, Principal: otherAccount, StatementId: "one", EventBusName: Resource });
  const Condition = { Type: "StringEquals", Key: "aws:PrincipalOrgID", Value: "o-aaaaaaaaaa" };
  await put({ Action, Principal: "*", StatementId: "all", Condition });
  expect(await policy()).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        ...{ Sid: "one", Effect: "Allow", Action, Resource },
        Principal: { AWS: `arn:aws:iam::${otherAccount}:root` },
      },
      {
        ...{ Sid: "all", Effect: "Allow", Principal: "*", Action, Resource },
        Condition: { StringEquals: { "aws:PrincipalOrgID": "o-aaaaaaaaaa" } },
      },
    ],
  });
  await expect(remove({ StatementId: "none" })).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
  await remove({ StatementId: "one" });
  expect((await policy())?.Statement.map(({ Sid }) => Sid)).toEqual(["all"]);
  await remove({ StatementId: "all" });
  expect(await policy()).toBeUndefined();
});

it("a whole policy takes the place of what there was, with users by their names", async () => {
  const { name } = await putUser(server.ports, { account, name: "ci" });
  const AWS = `arn:aws:iam::${account}:user/${name}`;
  const statement = { Effect: "Allow", Principal: { AWS }, Action, Resource };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: statement });
  await put({ Policy });
  expect(await policy()).toEqual(JSON.parse(Policy));
  await put({ Action, Principal: otherAccount, StatementId: "more" });
  expect((await policy())?.Statement).toHaveLength(2);
  const refusals: [string, PutPermissionCommandInput][] = [
    ["PolicyLengthExceededException", { Policy: Policy.padEnd(10_241) }],
    ["ValidationException", { Policy: "{}" }],
    ["ValidationException", { Policy: Policy.replace("user/ci", "user/nobody") }],
    ["ValidationException", { Policy: Policy.replace(Action, "ecr:PutImage") }],
    ["ValidationException", { Policy, StatementId: "x" }],
    ["ValidationException", { Action, Principal: "*" }],
    ["ValidationException", { Action: "events:PutRule", Principal: "*", StatementId: "x" }],
    ["ResourceNotFoundException", { Policy, EventBusName: "other" }],
  ];
  for (const [expected, input] of refusals) {
    await expect(put(input)).rejects.toMatchObject({ name: expected });
  }
  expect((await policy())?.Statement).toHaveLength(2);
  await expect(remove({})).rejects.toMatchObject({ name: "ValidationException" });
  await remove({ RemoveAllPermissions: true });
  await expect(remove({ RemoveAllPermissions: true })).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
  expect(await policy()).toBeUndefined();
});

it("who leads events to another bus needs a right on it, or to pass the role that has it", async () => {
  await addAccounts(server.ports, otherAccount);
  await client.send(new PutRuleCommand({ Name: "onward", EventPattern: '{"source":["aws.ecr"]}' }));
  const Arn = Resource.replace(account, otherAccount);
  const RoleArn = `arn:aws:iam::${account}:role/sender`;
  const put = async (name: string, allowed: object, target: object) => {
    const rule = { Effect: "Allow", Action: "events:PutTargets", Resource: "*" };
    const user = await putUser(server.ports, { account, name }, rule, {
      ...{ Effect: "Allow", ...allowed },
    });
    const by = new EventBridgeClient(server.client(await keyOf(server.ports, user)));
    const Targets = [{ Id: "one", Arn, ...target }];
    await by.send(new PutTargetsCommand({ Rule: "onward", Targets })).finally(() => by.destroy());
  };
  const pass = {
    ...{ Action: "iam:PassRole", Resource: RoleArn },
    Condition: { StringEquals: { "iam:PassedToService": "events.amazonaws.com" } },
  };
  const send = { Action, Resource: Arn };
  await expect(put("a", pass, {})).rejects.toMatchObject({ name: "AccessDeniedException" });
  await expect(put("b", send, { RoleArn })).rejects.toMatchObject({
    name: "AccessDeniedException",
  });
  await put("c", pass, { RoleArn });
  await put("d", send, {});
});
