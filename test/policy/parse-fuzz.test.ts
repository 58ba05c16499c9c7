import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../src/registry/policy/compile-policy.ts";
import { evaluate } from "../../src/registry/policy/evaluate.ts";
import { formatPolicy } from "../../src/registry/policy/format-policy.ts";
import { correctPolicy, lintPolicy } from "../../src/registry/policy/lint-policy.ts";
import { awsManagedPolicies } from "../../src/registry/policy/managed-policies.ts";
import { mapPrincipals } from "../../src/registry/policy/map-principals.ts";
import { parsePolicy } from "../../src/registry/policy/parse-policy.ts";
import type { PolicyKind } from "../../src/registry/policy/policy-document.ts";
import { Chance, randomCases } from "./random-case.ts";

const kinds: readonly PolicyKind[] = [
  "identity",
  "managed",
  "boundary",
  "session",
  "trust",
  "repository",
  "registry",
  "registry-v1",
  "key",
];
const kind = fc.constantFrom(...kinds);
const actions = ["ecr:PutImage", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "iam:GetUser"];

/** JSON that is nearly a policy: the words are right, the places and types often are not. */
const words = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "Version",
      "Id",
      "Statement",
      "Sid",
      "Effect",
      "Principal",
      "NotPrincipal",
      "Action",
      "NotAction",
      "Resource",
      "NotResource",
      "Condition",
      "AWS",
      "Service",
      "Federated",
      "StringEquals",
      "ForAnyValue:StringLike",
      "NumericLessThan",
      "IpAddress",
      "Null",
      "__proto__",
      "constructor",
      "effect",
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
);
const leaves = fc.oneof(
  fc.constantFrom(
    "Allow",
    "Deny",
    "2012-10-17",
    "2008-10-17",
    "*",
    "ecr:*",
    "ecr: PutImage",
    "s3:Get?",
    "arn:aws:ecr:*:*:repository/*",
    "arn:aws:ecr:${aws:x}",
    "arn:",
    "111122223333",
    "${aws:username}",
    "${",
    "10.0.0.0/8",
    "true",
    "a".repeat(300),
  ),
  fc.string({ maxLength: 12 }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof({ maxDepth: 6, withCrossShrink: true }, leaves, tie("object"), tie("list")),
  object: fc.dictionary(words, tie("tree"), { maxKeys: 6 }),
  list: fc.array(tie("tree"), { maxLength: 4 }),
}));

function readsOrRefuses(text: string, policyKind: PolicyKind): boolean {
  const { document, failure } = parsePolicy(text, policyKind);
  if (document === undefined) {
    expect(failure.sentence).not.toBe("");
    return false;
  }
  const attached = { source: "fuzz", type: policyKind, compiled: compilePolicy(document) };
  const principal = {
    type: "User",
    account: "111122223333",
    arn: "arn:aws:iam::111122223333:user/a",
  } as const;
  const resource = {
    arn: "arn:aws:ecr:eu-west-1:111122223333:repository/a",
    account: "111122223333",
  };
  const request = {
    principal,
    action: "ecr:PutImage",
    resource,
    context: new Map([["aws:username", "a"]]),
  };
  evaluate(request, { identity: [attached], resource: [attached] });
  expect(
    parsePolicy(
      mapPrincipals(document, (value) => value),
      policyKind,
    ).document,
  ).toBeDefined();
  const formatted = parsePolicy(formatPolicy(document.json), policyKind);
  if (formatted.failure?.fault !== "too-long")
    expect(formatted.document?.statements).toHaveLength(document.statements.length);
  return true;
}

