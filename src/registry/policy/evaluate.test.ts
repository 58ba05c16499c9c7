import { describe, expect, it } from "vitest";
import {
  attachPolicy,
  identityPolicy,
  repositoryPolicy,
} from "../../../test/policy/attach-policy.ts";
import { evaluate } from "./evaluate.ts";
import type { PolicyPrincipal } from "./policy-principal.ts";
import type { Attached, Decision, EvaluateOptions, PolicySet } from "./policy-request.ts";

const A = "111122223333";
const B = "444455556666";
const app = `arn:aws:ecr:eu-west-1:${A}:repository/app`;
const pull = "ecr:BatchGetImage";

const root: PolicyPrincipal = { type: "Root", account: A, arn: `arn:aws:iam::${A}:root` };
const alice: PolicyPrincipal = {
  type: "User",
  account: A,
  arn: `arn:aws:iam::${A}:user/alice`,
  uniqueId: "AIDAALICEALICEALICE1",
};
const build: PolicyPrincipal = {
  type: "AssumedRole",
  account: A,
  arn: `arn:aws:sts::${A}:assumed-role/deploy/build`,
  roleArn: `arn:aws:iam::${A}:role/deploy`,
  uniqueId: "AROADEPLOYDEPLOYDEP1:build",
};
const bob: PolicyPrincipal = { type: "User", account: B, arn: `arn:aws:iam::${B}:user/bob` };
const lambda: PolicyPrincipal = { type: "Service", arn: "", service: "lambda.amazonaws.com" };

const allowPull = { Effect: "Allow", Action: pull, Resource: "*" };
const denyPull = { ...allowPull, Effect: "Deny" };
const allowAll = identityPolicy({ Effect: "Allow", Action: "*", Resource: "*" });
const allowNothing = identityPolicy({ Effect: "Allow", Action: "iam:GetUser", Resource: "*" });

function to(principal: unknown, more: object = {}): Attached {
  return repositoryPolicy({ Effect: "Allow", Principal: principal, Action: pull, ...more });
}

function decide(
  principal: PolicyPrincipal,
  policies: Partial<PolicySet>,
  options: EvaluateOptions & { action?: string; context?: Record<string, string> } = {},
): Decision {
  const { action = pull, context = {}, ...rest } = options;
  const request = {
    principal,
    action,
    resource: { arn: app, account: A },
    context: new Map(Object.entries(context)),
  };
  return evaluate(request, { identity: [], resource: [], ...policies }, rest);
}

/** "allowed", or the end of AWS's sentence. */
function verdict(...asked: Parameters<typeof decide>): string {
  const decision = decide(...asked);
  return decision.allowed ? "allowed" : decision.because;
}

describe("a decision within one account", () => {
  it("is a denial by default", () => {
    expect(verdict(alice, {})).toBe(
      "because no identity-based policy allows the ecr:BatchGetImage action",
    );
  });

  it("is an allowance where an identity policy or a resource policy allows", () => {
    expect(verdict(alice, { identity: [identityPolicy(allowPull)] })).toBe("allowed");
    expect(verdict(alice, { resource: [to({ AWS: alice.arn })] })).toBe("allowed");
    expect(verdict(alice, { resource: [to("*")] })).toBe("allowed");
    expect(verdict(build, { resource: [to({ AWS: build.roleArn })] })).toBe("allowed");
  });

  it("is no allowance because a resource policy names the account", () => {
    expect(verdict(alice, { resource: [to({ AWS: A })] })).toMatch("no identity-based policy");
    expect(verdict(alice, { resource: [to({ AWS: A })], identity: [allowAll] })).toBe("allowed");
  });

  it("44: is a denial where any policy denies, whatever allows", () => {
    const deny = identityPolicy(denyPull);
    const everything = { identity: [allowAll], resource: [to("*")] };
    expect(verdict(alice, { ...everything, identity: [allowAll, deny] })).toBe(
      "with an explicit deny in an identity-based policy",
    );
    expect(verdict(alice, { ...everything, boundary: identityPolicy(allowPull, denyPull) })).toBe(
      "with an explicit deny in a permissions boundary",
    );
    expect(verdict(build, { ...everything, session: [allowAll, deny] })).toBe(
      "with an explicit deny in a session policy",
    );
    const denies = repositoryPolicy({ Effect: "Deny", Principal: { AWS: A }, Action: "ecr:*" });
    expect(verdict(alice, { ...everything, resource: [to("*"), denies] })).toBe(
      "with an explicit deny in a resource-based policy",
    );
    expect(verdict(root, { resource: [denies] })).toMatch("explicit deny");
  });

  it("leaves what identity policies allow within boundary and session policies", () => {
    const identity = [allowAll];
    expect(verdict(alice, { identity, boundary: allowNothing })).toBe(
      "because no permissions boundary allows the ecr:BatchGetImage action",
    );
    expect(verdict(build, { identity, session: [allowNothing] })).toBe(
      "because no session policy allows the ecr:BatchGetImage action",
    );
    expect(
      verdict(build, { identity, session: [allowNothing, allowAll], boundary: allowAll }),
    ).toBe("allowed");
    expect(verdict(build, { identity, session: [] })).toBe("allowed");
    expect(verdict(build, { identity: [], session: [allowAll], boundary: allowAll })).toMatch(
      "no identity-based",
    );
  });

  it("limits what a resource policy gives a role, not what it gives a user or a session", () => {
    const limits = { boundary: allowNothing, session: [allowNothing] };
    expect(verdict(alice, { boundary: allowNothing, resource: [to({ AWS: alice.arn })] })).toBe(
      "allowed",
    );
    expect(verdict(build, { ...limits, resource: [to({ AWS: build.arn })] })).toBe("allowed");
    expect(verdict(build, { ...limits, resource: [to("*")] })).toBe("allowed");
    expect(verdict(build, { ...limits, resource: [to({ AWS: build.roleArn })] })).toMatch(
      "no permissions boundary",
    );
    expect(verdict(build, { ...limits, resource: [to({ AWS: A })] })).toMatch("no identity-based");
  });

  it("gives a federated user nothing without a session policy, but by a resource policy", () => {
    const fay: PolicyPrincipal = {
      type: "FederatedUser",
      account: A,
      arn: `arn:aws:sts::${A}:federated-user/fay`,
      userArn: alice.arn,
    };
    expect(verdict(fay, { identity: [allowAll] })).toMatch("no session policy");
    expect(verdict(fay, { identity: [allowAll], session: [allowAll] })).toBe("allowed");
    expect(verdict(fay, { resource: [to({ AWS: fay.arn })] })).toBe("allowed");
    expect(verdict(fay, { resource: [to({ AWS: alice.arn })] })).toMatch("no session policy");
  });

  it("allows root what its account owns, and nothing denies it but an explicit deny", () => {
    expect(decide(root, {})).toEqual({ allowed: true, by: undefined });
  });

  it("names the statement that decided, and its policy", () => {
    const policy = identityPolicy({ ...allowPull, Action: "ecr:PutImage" }, allowPull);
    const decision = decide(alice, { identity: [allowNothing, policy] });
    expect(decision).toMatchObject({
      allowed: true,
      by: { side: "identity", policy, statement: { index: 1 } },
    });
  });
});

