import { describe, expect, it } from "vitest";
import { parsePolicy } from "./parse-policy.ts";
import type { PolicyKind } from "./policy-document.ts";

const base = { Effect: "Allow", Action: "s3:ListBucket", Resource: "arn:aws:s3:::example_bucket" };

/** The sentence with which a policy is refused, or "" for one that is taken. */
function refusal(policy: unknown, kind: PolicyKind = "managed"): string {
  const text = typeof policy === "string" ? policy : JSON.stringify(policy);
  return parsePolicy(text, kind).failure?.sentence ?? "";
}

function one(changes: object, kind?: PolicyKind): string {
  return refusal({ Version: "2012-10-17", Statement: { ...base, ...changes } }, kind);
}

const syntax = "Syntax errors in policy.";
const legacy = "The policy failed legacy parsing";
const vendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
const oneColon = "Actions/Condition can contain only one colon.";
const noActions = "Policy statement must contain actions.";
const noResources = "Policy statement must contain resources.";
const oldVersion = "Policy document must be version 2012-10-17 or greater.";
const version = { Version: "2012-10-17" };

describe("a managed policy is refused in AWS's words", () => {
  it.each([
    ["This is not a json document", syntax],
    ["", syntax],
    [[], syntax],
    [version, syntax],
    [{ ...version, Statement: ["afd"] }, syntax],
    [{ ...version, Statement: [] }, syntax],
    [{ ...version, Statement: null }, syntax],
    [{ ...version, Statement: base, "Extra field": "value" }, syntax],
    [{ ...version, Statement: base, Id: ["x"] }, syntax],
    [{ Version: "2013-10-17", Statement: base }, syntax],
    [{ Statement: base }, oldVersion],
    [{ Version: "2008-10-17", Statement: base }, oldVersion],
    [{ Statement: { ...base, Effect: "denY" } }, oldVersion],
    [
      {
        Statement: [
          { ...base, Sid: "a" },
          { Sid: "a", Effect: "Allow" },
        ],
      },
      oldVersion,
    ],
    [
      {
        ...version,
        Statement: [
          { ...base, Sid: "a" },
          { Sid: "a", Effect: "Allow" },
        ],
      },
      "Statement IDs (SID) in a single policy must be unique.",
    ],
    [
      {
        ...version,
        Statement: [
          { ...base, Sid: "a", Effect: "aLLow" },
          { Sid: "a", Effect: "Allow" },
        ],
      },
      legacy,
    ],
    [{ ...version, Statement: [{ Effect: "Deny" }, base] }, noActions],
    [
      {
        ...version,
        Statement: [
          { ...base, Action: "s3s:ListBucket" },
          { ...base, Action: "s:3s:ListBucket" },
        ],
      },
      oneColon,
    ],
  ])("%j: %s", (policy, sentence) => {
    expect(refusal(policy)).toBe(sentence);
  });

  it.each([
    [{ "Extra field": "value" }, syntax],
    [{ Effect: undefined }, syntax],
    [{ Effect: "invalid" }, syntax],
    [{ Effect: "denY" }, legacy],
    [{ Effect: "allow", Action: undefined, Resource: "arn:aws:s3:us-east-1::b" }, legacy],
    [{ Sid: {} }, syntax],
    [
      { Sid: "with blanks" },
      "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
    ],
    [{ Principal: "*" }, "Policy document should not specify a principal."],
    [{ NotPrincipal: { AWS: "x" } }, "Policy document should not specify a principal."],
    [{ Action: "invalid" }, vendor],
    [{ Action: "" }, vendor],
    [{ Action: undefined, NotAction: "" }, vendor],
    [{ Action: "invalid", Resource: undefined }, vendor],
    [{ Action: "a a:ListBucket" }, "Vendor a a is not valid"],
    [{ Action: ":GetObject" }, "Vendor  is not valid"],
    [{ Action: "ecr*:GetObject" }, "Vendor ecr* is not valid"],
    [{ Action: "s3:List:Bucket" }, oneColon],
    [{ Action: undefined }, noActions],
    [{ Action: [] }, noActions],
    [{ Action: undefined, Resource: undefined }, noActions],
    [{ Action: {} }, syntax],
    [{ Action: [[]] }, syntax],
    [{ Action: 123 }, syntax],
    [{ NotAction: "iam:dsf" }, syntax],
    [{ NotAction: "s3s:ListBucket", Action: [] }, syntax],
    [{ Resource: undefined }, noResources],
    [{ Resource: [] }, noResources],
    [{ Resource: { a: "b" } }, syntax],
    [{ Resource: ["adfdf", {}] }, syntax],
    [{ NotResource: "*" }, syntax],
    [{ Resource: "invalid resource" }, 'Resource invalid resource must be in ARN format or "*".'],
    [{ Resource: "" }, 'Resource  must be in ARN format or "*".'],
    [
      { Action: "s:3:ListBucket", Resource: "sdfsadf" },
      'Resource sdfsadf must be in ARN format or "*".',
    ],
    [
      { Resource: "a:bsdfdsafsad" },
      'Partition "bsdfdsafsad" is not valid for resource "arn:bsdfdsafsad:*:*:*:*".',
    ],
    [{ Resource: "a:b:cadfsdf" }, 'Partition "b" is not valid for resource "arn:b:cadfsdf:*:*:*".'],
    [
      { Resource: "a:b:c:d:e:f:g:h" },
      'Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h".',
    ],
    [
      { Resource: "aws:s3:::example_bucket" },
      'Partition "s3" is not valid for resource "arn:s3:::example_bucket:*".',
    ],
    [
      { Resource: "s3::example-bucket/*" },
      'Partition "" is not valid for resource "arn::example-bucket/*:*:*:*".',
    ],
    [
      { Resource: ["arn:error:s3:::b", "arn:error:s3::b"] },
      'Partition "error" is not valid for resource "arn:error:s3:::b".',
    ],
    [
      { Resource: "arn:aws" },
      "Resource vendor must be fully qualified and cannot contain regexes.",
    ],
    [
      { Resource: "arn:aws:e*:::x" },
      "Resource vendor must be fully qualified and cannot contain regexes.",
    ],
    [{ Resource: "arn:aws:s3::example_bucket" }, legacy],
    [{ Action: undefined, Resource: "arn:aws:s3::example_bucket" }, legacy],
    [{ Resource: undefined, NotResource: "arn:aws:s3::example_bucket" }, legacy],
    [{ Resource: "arn:aws::fdsasf" }, legacy],
    [{ Resource: "arn:aws::::example_bucket" }, legacy],
    [{ Resource: "arn:aws:ecr:eu-west-1:<ACCOUNT_ID>:repository/app" }, legacy],
    [{ Resource: "arn:aws:iam::${aws:PrincipalAccount}:role/x" }, legacy],
    [
      { Resource: "arn:aws:iam:us-east-1::user/x" },
      "IAM resource arn:aws:iam:us-east-1::user/x cannot contain region information.",
    ],
    [
      { Resource: "arn:aws:iam:::example_bucket" },
      'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.',
    ],
    [{ Condition: [] }, syntax],
    [{ Condition: "a" }, syntax],
    [{ Condition: { a: "b" } }, syntax],
    [{ Condition: { DateGreaterThan: [] } }, syntax],
    [{ Condition: { DateGreaterThan: { a: {} } } }, syntax],
    [{ Condition: { StringEquals: { a: null } } }, syntax],
    [{ Condition: { x: { a: "1" } } }, syntax],
    [{ Condition: { "ForAnyValue::StringEqualsIfExists": { a: "b" } } }, syntax],
    [{ Condition: { DateGreaterThan: { a: "sdfdsf" } } }, legacy],
    [{ Action: undefined, Condition: { DateGreaterThan: { a: "sdfdsf" } } }, legacy],
    [{ Resource: "arn:error:s3:::b", Condition: { DateGreaterThan: { a: "sdfdsf" } } }, legacy],
    [{ Condition: { DateLessThan: { a: "9223372036854775808" } } }, legacy],
    [{ Condition: { NumericEquals: { a: "ten" } } }, legacy],
    [{ Condition: { "ForAnyValue:NotIpAddressIfExists": { a: "10.0.0.0/99" } } }, legacy],
  ])("%j: %s", (changes, sentence) => {
    expect(one(changes)).toBe(sentence);
  });
});

