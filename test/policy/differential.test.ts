import { randomInt } from "node:crypto";
import { describe, expect, it } from "vitest";
import { conditionOperators } from "../../src/registry/policy/condition-operators.ts";
import { evaluate } from "../../src/registry/policy/evaluate.ts";
import { explainDecision } from "../../src/registry/policy/explain-decision.ts";
import type {
  Decision,
  PolicyRequest,
  PolicySet,
} from "../../src/registry/policy/policy-request.ts";
import { attachPolicy } from "./attach-policy.ts";
import { Chance, type RandomCase, randomCases } from "./random-case.ts";
import { observers } from "./reference-conditions.ts";
import {
  type PlainPolicies,
  type ReferenceDecision,
  referenceDecision,
} from "./reference-evaluator.ts";

/**
 * The engine against an evaluator that was written from IAM's documents alone. `POLICY_SEED` repeats
 * a run, `POLICY_SETS` makes it shorter or longer.
 */
const policySets = Number(process.env.POLICY_SETS ?? 16_000);
const requestsOfEach = 8;
const seed = Number(process.env.POLICY_SEED ?? randomInt(2 ** 31));

function policySet(policies: PlainPolicies): PolicySet {
  const { boundary, session } = policies;
  return {
    identity: policies.identity.map((policy) => attachPolicy(policy, "identity")),
    boundary: boundary === undefined ? undefined : attachPolicy(boundary, "identity"),
    session: session?.map((policy) => attachPolicy(policy, "session")),
    resource: policies.resource.map((policy) => attachPolicy(policy, "key")),
  };
}

function requestOf({ request }: RandomCase): PolicyRequest {
  return { ...request, context: new Map(Object.entries(request.context)) };
}

function plain(decision: Decision): ReferenceDecision {
  if (decision.allowed) return { allowed: true };
  return { allowed: false, reason: decision.reason, side: decision.side };
}

function outcomeOf(random: RandomCase, decision: Decision): string {
  const { principal, resource } = random.request;
  const where =
    principal.account === undefined
      ? "nobody's"
      : principal.account === resource.account
        ? "same"
        : "cross";
  const how = decision.allowed
    ? `allowed by ${decision.by?.side}`
    : `${decision.reason} ${decision.side}`;
  return `${where} account, ${random.grants}: ${how}`;
}

/** Every way in which a decision can come about, and how often it has to be among the cases. */
const outcomes: readonly string[] = [
  ...["either", "resource-required"].flatMap((grants) => [
    `same account, ${grants}: allowed by resource`,
    `same account, ${grants}: allowed by identity`,
    `cross account, ${grants}: allowed by resource`,
    `nobody's account, ${grants}: allowed by resource`,
    `cross account, ${grants}: implicit-deny resource`,
    `nobody's account, ${grants}: implicit-deny resource`,
  ]),
  "same account, either: allowed by undefined",
  "same account, identity-only: allowed by identity",
  "same account, identity-only: allowed by undefined",
  "same account, resource-required: implicit-deny resource",
  "nobody's account, identity-only: implicit-deny resource",
  "nobody's account, either: explicit-deny resource",
  ...["same", "cross"].flatMap((where) =>
    ["either", "identity-only", "resource-required"].flatMap((grants) => [
      ...["identity", "boundary", "session"].map(
        (side) => `${where} account, ${grants}: implicit-deny ${side}`,
      ),
      ...["identity", "boundary", "session", "resource"].map(
        (side) => `${where} account, ${grants}: explicit-deny ${side}`,
      ),
    ]),
  ),
];

/** Every operator with every qualifier, with and without IfExists. */
const operators: readonly string[] = [...conditionOperators.keys()].flatMap((name) =>
  ["", "ForAllValues:", "ForAnyValue:"].flatMap((qualifier) =>
    (name === "Null" ? [""] : ["", "IfExists"]).map((suffix) => `${qualifier}${name}${suffix}`),
  ),
);

class Tally {
  readonly #counts = new Map<string, number>();

  add(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }
}

describe("the policy engine", () => {
  it(`decides ${policySets * requestsOfEach} random requests as the reference does, seed ${seed}`, () => {
    process.stdout.write(`policy engine against its reference: POLICY_SEED=${seed}\n`);
    const chance = new Chance(seed);
    const found = new Tally();
    const held = new Tally();
    const observe = (operator: string, holds: boolean) => held.add(`${operator} ${holds}`);
    observers.push(observe);
    for (let index = 0; index < policySets; index++) {
      const cases = randomCases(chance, requestsOfEach);
      const set = policySet(cases[0]!.policies);
      for (const random of cases) {
        const request = requestOf(random);
        const decision = evaluate(request, set, { grants: random.grants });
        const { allowed, reason, side } = referenceDecision(
          random.request,
          random.policies,
          random.grants,
        );
        const actual = plain(decision);
        if (actual.allowed !== allowed || actual.reason !== reason || actual.side !== side) {
          expect(actual, JSON.stringify(random, undefined, 1)).toEqual({ allowed, reason, side });
        }
        found.add(outcomeOf(random, decision));
        checkSecrecy(random, set, request, decision);
      }
      const last = cases.at(-1)!;
      checkExplanation(last, set, requestOf(last));
    }
    observers.splice(observers.indexOf(observe), 1);
    for (const outcome of outcomes) expect(found.of(outcome), outcome).toBeGreaterThan(10);
    for (const operator of operators) {
      expect(held.of(`${operator} true`), `${operator} holds`).toBeGreaterThan(10);
      expect(held.of(`${operator} false`), `${operator} does not hold`).toBeGreaterThan(10);
    }
  }, 600_000);
});

/** To another account a resource that denies looks like one that is absent (I7). */
function checkSecrecy(
  { request: { principal, resource }, grants }: RandomCase,
  set: PolicySet,
  request: PolicyRequest,
  decision: Decision,
): void {
  if (decision.allowed || principal.account === resource.account) return;
  const absent = evaluate(request, { ...set, resource: [] }, { grants });
  // Asked only where it fails: the asking itself takes longer than the decision.
  if (absent.allowed || absent.because !== decision.because) expect(absent).toEqual(decision);
}

/** The explanation tells of the same decision, and its statements are those that decided. */
function checkExplanation(random: RandomCase, set: PolicySet, request: PolicyRequest): void {
  const decision = evaluate(request, set, { grants: random.grants });
  const explanation = explainDecision(request, set, { grants: random.grants });
  const { by } = decision;
  if (
    explanation.decision.allowed !== decision.allowed ||
    explanation.decision.by?.statement !== by?.statement
  ) {
    expect(explanation.decision).toEqual(decision);
  }
  if (by === undefined) return;
  const deciding = explanation.matched.filter(
    ({ policy, statement }) => policy === by.policy && statement.index === by.statement.index,
  );
  if (deciding.length !== 1) expect(deciding, JSON.stringify(random, undefined, 1)).toHaveLength(1);
}
