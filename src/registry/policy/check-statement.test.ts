import { describe, expect, it } from "vitest";
import { parsePolicy } from "./parse-policy.ts";
import type { PolicyKind } from "./policy-document.ts";

const version = { Version: "2012-10-17" };

/** The sentence with which a policy is refused, or "" for one that is taken. */
function refusal(policy: unknown, kind: PolicyKind): string {
  const text = typeof policy === "string" ? policy : JSON.stringify(policy);
  return parsePolicy(text, kind).failure?.sentence ?? "";
}

describe("a trust policy", () => {
  const trust = { Effect: "Allow", Principal: { AWS: "111122223333" }, Action: "sts:AssumeRole" };
  const of = (changes: object) =>
    refusal({ ...version, Statement: { ...trust, ...changes } }, "trust");

  it.each([
    {},
    { Action: ["sts:AssumeRole", "sts:TagSession"] },
    { Principal: { AWS: "*" } },
    {
      Principal: {
        AWS: [
          "arn:aws:iam::111122223333:root",
          "arn:aws:iam::111122223333:user/a/b",
          "AROADEPLOYDEPLOYDEP1",
        ],
      },
    },
    { Principal: { Service: ["ecs.amazonaws.com", "replication.ecr.amazonaws.com"] } },
    {
      Principal: { Federated: "arn:aws:iam::111122223333:oidc-provider/oidc.example.com/id/A1" },
      Action: "sts:AssumeRoleWithWebIdentity",
    },
  ])("may say %j", (changes) => {
    expect(of(changes)).toBe("");
  });

  it.each([
    [{ Principal: undefined }, "Missing required field Principal"],
    [{ Principal: {} }, "Missing required field Principal cannot be empty!"],
    [{ Principal: "*" }, 'AssumeRolepolicy contained an invalid principal: "STAR":"*".'],
    [{ Principal: "x" }, "Principal must be a JSON object."],
    [{ Principal: { CanonicalUser: "x" } }, 'Invalid principal in policy: "CanonicalUser"'],
    [
      { Principal: { AWS: "arn:aws:iam::111122223333:group/x" } },
      'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:group/x"',
    ],
    [
      { Principal: { AWS: "arn:aws:iam::111122223333:role/*" } },
      'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/*"',
    ],
    [{ Principal: { Service: "*" } }, 'Invalid principal in policy: "SERVICE":"*"'],
    [
      { Principal: undefined, NotPrincipal: { AWS: "*" } },
      "Allow with NotPrincipal is not allowed.",
    ],
    [
      { Effect: "Deny", Principal: undefined, NotPrincipal: { AWS: "*" } },
      "AssumeRole policy must not contain NotPrincipal field.",
    ],
    [{ Effect: undefined }, "Missing required field Effect"],
    [{ Effect: "deny" }, "Invalid effect: deny"],
    [{ Action: undefined }, "Missing required field Action"],
    [{ Action: "*" }, "AssumeRole policy may only specify STS AssumeRole actions."],
    [{ Action: "sts:*" }, "AssumeRole policy may only specify STS AssumeRole actions."],
    [{ Resource: "*" }, "Has prohibited field Resource"],
    [{ NotResource: "*" }, "AssumeRole policy must not contain resources."],
    [{ Condition: { Equals: { a: "b" } } }, "Invalid Condition type : Equals"],
    [{ Comment: "x" }, "Unknown field Comment"],
  ])("that says %j is refused: %s", (changes, sentence) => {
    expect(of(changes)).toBe(sentence);
  });

  it("is refused as a whole in AWS's words", () => {
    expect(refusal("{invalid", "trust")).toBe("This policy contains invalid Json");
    expect(refusal({ ...version, Statement: [] }, "trust")).toBe(
      "Could not parse the policy: Statement is empty!",
    );
    expect(refusal({ Version: "1", Statement: trust }, "trust")).toBe(
      "The policy must contain a valid version string",
    );
    const twice = {
      ...version,
      Statement: [
        { ...trust, Sid: "a" },
        { ...trust, Sid: "a" },
      ],
    };
    expect(refusal(twice, "trust")).toBe("The Statement Ids in the policy are not unique");
  });
});

describe("a repository or registry policy", () => {
  const pull = { Effect: "Allow", Principal: "*", Action: "ecr:BatchGetImage" };
  const of = (kind: PolicyKind, changes: object) =>
    refusal({ Statement: { ...pull, ...changes } }, kind);

  it.each([
    {},
    { Sid: "with blanks, and twice" },
    { Resource: "*" },
    { Action: ["ecr:*", "ECR:putimage", "*", "entrepot:Anything"] },
    { NotAction: "ecr:GetAuthorizationToken", Action: undefined },
    { Effect: "Deny", Principal: undefined, NotPrincipal: { AWS: "111122223333" } },
  ])("of a repository may say %j", (changes) => {
    expect(of("repository", changes)).toBe("");
  });

  it("of a repository grants no authorization token, and nothing of other services", () => {
    expect(of("repository", { Action: ["ecr:PutImage", "ecr:getauthorizationtoken"] })).toMatch(
      "invalid action",
    );
    expect(of("repository", { Action: "s3:GetObject" })).toMatch("invalid action");
    expect(of("repository", { Principal: undefined })).toBe("Missing required field Principal");
    expect(
      of("repository", { NotPrincipal: { AWS: "111122223333" }, Principal: undefined }),
    ).toMatch("Allow with NotPrincipal");
  });

  it("of a registry names resources, and in scope V1 three actions alone", () => {
    const Resource = "arn:aws:ecr:eu-west-1:111122223333:repository/*";
    expect(of("registry", {})).toBe("Missing required field Resource");
    expect(of("registry", { Resource })).toBe("");
    expect(of("registry-v1", { Resource })).toMatch("invalid action");
    expect(
      of("registry-v1", {
        Resource,
        Action: ["ecr:ReplicateImage", "ecr:CreateRepository", "ecr:BatchImportUpstreamImage"],
      }),
    ).toBe("");
  });
});

describe("what is right elsewhere but not in this kind of policy", () => {
  it("is told apart from what is right nowhere", () => {
    const fault = (changes: object, kind: PolicyKind) =>
      parsePolicy(
        JSON.stringify({
          Statement: {
            Effect: "Allow",
            Principal: { AWS: "*" },
            Action: "ecr:PutImage",
            ...changes,
          },
        }),
        kind,
      ).failure?.fault;
    expect(fault({ Action: "ecr:GetAuthorizationToken" }, "repository")).toBe("forbidden");
    expect(fault({ Action: "sts:AssumeRole", Resource: "*" }, "trust")).toBe("forbidden");
    expect(fault({ Resource: "*" }, "identity")).toBe("forbidden");
    expect(fault({ Action: "putImage" }, "repository")).toBe("grammar");
  });
});
