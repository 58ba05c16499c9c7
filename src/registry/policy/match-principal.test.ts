import { describe, expect, it } from "vitest";
import { reach } from "./compiled-policy.ts";
import { compilePrincipal } from "./match-principal.ts";
import type { PrincipalType } from "./policy-document.ts";
import type { PolicyPrincipal } from "./policy-principal.ts";

const A = "111122223333";
const root: PolicyPrincipal = { type: "Root", account: A, arn: `arn:aws:iam::${A}:root` };
const alice: PolicyPrincipal = {
  type: "User",
  account: A,
  arn: `arn:aws:iam::${A}:user/team/alice`,
  uniqueId: "AIDAALICEALICEALICE1",
};
const build: PolicyPrincipal = {
  type: "AssumedRole",
  account: A,
  arn: `arn:aws:sts::${A}:assumed-role/deploy/build`,
  roleArn: `arn:aws:iam::${A}:role/ci/deploy`,
  uniqueId: "AROADEPLOYDEPLOYDEP1:build",
};
const fay: PolicyPrincipal = {
  type: "FederatedUser",
  account: A,
  arn: `arn:aws:sts::${A}:federated-user/fay`,
  userArn: alice.arn,
  uniqueId: `${A}:fay`,
};
const lambda: PolicyPrincipal = { type: "Service", arn: "", service: "lambda.amazonaws.com" };
const pod: PolicyPrincipal = { type: "WebIdentity", arn: "", federated: "issuer.test/a" };
const anonymous: PolicyPrincipal = { type: "Anonymous", arn: "" };
const all = [root, alice, build, fay, lambda, pod, anonymous];

function compile(values: Partial<Record<PrincipalType, string[]>>, negated = false) {
  const entries = Object.entries(values) as [PrincipalType, string[]][];
  return compilePrincipal({ negated, values: new Map(entries) });
}

function reached(names: string[], principal: PolicyPrincipal): number {
  return compile({ AWS: names })(principal, false);
}

describe("a Principal", () => {
  it("of * reaches everyone", () => {
    for (const principal of all) expect(reached(["*"], principal)).toBe(reach.direct);
  });

  it("that is an account reaches its root directly and the others through their account", () => {
    for (const name of [A, `arn:aws:iam::${A}:root`]) {
      expect(reached([name], root)).toBe(reach.direct);
      for (const principal of [alice, build, fay])
        expect(reached([name], principal)).toBe(reach.account);
      for (const principal of [lambda, pod, anonymous])
        expect(reached([name], principal)).toBe(reach.none);
    }
    expect(reached(["444455556666"], root)).toBe(reach.none);
  });

  it("reaches users and sessions by their ARNs, and sessions by their role's", () => {
    expect(reached([alice.arn], alice)).toBe(reach.direct);
    expect(reached([alice.arn.replace("team/", "")], alice)).toBe(reach.none);
    expect(reached([build.arn], build)).toBe(reach.direct);
    expect(reached([build.roleArn!], build)).toBe(reach.role);
    expect(reached([fay.arn], fay)).toBe(reach.direct);
    expect(reached([alice.arn], fay)).toBe(reach.role);
    expect(reached([A, build.roleArn!, build.arn], build)).toBe(reach.direct);
  });

  it("47: reaches by a unique id the one who had it, not who has the name now", () => {
    expect(reached(["AIDAALICEALICEALICE1"], alice)).toBe(reach.direct);
    expect(reached(["AIDAALICEALICEALICE1"], { ...alice, uniqueId: "AIDAALICEALICEALICE2" })).toBe(
      reach.none,
    );
    expect(reached(["AROADEPLOYDEPLOYDEP1"], build)).toBe(reach.role);
    expect(reached(["AROADEPLOYDEPLOYDEP1:build"], build)).toBe(reach.direct);
    expect(
      reached(["AROADEPLOYDEPLOYDEP1"], { ...build, uniqueId: "AROADEPLOYDEPLOYDEP2:build" }),
    ).toBe(reach.none);
  });

  it("keeps services, web identities and AWS's principals apart", () => {
    expect(compile({ Service: ["lambda.amazonaws.com"] })(lambda, false)).toBe(reach.direct);
    expect(compile({ Service: ["ecs.amazonaws.com"] })(lambda, false)).toBe(reach.none);
    expect(compile({ AWS: ["lambda.amazonaws.com"] })(lambda, false)).toBe(reach.none);
    expect(compile({ Federated: ["issuer.test/a"] })(pod, false)).toBe(reach.direct);
    expect(compile({ Federated: ["issuer.test/b"] })(pod, false)).toBe(reach.none);
  });

  it("never takes an empty name for the name of who has none", () => {
    expect(reached([""], anonymous)).toBe(reach.none);
    expect(reached([""], { ...lambda, account: A })).toBe(reach.none);
    expect(compile({ Service: [""] })({ ...lambda, service: "" }, false)).toBe(reach.none);
  });
});

describe("a NotPrincipal", () => {
  const excepts = (names: string[], principal: PolicyPrincipal, bounded = false) =>
    compile({ AWS: names }, true)(principal, bounded) === reach.none;

  it("excepts a principal only where its account, its role and itself are listed", () => {
    expect(excepts([A], root)).toBe(true);
    expect(excepts([alice.arn], alice)).toBe(false);
    expect(excepts([A], alice)).toBe(false);
    expect(excepts([A, alice.arn], alice)).toBe(true);
    expect(excepts([A, build.roleArn!], build)).toBe(false);
    expect(excepts([A, build.arn], build)).toBe(false);
    expect(excepts([A, build.roleArn!, build.arn], build)).toBe(true);
  });

  it("excepts nobody who has a permissions boundary", () => {
    expect(excepts([A, alice.arn], alice, true)).toBe(false);
    expect(excepts([A, build.roleArn!, build.arn], build, true)).toBe(false);
    expect(excepts([A], root, true)).toBe(true);
  });

  it("never excepts the anonymous, but excepts a service that is listed", () => {
    expect(excepts([A], anonymous)).toBe(false);
    expect(compile({ Service: ["lambda.amazonaws.com"] }, true)(lambda, false)).toBe(reach.none);
    expect(compile({ Service: ["lambda.amazonaws.com"] }, true)(anonymous, false)).toBe(
      reach.direct,
    );
  });
});
