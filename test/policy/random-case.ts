import { conditionOperators } from "../../src/registry/policy/condition-operators.ts";
import type { PolicyPrincipal } from "../../src/registry/policy/policy-principal.ts";
import type { GrantRule } from "../../src/registry/policy/policy-request.ts";
import type {
  PlainPolicies,
  PlainPolicy,
  PlainRequest,
  PlainStatement,
} from "./reference-evaluator.ts";

/** Random numbers that a seed repeats (mulberry32). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  is(probability: number): boolean {
    return this.next() < probability;
  }

  one<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  /** From one to `most` items; some may repeat. */
  some<Item>(items: readonly Item[], most: number): Item[] {
    return Array.from({ length: 1 + this.below(most) }, () => this.one(items));
  }
}

export interface RandomCase {
  request: PlainRequest;
  policies: PlainPolicies;
  grants: GrantRule;
}

const A = "111111111111";
const B = "222222222222";

const principals: readonly PolicyPrincipal[] = [
  { type: "Root", account: A, arn: `arn:aws:iam::${A}:root`, uniqueId: A },
  { type: "Root", account: B, arn: `arn:aws:iam::${B}:root`, uniqueId: B },
  user(A, "team/alice", "AIDAALICEALICEALICE1"),
  user(A, "team/alice", "AIDAALICEALICEALICE2"),
  user(B, "bob", "AIDABOBBOBBOBBOBBOB1"),
  session(A, "ci/deploy", "AROADEPLOYDEPLOYDEP1", "build"),
  session(A, "ci/deploy", "AROADEPLOYDEPLOYDEP2", "build"),
  session(B, "reader", "AROAREADERREADERREA1", "pull"),
  {
    type: "FederatedUser",
    account: A,
    arn: `arn:aws:sts::${A}:federated-user/fay`,
    userArn: `arn:aws:iam::${A}:user/team/alice`,
    uniqueId: `${A}:fay`,
  },
  { type: "Service", arn: "", service: "lambda.amazonaws.com" },
  { type: "WebIdentity", arn: "", federated: `arn:aws:iam::${A}:oidc-provider/issuer.test/a` },
  { type: "Anonymous", arn: "" },
];

function user(account: string, path: string, uniqueId: string): PolicyPrincipal {
  return { type: "User", account, arn: `arn:aws:iam::${account}:user/${path}`, uniqueId };
}

