import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  account,
  callerOf,
  openTestRegistry,
  otherAccount,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { policyText, type TestStatement, userWith } from "../../../test/support/identity.ts";
import {
  addAccounts,
  callerWith,
  type RoleWish,
  roleWith,
} from "../../../test/support/sessions.ts";
import { entityArn } from "../../registry/identity/entity.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { describeRepositories } from "../ecr/describe-repositories.ts";
import { assumeRole } from "./assume-role.ts";
import { getCallerIdentity } from "./get-caller-identity.ts";

let registry: TestRegistry;
beforeEach(async () => {
  registry = await openTestRegistry();
  await addAccounts(registry.environment.ports, account, otherAccount);
});
afterEach(() => registry.close());

const ports = () => registry.environment.ports;
const session = "build";
const assume: TestStatement = { Effect: "Allow", Action: "sts:*", Resource: "*" };
const trusting = (arn: string, more: TestStatement = {}): TestStatement => ({
  ...{ Effect: "Allow", Principal: { AWS: arn }, Action: "sts:AssumeRole" },
  ...more,
});
const everyAction = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];
const root = (of: string) => `arn:aws:iam::${of}:root`;

/** A role that trusts the whole of `account`, in the other one unless it says so. */
async function role(wish: Partial<RoleWish> = {}, ...statements: TestStatement[]) {
  const trust = [trusting(root(account), { Action: everyAction })];
  const made = await roleWith(
    ports(),
    { account: otherAccount, name: "deploy", trust, ...wish },
    ...statements,
  );
  return entityArn(made);
}

const user = (name: string, ...statements: TestStatement[]) =>
  userWith(ports(), { account, name }, ...statements);

function ask(caller: Caller, RoleArn: string, more: object = {}) {
  return registry.ask(assumeRole, { RoleArn, RoleSessionName: session, ...more }, caller);
}

async function refusal(caller: Caller, RoleArn: string, more: object = {}): Promise<string> {
  const answer = await ask(caller, RoleArn, more).catch((error: Error) => error);
  if (!(answer instanceof Error)) throw new Error("that was no refusal");
  return `${(answer as { kind?: string }).kind}: ${answer.message}`;
}

const denied = (caller: Caller, arn: string, action: string, because: string) =>
  `AccessDenied: User: ${caller.principal.arn} is not authorized to perform: ${action} on resource: ${arn} ${because}`;