describe("a decision between accounts", () => {
  it("44: needs both sides", () => {
    const resource = [to({ AWS: bob.arn })];
    expect(verdict(bob, { identity: [allowAll], resource })).toBe("allowed");
    expect(verdict(bob, { identity: [allowAll], resource: [to({ AWS: B })] })).toBe("allowed");
    expect(verdict(bob, { identity: [allowAll] })).toBe(
      "because no resource-based policy allows the ecr:BatchGetImage action",
    );
    expect(verdict(bob, { resource })).toMatch("no identity-based policy");
    expect(verdict(bob, { identity: [allowAll], boundary: allowNothing, resource })).toMatch(
      "no permissions boundary",
    );
  });

  it("gives root of another account what the resource's side gives", () => {
    const other: PolicyPrincipal = { type: "Root", account: B, arn: `arn:aws:iam::${B}:root` };
    expect(verdict(other, {})).toMatch("no resource-based policy");
    expect(verdict(other, { resource: [to({ AWS: B })] })).toBe("allowed");
  });

  it("tells of a resource that denies what it tells of one that is absent", () => {
    const denies = repositoryPolicy({ Effect: "Deny", Principal: "*", Action: "ecr:*" });
    for (const identity of [[], [allowAll]]) {
      const denied = decide(bob, { identity, resource: [to("*"), denies] });
      const absent = decide(bob, { identity });
      expect(denied).toMatchObject({ allowed: false, reason: "explicit-deny", side: "resource" });
      expect(!denied.allowed && denied.because).toBe(!absent.allowed && absent.because);
    }
  });
});

describe("a resource policy without principals", () => {
  it("is for nobody", () => {
    const resource = [identityPolicy(allowPull)];
    for (const principal of [alice, bob, lambda]) {
      expect(verdict(principal, { resource })).not.toBe("allowed");
    }
    expect(verdict(bob, { identity: [allowAll], resource })).toMatch("no resource-based policy");
  });
});

describe("a service", () => {
  it("49: is denied without the aws:SourceAccount that the policy asks for", () => {
    const resource = [
      to(
        { Service: "lambda.amazonaws.com" },
        {
          Condition: {
            StringEquals: { "aws:SourceAccount": A },
            ArnLike: { "aws:SourceArn": `arn:aws:lambda:eu-west-1:${A}:function:*` },
          },
        },
      ),
    ];
    const source = (account: string) => ({
      "aws:sourceaccount": account,
      "aws:sourcearn": `arn:aws:lambda:eu-west-1:${A}:function:f`,
    });
    expect(verdict(lambda, { resource }, { context: source(A) })).toBe("allowed");
    expect(verdict(lambda, { resource }, { context: source(B) })).toMatch(
      "no resource-based policy",
    );
    expect(verdict(lambda, { resource })).toMatch("no resource-based policy");
    expect(verdict(alice, { resource }, { context: source(A) })).toMatch(
      "no identity-based policy",
    );
  });

  it("gets nothing from identity policies", () => {
    expect(verdict(lambda, { identity: [allowAll] })).toMatch("no resource-based policy");
  });
});