describe("any text", { timeout: 120_000 }, () => {
  it("is a policy that can be used, or is refused with a reason, and nothing is thrown", () => {
    const texts = fc.oneof(
      tree.map((value) => JSON.stringify(value)),
      fc.string({ maxLength: 60 }),
    );
    fc.assert(
      fc.property(texts, kind, (text, policyKind) => void readsOrRefuses(text, policyKind)),
      { numRuns: 8_000 },
    );
  });

  it("that differs from a policy by a few characters does so too, and often still is one", () => {
    const chance = new Chance(7);
    let read = 0;
    const total = 8_000;
    for (let count = 0; count < total; count++) {
      const { identity, resource } = randomCases(chance, 1)[0]!.policies;
      const policy = chance.one([...identity, ...resource, { Statement: [] }]);
      let text = JSON.stringify(policy);
      for (let edits = chance.below(3); edits > 0; edits--) {
        const at = chance.below(text.length);
        const piece = chance.one([
          "",
          "",
          '"',
          "{",
          "]",
          ",",
          "*",
          "$",
          ":",
          "\\",
          " ",
          "\u0000",
          "é",
        ]);
        text = text.slice(0, at) + piece + text.slice(at + chance.below(2));
      }
      if (readsOrRefuses(text, chance.one(["identity", "key"] as const))) read++;
    }
    expect(read).toBeGreaterThan(total / 10);
    expect(read).toBeLessThan(total);
  });

  it("can be linted and corrected, and nothing is thrown", () => {
    const policies = fc.oneof(
      tree,
      fc.record({
        Version: leaves,
        Statement: fc.oneof(tree, fc.array(fc.dictionary(words, tree))),
      }),
    );
    fc.assert(
      fc.property(policies, kind, (policy, policyKind) => {
        const text = JSON.stringify(policy, undefined, 1);
        const findings = lintPolicy(text, policyKind, actions);
        if (parsePolicy(text, policyKind).failure !== undefined) expect(findings).not.toEqual([]);
        for (const { corrected } of findings) if (corrected !== undefined) JSON.parse(corrected);
        correctPolicy(text, policyKind, actions);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([...awsManagedPolicies.values()])("that is $name gets no complaint", ({ text }) => {
    const known = ["ecr:PutImage", "ecr:GetAuthorizationToken", "iam:GetUser"];
    const findings = lintPolicy(text, "managed", known);
    expect(
      findings.filter(
        ({ code }) =>
          code !== "unknown-action" &&
          code !== "pull-without-push" &&
          code !== "push-without-pull" &&
          code !== "incomplete-push",
      ),
    ).toEqual([]);
  });
});

describe("the longest hostile texts", { timeout: 120_000 }, () => {
  const size = 128 * 1024;
  const fill = (piece: string, length = size - 400) =>
    piece.repeat(Math.floor(length / piece.length));
  const statement = (more: object) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "ecr:*", Resource: "*", ...more },
    });

  it.each([
    ["brackets", fill("[")],
    ["objects", fill('{"a":')],
    ["a string that never ends", `"${fill("a")}`],
    ["escapes", `"${fill("\\u0041")}"`],
    ["open variables", statement({ Resource: `arn:aws:s3:::${fill("${")}` })],
    ["open defaults", statement({ Resource: `arn:aws:s3:::${fill("${'a}")}` })],
    ["stars in an account", statement({ Resource: `arn:aws:s3::${fill("*")}x:a` })],
    ["stars in an action", statement({ Action: `ecr:${fill("*a")}b` })],
    ["colons", statement({ Resource: `arn:aws:s3:::${fill(":")}` })],
    ["blanks in an action", statement({ Action: `ecr:${fill(" ")}b` })],
    [
      "one operand of many digits",
      statement({ Condition: { NumericEquals: { a: `${fill("1")}x` } } }),
    ],
    ["a long address", statement({ Condition: { IpAddress: { a: fill("1:") } } })],
    [
      "a long date",
      statement({ Condition: { DateEquals: { a: `2026-01-01T00:00:00.${fill("1")}` } } }),
    ],
    [
      "a long principal",
      statement({ Principal: { AWS: `arn:aws:iam::111122223333:role/${fill("a/")}*` } }),
    ],
    [
      "many actions",
      statement({ Action: Array.from({ length: 8_000 }, (_, index) => `ecr:Put${index}`) }),
    ],
    [
      "many keys",
      statement({
        Condition: {
          StringEquals: Object.fromEntries(
            Array.from({ length: 8_000 }, (_, index) => [`a:${index}`, "1"]),
          ),
        },
      }),
    ],
    [
      "many statements",
      JSON.stringify({
        Version: "2012-10-17",
        Statement: Array.from({ length: 2_000 }, () => ({
          Effect: "Allow",
          Action: "ecr:*",
          Resource: "*",
        })),
      }),
    ],
  ])("of %s cost less than a second of processor time", (_what, text) => {
    expect(text.length).toBeGreaterThan(size / 4);
    for (const policyKind of ["managed", "trust"] as const) {
      const started = process.cpuUsage();
      const { document } = parsePolicy(text.slice(0, size), policyKind);
      if (document !== undefined) compilePolicy(document);
      expect(process.cpuUsage(started).user / 1_000_000).toBeLessThan(1);
      lintPolicy(text.slice(0, size), policyKind, actions);
      expect(process.cpuUsage(started).user / 1_000_000).toBeLessThan(4);
    }
  });
});
