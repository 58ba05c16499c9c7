import { describe, expect, it } from "vitest";
import {
  attachPolicy,
  identityPolicy,
  repositoryPolicy,
} from "../../../test/policy/attach-policy.ts";
import { explainDecision } from "./explain-decision.ts";
import type { PolicyRequest } from "./policy-request.ts";

const account = "111122223333";
const app = `arn:aws:ecr:eu-west-1:${account}:repository/app`;

function request(context: Record<string, string> = {}): PolicyRequest {
  return {
    principal: { type: "User", account, arn: `arn:aws:iam::${account}:user/alice` },
    action: "ecr:PutImage",
    resource: { arn: app, account },
    context: new Map(Object.entries(context)),
  };
}

const push = { Effect: "Allow", Action: "ecr:PutImage", Resource: app };

describe("an explanation", () => {
  it("says of every statement what kept it from matching", () => {
    const identity = [
      identityPolicy(
        { ...push, Sid: "Other", Action: ["ecr:BatchGetImage", "ecr:List*"], Resource: `${app}2` },
        { ...push, Condition: { StringLike: { "ecr:ImageTag": ["v*", "rc*"] } } },
      ),
    ];
    const resource = [
      repositoryPolicy({ Effect: "Allow", Principal: { AWS: "444455556666" }, Action: "ecr:*" }),
    ];
    const { policies, decision } = explainDecision(request({ "ecr:imagetag": "latest" }), {
      identity,
      resource,
    });
    expect(decision).toMatchObject({ allowed: false, reason: "implicit-deny" });
    expect(policies.map(({ side }) => side)).toEqual(["identity", "resource"]);
    expect(policies[0]?.statements).toMatchObject([
      {
        sid: "Other",
        matched: false,
        misses: [
          { element: "action", wanted: ["ecr:BatchGetImage", "ecr:List*"], actual: "ecr:PutImage" },
          { element: "resource", wanted: [`${app}2`], actual: app },
        ],
      },
      {
        misses: [
          {
            element: "condition",
            operator: "StringLike",
            key: "ecr:ImageTag",
            wanted: ["v*", "rc*"],
            actual: "latest",
          },
        ],
      },
    ]);
    expect(policies[1]?.statements[0]?.misses).toEqual([
      {
        element: "principal",
        wanted: ["444455556666"],
        actual: `arn:aws:iam::${account}:user/alice`,
      },
    ]);
  });

  it("names the statements that matched and those that missed by one element", () => {
    const identity = [
      identityPolicy(
        push,
        { ...push, Action: "ecr:Get*" },
        { ...push, Action: "iam:*", Resource: "*", Condition: { Bool: { a: "true" } } },
      ),
    ];
    const { matched, nearMisses } = explainDecision(request(), { identity, resource: [] });
    expect(matched.map(({ statement }) => statement.index)).toEqual([0]);
    expect(nearMisses.map(({ statement }) => statement.index)).toEqual([1]);
    expect(matched[0]?.statement.simulatorSpan.start.line).toBeGreaterThan(1);
  });

  it("lists the condition keys and variables that the request lacks, of statements that are about it", () => {
    const condition = {
      StringEquals: { "aws:PrincipalTag/Team": "${aws:RequestTag/x}", "aws:A": "1" },
    };
    const identity = [
      identityPolicy(
        { ...push, Condition: condition },
        { ...push, Resource: `${app}/\${aws:username}` },
        { ...push, Action: "ecr:Get*", Condition: { Null: { "aws:Elsewhere": "true" } } },
      ),
    ];
    const { missingContextKeys } = explainDecision(request({ "aws:a": "1" }), {
      identity,
      resource: [],
    });
    expect(missingContextKeys).toEqual([
      "aws:PrincipalTag/Team",
      "aws:requesttag/x",
      "aws:username",
    ]);
  });

  it("asks boundary and session policies too", () => {
    const boundary = attachPolicy({ Version: "2012-10-17", Statement: push }, "boundary", "limit");
    const session = [identityPolicy({ ...push, Effect: "Deny" })];
    const { policies, decision } = explainDecision(request(), {
      identity: [],
      boundary,
      session,
      resource: [],
    });
    expect(policies.map(({ side, policy }) => [side, policy.source])).toEqual([
      ["boundary", "limit"],
      ["session", "test"],
    ]);
    expect(decision).toMatchObject({ reason: "explicit-deny", side: "session" });
  });
});