describe("who may be a role", () => {
  it("is whoever its trust policy lets in, and has permission at home, from another account", async () => {
    const arn = await role();
    const [allowed, plain] = [await user("ann", assume), await user("bob")];
    const { Credentials, AssumedRoleUser, PackedPolicySize } = await ask(allowed, arn);
    expect(AssumedRoleUser?.Arn).toBe(
      `arn:aws:sts::${otherAccount}:assumed-role/deploy/${session}`,
    );
    expect(AssumedRoleUser?.AssumedRoleId).toMatch(/^AROA[A-Z2-7]{17}:build$/);
    expect(PackedPolicySize).toBeUndefined();
    const acting = await callerWith(ports(), Credentials);
    expect(await registry.ask(getCallerIdentity, {}, acting)).toEqual({
      Arn: AssumedRoleUser?.Arn,
      UserId: AssumedRoleUser?.AssumedRoleId,
      Account: otherAccount,
    });
    const because = "because no identity-based policy allows the sts:AssumeRole action";
    expect(await refusal(plain, arn)).toBe(denied(plain, arn, "sts:AssumeRole", because));
  });

  it("is a user of the same account that the trust policy names, without further permission", async () => {
    const ann = await user("ann");
    const named = await role({ account, trust: [trusting(ann.principal.arn)] });
    expect((await ask(ann, named)).Credentials?.AccessKeyId).toMatch(/^ASIA/);
    const bob = await user("bob", assume);
    expect(await refusal(bob, named)).toContain("no resource-based policy allows");
  });

  it("is nobody where there is no such role, and nobody can tell that from a role that is closed to him", async () => {
    const closed = await role({ name: "closed", trust: [trusting(root("222222222222"))] });
    const tagged = { tags: [{ key: "open", value: "yes" }] };
    const alsoClosed = await role({
      ...{ name: "tagged", trust: [trusting(root("222222222222"))], ...tagged },
    });
    const closedAccount = "333333333333";
    const ofClosedAccount = `arn:aws:iam::${closedAccount}:role/deploy`;
    const absent = closed.replace("closed", "absent");
    const onlyOpen = { ...assume, Condition: { StringEquals: { "aws:ResourceTag/open": "yes" } } };
    for (const [n, statements] of [[assume], [], [onlyOpen]].entries()) {
      const caller = await user(`user${n}`, ...statements);
      const told = await refusal(caller, absent);
      for (const arn of [closed, alsoClosed, ofClosedAccount, `${absent}/x`]) {
        expect((await refusal(caller, arn)).replaceAll(arn, absent)).toBe(told);
      }
    }
  });

  it("does not find a role by another path or another case of letters", async () => {
    const arn = await role({ path: "/ci/" });
    const ann = await user("ann", assume);
    expect((await ask(ann, arn)).Credentials).toBeDefined();
    for (const other of [arn.replace("/ci", ""), arn.replace("deploy", "Deploy")]) {
      expect(await refusal(ann, other)).toContain("no resource-based policy allows");
    }
    expect(await refusal(ann, `arn:aws:iam::${account}:user/ann`)).toBe(
      `Validation: arn:aws:iam::${account}:user/ann is invalid`,
    );
  });

  it("is no root, but that of the management account by the role made for it", async () => {
    const trust = [trusting(root(account)), trusting(root(otherAccount))];
    const way = await role({ name: "OrganizationAccountAccessRole", trust });
    const other = await role({ trust });
    const words = "AccessDenied: Roles may not be assumed by root accounts.";
    expect(await refusal(callerOf(account), other)).toBe(words);
    expect(await refusal(callerOf(otherAccount), way)).toBe(words);
    expect((await ask(callerOf(account), way)).AssumedRoleUser?.Arn).toContain(otherAccount);
    const astray = await role({
      ...{ name: "OrganizationAccountAccessRole", account, trust: [trusting(root(otherAccount))] },
    });
    expect(await refusal(callerOf(account), astray)).toBe(words);
  });

  it("43: has to name the external id that the trust policy asks for", async () => {
    const Condition = { StringEquals: { "sts:ExternalId": "secret-7" } };
    const arn = await role({ trust: [trusting(root(account), { Condition })] });
    const ann = await user("ann", assume);
    expect((await ask(ann, arn, { ExternalId: "secret-7" })).Credentials).toBeDefined();
    const because = "because no resource-based policy allows the sts:AssumeRole action";
    for (const more of [{}, { ExternalId: "secret-8" }, { ExternalId: "Secret-7" }]) {
      expect(await refusal(ann, arn, more)).toBe(denied(ann, arn, "sts:AssumeRole", because));
    }
  });

  it("is judged by session name, tags and source identity as well", async () => {
    const Condition = {
      StringLike: { "sts:RoleSessionName": "build*", "aws:RequestTag/team": "core" },
      "ForAllValues:StringEquals": {
        "aws:TagKeys": ["team", "stage"],
        "sts:TransitiveTagKeys": ["team"],
      },
      StringEquals: { "sts:SourceIdentity": "ann" },
    };
    const trust = [trusting(root(account), { Action: everyAction, Condition })];
    const arn = await role({ trust });
    const ann = await user("ann", assume);
    const good = {
      Tags: [{ Key: "team", Value: "core" }],
      TransitiveTagKeys: ["team"],
      SourceIdentity: "ann",
    };
    expect((await ask(ann, arn, good)).SourceIdentity).toBe("ann");
    for (const wrong of [
      { RoleSessionName: "test" },
      { Tags: [{ Key: "team", Value: "edge" }] },
      { Tags: [...good.Tags, { Key: "cost", Value: "1" }] },
      { Tags: [...good.Tags, { Key: "stage", Value: "1" }], TransitiveTagKeys: ["stage"] },
      { SourceIdentity: "bob" },
    ]) {
      expect(await refusal(ann, arn, { ...good, ...wrong })).toContain("AccessDenied");
    }
  });

  it("needs sts:TagSession and sts:SetSourceIdentity on both sides for what they are about", async () => {
    const ann = await user("ann", { ...assume, Action: ["sts:AssumeRole", "sts:TagSession"] });
    const untagged = await role({ name: "untagged", trust: [trusting(root(account))] });
    const open = await role();
    const Tags = [{ Key: "team", Value: "core" }];
    const tag = "because no resource-based policy allows the sts:TagSession action";
    expect(await refusal(ann, untagged, { Tags })).toBe(
      denied(ann, untagged, "sts:TagSession", tag),
    );
    expect((await ask(ann, open, { Tags })).PackedPolicySize).toBeGreaterThan(0);
    const because = "because no identity-based policy allows the sts:SetSourceIdentity action";
    expect(await refusal(ann, open, { SourceIdentity: "ann" })).toBe(
      denied(ann, open, "sts:SetSourceIdentity", because),
    );
  });
});