describe("an identity policy", () => {
  it.each([
    {},
    { Action: "*" },
    { Action: "iam: asdf safdsf af " },
    { Action: "service-prefix:action-name", Resource: ["arn:aws:s3:::example_bucket", "*"] },
    { Action: "s3.s:ListBucket" },
    { Resource: "arn:aws:iam:::user/example_bucket" },
    { Resource: "arn:aws:iam::*:user/${aws:username}" },
    { Resource: "arn:aws:fdsasf" },
    { Resource: "arn:*:ecr:*:1111*:repository/*" },
    { Resource: "arn:aws:iam::aws:policy/ReadOnlyAccess" },
    { Resource: "arn:aws:invalid-service:us-east-1::example_bucket" },
    { Resource: undefined, NotResource: "*", NotAction: "s3:x", Action: undefined },
    { Sid: "" },
    { Condition: {} },
    { Condition: { DateGreaterThan: {} } },
    { Condition: { DateGreaterThan: { a: [] } } },
    { Condition: { a: {} } },
    { Condition: { "ForAnyValue:StringEqualsIfExists": { a: "asf" } } },
    { Condition: { DateLessThanEquals: { a: "2016-12-13T21:20:37.593194+00:00" } } },
    { Condition: { Bool: { "aws:SecureTransport": true }, NumericLessThan: { a: 10 } } },
  ])("may say %j", (changes) => {
    expect(one(changes)).toBe("");
    expect(one(changes, "identity")).toBe("");
    expect(one(changes, "boundary")).toBe("");
    expect(one(changes, "session")).toBe("");
  });

  it("may be of 2008 where it is inline", () => {
    for (const Version of [undefined, "2008-10-17", "2012-10-17"]) {
      expect(refusal({ Version, Statement: base }, "identity")).toBe("");
    }
    expect(parsePolicy(JSON.stringify({ Statement: base }), "identity").document?.version).toBe(
      "2008-10-17",
    );
  });

  it("is read with its values as strings and everything in its place", () => {
    const text = JSON.stringify({
      Version: "2012-10-17",
      Id: "id",
      Statement: [
        {
          ...base,
          Sid: "a",
          NotAction: ["a:b"],
          Action: undefined,
          Condition: { "ForAnyValue:Bool": { "aws:K": [true, "x", 1.5] } },
        },
      ],
    });
    const { document } = parsePolicy(text, "managed");
    expect(document).toMatchObject({ id: "id", version: "2012-10-17", text });
    expect(document?.statements[0]).toMatchObject({
      sid: "a",
      effect: "Allow",
      principal: undefined,
      action: { negated: true, patterns: ["a:b"] },
      resource: { negated: false, patterns: ["arn:aws:s3:::example_bucket"] },
      conditions: [{ operator: "ForAnyValue:Bool", key: "aws:K", values: ["true", "x", "1.5"] }],
    });
  });

  it("tells where its statements stand, for people and as the simulator does", () => {
    const single = `{\n  "Version":"2012-10-17",\n  "Statement":{\n    "Effect":"Allow",\n    "Action":"s3:PutObject",\n    "Resource":"arn:aws:s3:::my-test-bucket"\n  }\n}`;
    const [statement] = parsePolicy(single, "managed").document!.statements;
    expect(statement?.span).toEqual({
      start: { line: 3, column: 15 },
      end: { line: 7, column: 4 },
    });
    expect(statement?.simulatorSpan).toEqual({
      start: { line: 3, column: 16 },
      end: { line: 7, column: 4 },
    });
    const list = `{\n  "Version": "2012-10-17",\n  "Statement": [\n    {"Effect":"Allow","Action":"a:b","Resource":"*"},\n    {"Effect":"Allow","Action":"a:b","Resource":"*"}\n  ]\n}`;
    const [first, second] = parsePolicy(list, "managed").document!.statements;
    expect(first?.simulatorSpan.start).toEqual({ line: 3, column: 17 });
    expect(second?.simulatorSpan.start).toEqual(first?.simulatorSpan.end);
    expect(second?.span.start).toEqual({ line: 5, column: 5 });
  });
});

