import { afterEach, beforeEach, expect, it } from "vitest";
import {
  account,
  callerOf,
  openTestRegistry,
  otherAccount,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { type TestStatement, userWith } from "../../../test/support/identity.ts";
import { addAccounts, roleWith } from "../../../test/support/sessions.ts";
import { entityArn } from "../../registry/identity/entity.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { AccessDenied } from "../../registry/policy/authorize.ts";
import { describeRepositories } from "../ecr/describe-repositories.ts";
import { assumeRole } from "./assume-role.ts";
import { decodeAuthorizationMessage } from "./decode-authorization-message.ts";

let registry: TestRegistry;
beforeEach(async () => {
  registry = await openTestRegistry();
  await addAccounts(registry.environment.ports, account, otherAccount);
});
afterEach(() => registry.close());

const ports = () => registry.environment.ports;
const user = (name: string, ...statements: TestStatement[]) =>
  userWith(ports(), { account, name }, ...statements);

/** The message that came with a denial. */
async function messageOf(work: Promise<unknown>): Promise<string> {
  const error = await work.catch((reason: unknown) => reason);
  return (error as AccessDenied).encodedMessage;
}

async function decoded(EncodedMessage: string, caller: Caller) {
  const answer = await registry.ask(decodeAuthorizationMessage, { EncodedMessage }, caller);
  return JSON.parse(answer.DecodedMessage ?? "");
}

it("tells why a request was denied, by which statement, and in which circumstances", async () => {
  const deny = { Sid: "NoLists", Effect: "Deny", Action: "ecr:Describe*", Resource: "*" };
  const ann = await user("ann", { Effect: "Allow", Action: "*", Resource: "*" }, deny);
  const message = await messageOf(registry.ask(describeRepositories, {}, ann));
  expect(await decoded(message, callerOf(account))).toMatchObject({
    allowed: false,
    explicitDeny: true,
    matchedStatements: {
      items: expect.arrayContaining([
        expect.objectContaining({
          statementId: "NoLists",
          effect: "DENY",
          policy: "inline policy inline of user ann",
        }),
      ]),
    },
    context: {
      principal: { id: ann.principal.uniqueId, arn: ann.principal.arn },
      action: "ecr:DescribeRepositories",
      conditions: {
        items: expect.arrayContaining([
          { key: "aws:SourceIp", values: { items: [{ value: "127.0.0.1" }] } },
        ]),
      },
    },
  });
});

it("is for the account whose principal was denied, and for who is allowed to ask", async () => {
  const ann = await user("ann");
  const message = await messageOf(registry.ask(describeRepositories, {}, ann));
  for (const [caller, kind] of [
    [ann, "AccessDenied"],
    [callerOf(otherAccount), "InvalidAuthorizationMessage"],
  ] as const) {
    await expect(decoded(message, caller)).rejects.toMatchObject({ kind });
  }
  for (const forged of ["x", `${message}x`, message.slice(1)]) {
    await expect(decoded(forged, callerOf(account))).rejects.toMatchObject({
      kind: "InvalidAuthorizationMessage",
    });
  }
});

it("says nothing of what another account's policies ask for", async () => {
  const role = await roleWith(ports(), {
    ...{ account: otherAccount, name: "deploy", tags: [{ key: "plan", value: "hidden-tag" }] },
    trust: [
      {
        ...{ Effect: "Allow", Action: "sts:AssumeRole" },
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Condition: { StringEquals: { "sts:ExternalId": "hidden-id" } },
      },
    ],
  });
  const ann = await user("ann", {
    ...{ Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" },
    Condition: { StringEquals: { "aws:ResourceTag/plan": "other" } },
  });
  const input = { RoleArn: entityArn(role), RoleSessionName: "build" };
  const message = await messageOf(registry.ask(assumeRole, input, ann));
  const text = JSON.stringify(await decoded(message, callerOf(account)));
  expect(text).toContain("aws:ResourceTag/plan");
  expect(text).not.toContain("hidden");
  expect(text).not.toContain("trust policy");
});