function session(account: string, role: string, id: string, name: string): PolicyPrincipal {
  return {
    type: "AssumedRole",
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${role.split("/").at(-1)}/${name}`,
    roleArn: `arn:aws:iam::${account}:role/${role}`,
    uniqueId: `${id}:${name}`,
  };
}

const awsNames = [
  "*",
  A,
  A,
  B,
  `arn:aws:iam::${A}:root`,
  `arn:aws:iam::${B}:root`,
  ...principals.flatMap(({ type, arn, roleArn, userArn, uniqueId }) =>
    type === "Root" || arn === ""
      ? []
      : [arn, roleArn, userArn, type === "FederatedUser" ? undefined : uniqueId],
  ),
  "AROADEPLOYDEPLOYDEP1",
  "AROAREADERREADERREA1",
].filter((name) => name !== undefined);

const actions = ["ecr:PutImage", "ecr:BatchGetImage", "ecr:GetAuthorizationToken", "kms:Decrypt"];
const actionPatterns = [
  "*",
  "*",
  "ecr:*",
  "ecr:*",
  "ecr:Put*",
  "ECR:pUTiMAGE",
  "ecr:?utImage",
  "ecr:Batch*Image",
  "ecr:B*t*g*",
  "ecr:Get*Token",
  "kms:*",
  "kms:Decrypt",
  "ecr:DeleteRepository",
];

const repository = `arn:aws:ecr:eu-west-1:${A}:repository`;
const resources = [
  { arn: `${repository}/app`, account: A },
  { arn: `${repository}/red/app`, account: A },
  { arn: `${repository}/reddish`, account: A },
  { arn: `${repository}/blue/*`, account: A },
  { arn: `arn:aws:ecr:eu-west-1:${B}:repository/app`, account: B },
  { arn: "*", account: A },
];
const resourcePatterns = [
  "*",
  "*",
  "*",
  `${repository}/app`,
  `${repository}/*`,
  `${repository}/red/*`,
  `${repository}/?pp`,
  `arn:aws:ecr:*:${A}:repository/*`,
  "arn:aws:ecr:*:*:*",
  "arn:*:ecr:eu-*:*:repo*/*p*",
  "arn:aws:ecr",
  `arn:aws:ecr:eu-west-1:${B}:repository/app`,
  `${repository}/\${aws:PrincipalTag/team}/*`,
  `${repository}/\${aws:PrincipalTag/team, 'red'}/app`,
  `${repository}/\${AWS:principaltag/TEAM}*`,
  `${repository}/blue/\${*}`,
  `${repository}/\${aws:TagKeys}`,
];

const families: Readonly<Record<string, { keys: string[]; wanted: string[]; actual: string[] }>> = {
  String: {
    keys: ["aws:PrincipalTag/team", "AWS:username", "ecr:ImageTag", "aws:TagKeys"],
    wanted: [
      "red",
      "red",
      "blue",
      "*ed",
      "RED",
      "r*",
      "?ed",
      "",
      "*",
      "${aws:username}",
      "${aws:username, 'red'}",
      "${*}ed",
      "v1.*",
    ],
    actual: ["red", "red", "Red", "blue", "", "v1.2", "*ed", "*"],
  },
  Numeric: {
    keys: ["aws:MultiFactorAuthAge", "kms:Sizes"],
    wanted: ["0", "10", "-3.5", "1e2", "300"],
    actual: ["0", "10", "10.0", "300", "100", "-3.5", "299", "many"],
  },
  Date: {
    keys: ["aws:CurrentTime", "aws:EpochTime", "kms:Times"],
    wanted: [
      "2026-01-02T03:04:05Z",
      "2026-01-02",
      "2026",
      "1767323045",
      "2026-01-02T04:04:05+01:00",
    ],
    actual: [
      "2026-01-02T03:04:05Z",
      "2025-12-31T23:59:59.999Z",
      "1767323045",
      "2026-06-01",
      "soon",
    ],
  },
  Bool: {
    keys: ["aws:SecureTransport", "kms:Flags"],
    wanted: ["true", "false", "True"],
    actual: ["true", "false", "TRUE", "yes"],
  },
  Binary: {
    keys: ["kms:Blob", "kms:Blobs"],
    wanted: ["QUJD", "QUI=", "AAEC"],
    actual: ["QUJD", "QUI=", "AAEC", "!"],
  },
  Ip: {
    keys: ["aws:SourceIp", "kms:Hops"],
    wanted: [
      "203.0.113.0/24",
      "203.0.113.7",
      "0.0.0.0/0",
      "2001:DB8::/33",
      "::/0",
      "::ffff:203.0.113.0/120",
      "10.0.0.0/9",
    ],
    actual: [
      "203.0.113.7",
      "203.0.114.7",
      "10.127.0.1",
      "10.128.0.1",
      "2001:db8::1",
      "2001:db8:8000::1",
      "::ffff:203.0.113.9",
      "nowhere",
    ],
  },
  Arn: {
    keys: ["aws:SourceArn", "aws:PrincipalArn", "kms:Via"],
    wanted: [
      `arn:aws:iam::${A}:role/*`,
      `arn:aws:lambda:*:${A}:function:f`,
      "arn:aws:iam::${aws:PrincipalAccount}:role/*",
      "arn:aws:${aws:x, 'iam'}::*:role/*",
      "arn:aws:*:*:*:*",
      "*",
      "arn:aws:sns",
    ],
    actual: [
      `arn:aws:iam::${A}:role/ci/deploy`,
      `arn:aws:lambda:eu-west-1:${A}:function:f`,
      "arn:aws:sns:x",
      "red",
    ],
  },
};
/** Keys that may have several values, in lower case. */
const multivalued = new Set([
  "aws:tagkeys",
  "kms:sizes",
  "kms:times",
  "kms:flags",
  "kms:blobs",
  "kms:hops",
  "kms:via",
]);

const operatorNames = [...conditionOperators.keys()];

function familyOf(operator: string) {
  if (operator === "Null")
    return { keys: ["aws:TagKeys", "aws:username", "kms:Flags"], wanted: ["true", "false"] };
  const name = Object.keys(families).find((family) => operator.includes(family));
  return families[name!]!;
}

function randomCondition(chance: Chance): NonNullable<PlainStatement["Condition"]> {
  const operator = chance.one(operatorNames);
  const { keys, wanted } = familyOf(operator);
  const qualifier = chance.one(["", "ForAllValues:", "ForAnyValue:"]);
  const ifExists = operator !== "Null" && chance.is(0.4) ? "IfExists" : "";
  const values = chance.is(0.4) ? chance.some(wanted, 3) : chance.one(wanted);
  return { [`${qualifier}${operator}${ifExists}`]: { [chance.one(keys)]: values } };
}

function randomContext(chance: Chance): PlainRequest["context"] {
  const context: Record<string, string | string[]> = {};
  if (chance.is(0.8)) context["aws:principalaccount"] = chance.one([A, B]);
  for (const { keys, actual } of Object.values(families)) {
    for (const key of keys) {
      if (chance.is(0.2)) continue;
      const lowered = key.toLowerCase();
      const several = multivalued.has(lowered) && chance.is(0.8);
      context[lowered] = several
        ? Array.from({ length: chance.below(4) }, () => chance.one(actual))
        : chance.one(actual);
    }
  }
  return context;
}

function randomPrincipal(chance: Chance): unknown {
  if (chance.is(0.15)) return "*";
  const element: Record<string, string | string[]> = {};
  if (chance.is(0.75))
    element.AWS = chance.is(0.5) ? chance.one(awsNames) : chance.some(awsNames, 4);
  if (chance.is(0.25))
    element.Service = chance.one(["lambda.amazonaws.com", "codebuild.amazonaws.com"]);
  if (chance.is(0.25))
    element.Federated = chance.one([principals[10]!.federated!, "issuer.test/a"]);
  return Object.keys(element).length === 0 ? { AWS: chance.one(awsNames) } : element;
}

function patterns(chance: Chance, pool: readonly string[]): string | string[] {
  return chance.is(0.5) ? chance.one(pool) : chance.some(pool, 3);
}

function randomStatement(chance: Chance, isResourcePolicy: boolean): PlainStatement {
  const statement: PlainStatement = { Effect: chance.is(0.8) ? "Allow" : "Deny" };
  if (isResourcePolicy) {
    const negated = statement.Effect === "Deny" && chance.is(0.3);
    statement[negated ? "NotPrincipal" : "Principal"] = negated
      ? randomExceptions(chance)
      : randomPrincipal(chance);
  }
  statement[chance.is(0.12) ? "NotAction" : "Action"] = patterns(chance, actionPatterns);
  statement[chance.is(0.12) ? "NotResource" : "Resource"] = patterns(chance, resourcePatterns);
  const conditions = chance.is(0.4) ? 0 : 1 + chance.below(2);
  if (conditions > 0) statement.Condition = {};
  for (let count = 0; count < conditions; count++)
    Object.assign(statement.Condition!, randomCondition(chance));
  return statement;
}

/** Lists that except a principal wholly, or but for one of its names. */
function randomExceptions(chance: Chance): unknown {
  if (chance.is(0.3)) return randomPrincipal(chance);
  const { account, arn, roleArn, service, federated } = chance.one(principals);
  const names = [account, roleArn, arn === "" ? undefined : arn].filter(
    (name) => name !== undefined,
  );
  if (chance.is(0.3)) names.splice(chance.below(names.length), 1);
  const element: Record<string, string | string[]> = { AWS: names.length === 0 ? B : names };
  if (service !== undefined) element.Service = service;
  if (federated !== undefined) element.Federated = federated;
  return element;
}

function randomPolicy(chance: Chance, isResourcePolicy: boolean): PlainPolicy {
  const statements = Array.from({ length: 1 + chance.below(3) }, () =>
    randomStatement(chance, isResourcePolicy),
  );
  const Statement = statements.length === 1 && chance.is(0.5) ? statements[0]! : statements;
  const version = chance.one(["2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17", undefined]);
  // ARN forms with a variable are read otherwise in 2008, where it is text with a colon in it.
  return version === undefined ? { Statement } : { Version: version, Statement };
}

function policies(chance: Chance, most: number, isResourcePolicy = false): PlainPolicy[] {
  return Array.from({ length: chance.below(most + 1) }, () =>
    randomPolicy(chance, isResourcePolicy),
  );
}

/** Policies, and several requests that are asked of them. */
export function randomCases(chance: Chance, count: number): RandomCase[] {
  const resource = policies(chance, 2, true);
  const set: PlainPolicies = {
    identity: policies(chance, 3),
    ...(chance.is(0.25) ? { boundary: randomPolicy(chance, false) } : {}),
    ...(chance.is(0.3) ? { session: policies(chance, 2) } : {}),
    resource,
  };
  return Array.from({ length: count }, () => ({
    request: randomRequest(chance),
    policies: set,
    grants: chance.one(grantRules),
  }));
}

const grantRules = [
  "either",
  "either",
  "identity-only",
  "resource-required",
  "resource-required",
] as const;

function randomRequest(chance: Chance): PlainRequest {
  return {
    principal: chance.one(principals),
    action: chance.one(actions),
    resource: chance.one(resources),
    context: randomContext(chance),
  };
}