describe("a policy of any kind", () => {
  it.each(["managed", "identity", "trust", "repository", "registry", "key"] as const)(
    "28: %s: is refused with a key twice or in another case",
    (kind) => {
      for (const text of [
        '{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}',
        '{"Version":"2012-10-17","Statement":{"Effect":"Deny","effect":"Allow"}}',
        '{"Version":"2012-10-17","Statement":{"Effect":"Deny","\\u0045ffect":"Allow"}}',
        '{"Version":"2012-10-17","Statement":{"Principal":{"AWS":"*","aws":"x"}}}',
      ]) {
        expect(parsePolicy(text, kind).failure).toMatchObject({ fault: "json" });
      }
    },
  );

  it("is refused with a condition key twice in one operator, in whatever case", () => {
    const failure = parsePolicy(
      JSON.stringify({
        ...version,
        Statement: { ...base, Condition: { Bool: { "aws:a": "true", "AWS:A": "false" } } },
      }),
      "managed",
    ).failure;
    expect(failure).toMatchObject({ fault: "json", detail: "the key 'AWS:A' is given twice" });
  });

  it("is refused when it is too long, before it is read", () => {
    const text = `{"Id":"${"x".repeat(10_240)}"`;
    expect(parsePolicy(text, "repository").failure).toMatchObject({ fault: "too-long" });
    expect(parsePolicy(text, "managed").failure).toMatchObject({ fault: "json" });
  });

  it("is refused with the place of the fault", () => {
    const text = `{"Version": "2012-10-17",\n"Statement": [\n${JSON.stringify(base)},\n{"Effect": "Allow", "Action": "a:b",\n "Resource": "x"}]}`;
    expect(parsePolicy(text, "managed").failure).toEqual({
      fault: "grammar",
      sentence: 'Resource x must be in ARN format or "*".',
      path: "Statement[1].Resource",
      position: { line: 5, column: 14 },
      detail: undefined,
    });
  });
});