describe("rules for single actions", () => {
  it("identity-only: no resource policy grants, but it can deny", () => {
    const options = { grants: "identity-only" } as const;
    expect(verdict(alice, { resource: [to("*")] }, options)).toMatch("no identity-based policy");
    expect(verdict(alice, { identity: [allowAll], resource: [to("*")] }, options)).toBe("allowed");
    expect(verdict(lambda, { resource: [to("*")] }, options)).toMatch("no resource-based policy");
    const denies = repositoryPolicy({ Effect: "Deny", Principal: "*", Action: "ecr:*" });
    expect(verdict(alice, { identity: [allowAll], resource: [denies] }, options)).toMatch(
      "explicit deny",
    );
  });

  it("resource-required: identity policies count where the resource policy names the account", () => {
    const options = { grants: "resource-required" } as const;
    const key = (principal: unknown) =>
      attachPolicy(
        { Statement: { Effect: "Allow", Principal: principal, Action: "*", Resource: "*" } },
        "key",
      );
    expect(verdict(alice, { identity: [allowAll] }, options)).toMatch("no resource-based policy");
    expect(verdict(root, {}, options)).toMatch("no resource-based policy");
    expect(verdict(root, { resource: [key({ AWS: A })] }, options)).toBe("allowed");
    expect(verdict(alice, { identity: [allowAll], resource: [key({ AWS: A })] }, options)).toBe(
      "allowed",
    );
    expect(verdict(alice, { resource: [key({ AWS: A })] }, options)).toMatch(
      "no identity-based policy",
    );
    expect(verdict(alice, { resource: [key({ AWS: alice.arn })] }, options)).toBe("allowed");
    expect(
      verdict(alice, { identity: [allowAll], resource: [key({ AWS: bob.arn })] }, options),
    ).toMatch("no resource-based");
  });
});

describe("statements", () => {
  it("46: Allow with NotAction allows all but what it names", () => {
    const identity = [
      identityPolicy({ Effect: "Allow", NotAction: ["iam:*", "ECR:batch*"], Resource: "*" }),
    ];
    expect(verdict(alice, { identity })).toMatch("no identity-based policy");
    expect(verdict(alice, { identity }, { action: "ecr:PutImage" })).toBe("allowed");
    expect(verdict(alice, { identity }, { action: "iam:GetUser" })).toMatch(
      "no identity-based policy",
    );
  });

  it("match actions without regard to case, resources with it", () => {
    const of = (Action: string, Resource = "*") => ({
      identity: [identityPolicy({ ...allowPull, Action, Resource })],
    });
    expect(verdict(alice, of("ECR:batchGETimage"))).toBe("allowed");
    expect(verdict(alice, of("ecr:Batch?etImage"))).toBe("allowed");
    expect(
      verdict(
        alice,
        of("ecr:BatchGetImage", app.toUpperCase().replace("ARN:AWS:ECR", "arn:aws:ecr")),
      ),
    ).toMatch("no identity");
  });

  it("NotResource matches also where its variable has no value", () => {
    const deny = {
      Effect: "Deny",
      Action: "ecr:*",
      NotResource: `arn:aws:ecr:*:${A}:repository/\${aws:PrincipalTag/team}*`,
    };
    const identity = [allowAll, identityPolicy(deny)];
    expect(verdict(alice, { identity }, { context: { "aws:principaltag/team": "app" } })).toBe(
      "allowed",
    );
    expect(verdict(alice, { identity })).toMatch("explicit deny");
  });

  it("of a policy of 2008 know no variables", () => {
    const Statement = { ...allowPull, Resource: `arn:aws:ecr:*:${A}:repository/\${aws:username}` };
    const context = { "aws:username": "app" };
    const of = (Version: string) => ({
      identity: [attachPolicy({ Version, Statement }, "identity")],
    });
    expect(verdict(alice, of("2012-10-17"), { context })).toBe("allowed");
    expect(verdict(alice, of("2008-10-17"), { context })).toMatch("no identity-based policy");
  });

  it("ask for a value of the context only when all else matches", () => {
    const asked: string[] = [];
    const context = { get: (key: string) => void asked.push(key) };
    const conditional = (Action: string) => ({
      ...allowPull,
      Action,
      Condition: { Bool: { "aws:SecureTransport": "true" } },
    });
    const request = { principal: alice, action: pull, resource: { arn: app, account: A }, context };
    evaluate(request, { identity: [identityPolicy(conditional("ecr:PutImage"))], resource: [] });
    expect(asked).toEqual([]);
    evaluate(request, { identity: [identityPolicy(conditional(pull))], resource: [] });
    expect(asked).toEqual(["aws:securetransport"]);
  });
});
