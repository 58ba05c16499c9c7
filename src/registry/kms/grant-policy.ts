import type { Ports } from "../../ports/ports.ts";
import type { Attached } from "../policy/policy-request.ts";
import { type KmsGrant, type KmsGrantConstraints, kmsKeyArn } from "./kms-key.ts";

type Operator = "StringEquals" | "ForAllValues:StringEquals" | "Null";
type Condition = Partial<Record<Operator, Record<string, string | readonly string[]>>>;

/** Operations of a grant that have no encryption context, so that constraints do not speak of them. */
const withoutContext: ReadonlySet<string> = new Set(["DescribeKey"]);

/**
 * A grant as a policy of its key, so that an explicit deny outweighs it and an explanation shows it like
 * any other (ADR-0033). Source: KMS, "Grants in AWS KMS" and CreateGrant, GrantConstraints.
 */
export function grantPolicy({ memory }: Pick<Ports, "memory">, grant: KmsGrant): Attached {
  const statements = [
    statement(grant, (name) => !withoutContext.has(name), contextCondition(grant.constraints)),
    statement(grant, (name) => withoutContext.has(name), {}),
    childGrants(grant),
  ];
  return attached(memory, grant, statements);
}

/**
 * Who may retire a grant by the grant itself: its retiring principal, its grantee where it says so, and
 * the account that made it, which leaves that to its identity policies. Source: KMS, RetireGrant.
 */
export function retiringPolicy({ memory }: Pick<Ports, "memory">, grant: KmsGrant): Attached {
  const retiring = grant.retiring === "" ? [] : [grant.retiring];
  const grantee = grant.operations.includes("RetireGrant") ? [grant.grantee] : [];
  const who = [...new Set([...retiring, ...grantee, grant.issuer])];
  const statements = who.map((principal) => ({
    ...{ Effect: "Allow", Principal: element(principal), Action: "kms:RetireGrant" },
    Resource: kmsKeyArn(grant.key),
  }));
  return attached(memory, grant, statements);
}

type Statement = Readonly<Record<string, unknown>>;

function attached(
  memory: Ports["memory"],
  grant: KmsGrant,
  statements: readonly (Statement | undefined)[],
): Attached {
  // The older version: what looks like a variable in an encryption context is text.
  const document = { Version: "2008-10-17", Statement: statements.filter((each) => each) };
  const compiled = memory.access.documents.compile("key", JSON.stringify(document));
  return { source: `grant ${grant.id}`, type: "grant", compiled };
}

/** `undefined` where the grant has none of those operations. */
function statement(
  grant: KmsGrant,
  has: (operation: string) => boolean,
  condition: Condition,
): Statement | undefined {
  const actions = grant.operations
    .filter((name) => name !== "CreateGrant" && name !== "RetireGrant" && has(name))
    .map((name) => `kms:${name}`);
  return actions.length === 0 ? undefined : allow(grant, actions, condition);
}

/** "Grants created with the CreateGrant permission": no more operations, and constraints as strict. */
function childGrants(grant: KmsGrant): Statement | undefined {
  if (!grant.operations.includes("CreateGrant")) return undefined;
  const { encryptionContextEquals } = grant.constraints;
  const condition = contextCondition(grant.constraints);
  const operations = { "kms:GrantOperations": grant.operations };
  condition["ForAllValues:StringEquals"] = {
    ...condition["ForAllValues:StringEquals"],
    ...operations,
  };
  if (encryptionContextEquals !== undefined) {
    const type = { "kms:GrantConstraintType": "EncryptionContextEquals" };
    condition.StringEquals = { ...condition.StringEquals, ...type };
  }
  return allow(grant, ["kms:CreateGrant"], condition);
}

function allow(grant: KmsGrant, actions: readonly string[], condition: Condition): Statement {
  return {
    Effect: "Allow",
    Principal: element(grant.grantee),
    Action: actions,
    Resource: kmsKeyArn(grant.key),
    ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
  };
}

function element(principal: string): object {
  return isService(principal) ? { Service: principal } : { AWS: principal };
}

/** `ecr.us-east-1.amazonaws.com`. Source: KMS, CreateGrant: services are named like other principals. */
export function isService(principal: string): boolean {
  return /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com$/.test(principal);
}

/** Conditions know keys in any case; which keys there are exactly is asked beside. */
function contextCondition(constraints: KmsGrantConstraints): Condition {
  const { encryptionContextEquals: equals, encryptionContextSubset: subset } = constraints;
  const condition: Condition = {};
  const keys = Object.keys({ ...equals, ...subset });
  if (keys.length > 0) {
    const pairs = Object.entries({ ...equals, ...subset });
    condition.StringEquals = Object.fromEntries(
      pairs.map(([key, value]) => [`kms:EncryptionContext:${key}`, value]),
    );
  }
  if (equals !== undefined) {
    const all = Object.keys(equals);
    if (all.length === 0) condition.Null = { "kms:EncryptionContextKeys": "true" };
    else condition["ForAllValues:StringEquals"] = { "kms:EncryptionContextKeys": all };
  }
  return condition;
}