describe("a role's session", () => {
  const pull: TestStatement = { Effect: "Allow", Action: "ecr:*", Resource: "*" };
  const list = (caller: Caller) => registry.ask(describeRepositories, {}, caller);

  it("lasts an hour unless another time is asked for, which the role allows", async () => {
    const arn = await role({ maxSessionSeconds: 7_200 });
    const ann = await user("ann", assume);
    const at = (seconds: number) =>
      `${new Date(registry.clock.now() + seconds * 1000).toISOString().slice(0, 19)}Z`;
    expect((await ask(ann, arn)).Credentials?.Expiration).toBe(at(3_600));
    const longest = await ask(ann, arn, { DurationSeconds: "7200" });
    expect(longest.Credentials?.Expiration).toBe(at(7_200));
    expect(await refusal(ann, arn, { DurationSeconds: "7201" })).toBe(
      "Validation: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    );
    for (const DurationSeconds of ["899", "43201", "1e3", "x"]) {
      expect(await refusal(ann, arn, { DurationSeconds })).toMatch(/^Validation: /);
    }
  });

  it("lasts an hour at most where another role's session asked for it", async () => {
    const hop = await role({ name: "hop", maxSessionSeconds: 43_200 }, assume);
    const trust = [trusting(root(otherAccount))];
    const next = await role({ name: "next", maxSessionSeconds: 43_200, trust });
    const ann = await user("ann", assume);
    const { Credentials } = await ask(ann, hop, { DurationSeconds: "43200" });
    const acting = await callerWith(ports(), Credentials);
    expect((await ask(acting, next)).Credentials).toBeDefined();
    expect(await refusal(acting, next, { DurationSeconds: "3601" })).toBe(
      "Validation: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    );
  });

  it("may do what the role may, and no more than its session policies let it", async () => {
    await registry.createRepository("app");
    const arn = await role({ account }, pull);
    const ann = await user("ann", assume);
    const whole = await callerWith(ports(), (await ask(ann, arn)).Credentials);
    expect((await list(whole)).repositories).toHaveLength(1);
    const narrow = await ask(ann, arn, {
      Policy: policyText({ Effect: "Allow", Action: "ecr:ListImages", Resource: "*" }),
    });
    expect(narrow.PackedPolicySize).toBeGreaterThan(0);
    await expect(list(await callerWith(ports(), narrow.Credentials))).rejects.toMatchObject({
      message: expect.stringContaining(
        "because no session policy allows the ecr:DescribeRepositories action",
      ),
    });
    const managed = await ask(ann, arn, {
      PolicyArns: [{ arn: "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly" }],
    });
    expect((await list(await callerWith(ports(), managed.Credentials))).repositories).toHaveLength(
      1,
    );
  });

  it("takes no session policy that is none, is not there, or is too much", async () => {
    const arn = await role({ account });
    const ann = await user("ann", assume);
    expect(await refusal(ann, arn, { Policy: "{" })).toMatch(/^MalformedPolicyDocument: /);
    const PolicyArns = [{ arn: `arn:aws:iam::${otherAccount}:policy/absent` }];
    expect(await refusal(ann, arn, { PolicyArns })).toMatch(/^Validation: .* does not exist/);
    expect(await refusal(ann, arn, { PolicyArns: Array(11).fill(PolicyArns[0]) })).toMatch(
      /^Validation: /,
    );
    expect(await refusal(ann, arn, { Policy: "x".repeat(2_049) })).toMatch(/^Validation: /);
    // Values that no packing makes smaller.
    const random = () => randomBytes(180).toString("base64url");
    const Tags = Array.from({ length: 50 }, (_, n) => ({ Key: `k${n}`, Value: random() }));
    expect(await refusal(ann, arn, { Tags })).toMatch(
      /^PackedPolicyTooLarge: Packed size of session tags consumes [0-9]{3}% of allotted space\.$/,
    );
  });

  it("has the tags that were passed instead of the role's, and hands down the transitive ones", async () => {
    const mine: TestStatement = {
      ...pull,
      Condition: { StringEquals: { "aws:PrincipalTag/Team": "core" } },
    };
    const hop = await role(
      { name: "hop", account, tags: [{ key: "Team", value: "edge" }] },
      ...[mine, assume],
    );
    const next = await role({ name: "next", account, tags: [] }, mine);
    const ann = await user("ann", assume);
    const plain = await callerWith(ports(), (await ask(ann, hop)).Credentials);
    await expect(list(plain)).rejects.toMatchObject({ kind: "AccessDenied" });
    const tagged = await ask(ann, hop, {
      Tags: [
        { Key: "team", Value: "core" },
        { Key: "stage", Value: "test" },
      ],
      TransitiveTagKeys: ["team"],
    });
    const first = await callerWith(ports(), tagged.Credentials);
    expect((await list(first)).repositories).toEqual([]);
    const second = await callerWith(ports(), (await ask(first, next)).Credentials);
    expect((await list(second)).repositories).toEqual([]);
    expect(second.principal.session?.tags).toEqual([{ key: "team", value: "core" }]);
    const Tags = [{ Key: "Team", Value: "mine" }];
    expect(await refusal(first, next, { Tags })).toContain(
      "conflicts with a transitive tag key from the calling session",
    );
  });

  it("needs sts:TagSession to hand tags down", async () => {
    const hop = await role({ name: "hop", account }, assume);
    const untagged = await role({ name: "next", account, trust: [trusting(root(account))] });
    const ann = await user("ann", assume);
    const Tags = [{ Key: "team", Value: "core" }];
    const fixed = await ask(ann, hop, { Tags });
    const moving = await ask(ann, hop, { Tags, TransitiveTagKeys: ["team"] });
    expect(await ask(await callerWith(ports(), fixed.Credentials), untagged)).toBeDefined();
    expect(await refusal(await callerWith(ports(), moving.Credentials), untagged)).toContain(
      "no resource-based policy allows the sts:TagSession action",
    );
  });

  it("says of itself when it was made, and that no device vouched for it", async () => {
    const Condition = {
      Bool: { "aws:MultiFactorAuthPresent": "false" },
      DateGreaterThan: { "aws:TokenIssueTime": "2001-01-01T00:00:00Z" },
      "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-exampleorg/r-*/" },
    };
    const arn = await role({ account }, { ...pull, Condition });
    const ann = await user("ann", assume, { ...pull, Condition });
    const acting = await callerWith(ports(), (await ask(ann, arn)).Credentials);
    expect((await list(acting)).repositories).toEqual([]);
    await expect(list(ann)).rejects.toMatchObject({ kind: "AccessDenied" });
  });

  it("keeps its source identity through every role that comes after", async () => {
    const hop = await role({ name: "hop", account }, assume);
    const ann = await user("ann", assume);
    const { Credentials } = await ask(ann, hop, { SourceIdentity: "ann" });
    const acting = await callerWith(ports(), Credentials);
    expect((await ask(acting, hop)).SourceIdentity).toBe("ann");
    expect((await ask(acting, hop, { SourceIdentity: "ann" })).SourceIdentity).toBe("ann");
    expect(await refusal(acting, hop, { SourceIdentity: "bob" })).toBe(
      "Validation: The source identity of a session cannot be changed.",
    );
    const unnamed = await role({ name: "unnamed", account, trust: [trusting(root(account))] });
    expect(await refusal(acting, unnamed)).toContain("sts:SetSourceIdentity action");
  });

  it("ends with its role, also when another is made under the same name", async () => {
    const arn = await role({ account });
    const ann = await user("ann", assume);
    const { Credentials } = await ask(ann, arn);
    await ports().metadata.transaction(async ({ identity }) => {
      const found = await identity.entities.find(account, "role", "deploy");
      await identity.entities.remove(found!);
    });
    await role({ account });
    await expect(callerWith(ports(), Credentials)).rejects.toThrow("nobody has");
  });
});

it("is not for who was judged by another role, which had the name until then", async () => {
  const arn = await role({ account });
  const ann = await user("ann", assume);
  const { entities } = ports().metadata.identity;
  const find = entities.find.bind(entities);
  const replacing = vi.spyOn(entities, "find").mockImplementationOnce(async (...asked) => {
    const found = await find(...asked);
    await ports().metadata.transaction(({ identity }) => identity.entities.remove(found!));
    await role({ account, trust: [trusting(root(otherAccount))] });
    return found;
  });
  expect(await refusal(ann, arn)).toBe(
    `AccessDenied: User: ${ann.principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
  );
  expect(replacing).toHaveBeenCalled();
});

it("takes no tags that are none, or are given twice, and no codes of devices", async () => {
  const arn = await role({ account });
  const ann = await user("ann", assume);
  const tag = (Key: string, Value = "x") => ({ Key, Value });
  const wrong = [
    ["InvalidInput: Duplicate tag keys found", { Tags: [tag("a"), tag("A")] }],
    ["InvalidInput: aws: prefixed", { Tags: [tag("aws:a")] }],
    ["InvalidInput: A tag key has", { Tags: [tag("a<")] }],
    [
      "Validation: 1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50",
      { Tags: Array.from({ length: 51 }, (_, n) => tag(`k${n}`)) },
    ],
    [
      "Value at 'transitiveTagKeys' failed to satisfy constraint: Member must have length less than or equal to 50",
      { TransitiveTagKeys: Array.from({ length: 51 }, (_, n) => `k${n}`) },
    ],
    ["Validation: The transitive tag key 'b'", { Tags: [tag("a")], TransitiveTagKeys: ["b"] }],
    ["AccessDenied: MultiFactorAuthentication failed", { SerialNumber: "GAHT12345678" }],
    ["Validation: There is no provider of contexts", { ProvidedContexts: [{ ProviderArn: "x" }] }],
    ["Validation: ", { RoleSessionName: "a b" }],
    ["Validation: ", { RoleSessionName: "a" }],
    ["Validation: ", { ExternalId: "x" }],
  ] as const;
  for (const [words, more] of wrong) expect(await refusal(ann, arn, more)).toContain(words);
});
