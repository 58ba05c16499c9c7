import { describe, expect, it } from "vitest";
import { correctPolicy, lintPolicy } from "./lint-policy.ts";
import type { PolicyKind } from "./policy-document.ts";
import type { PolicyFinding } from "./policy-finding.ts";

const actions = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchGetImage",
  "ecr:CompleteLayerUpload",
  "ecr:DescribeRegistry",
  "ecr:GetAuthorizationToken",
  "ecr:GetDownloadUrlForLayer",
  "ecr:InitiateLayerUpload",
  "ecr:PutImage",
  "ecr:UploadLayerPart",
  "iam:GetUser",
  "sts:AssumeRole",
];
const app = "arn:aws:ecr:eu-west-1:111122223333:repository/app";
const token = { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" };
const pullActions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
const pushActions = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:InitiateLayerUpload",
  "ecr:UploadLayerPart",
  "ecr:CompleteLayerUpload",
  "ecr:PutImage",
];

function lint(policy: object | string, kind: PolicyKind = "identity"): PolicyFinding[] {
  const text = typeof policy === "string" ? policy : JSON.stringify(policy, undefined, 2);
  return lintPolicy(text, kind, actions);
}

function of(...statements: object[]): object {
  return { Version: "2012-10-17", Statement: statements };
}

function codes(findings: readonly PolicyFinding[]): string[] {
  return findings.map(({ code }) => code);
}

/** The only finding with this code. */
function the(code: string, findings: readonly PolicyFinding[]): PolicyFinding {
  const found = findings.filter((finding) => finding.code === code);
  expect(found, codes(findings).join()).toHaveLength(1);
  return found[0]!;
}

function corrected(finding: PolicyFinding): ReturnType<typeof JSON.parse> {
  return JSON.parse(finding.corrected!);
}

describe("a policy without fault", () => {
  it("gets no finding, but a note where it pulls and does not push", () => {
    const everything = { Effect: "Allow", Action: [...pullActions, ...pushActions], Resource: app };
    expect(lint(of(token, everything))).toEqual([]);
    expect(lint(of({ Effect: "Allow", Action: "*", Resource: "*" }))).toEqual([]);
    expect(lint(of({ Effect: "Allow", Action: "s3:*", Resource: "arn:aws:s3:::a b" }))).toEqual([]);
    const reads = lint(of(token, { Effect: "Allow", Action: pullActions, Resource: app }));
    expect(reads).toMatchObject([{ code: "pull-without-push", severity: "note" }]);
  });
});

describe("a finding about actions", () => {
  it("tells of an unknown action, the nearest real one, and where it stands", () => {
    const text = `{"Version":"2012-10-17","Statement":[${JSON.stringify(token)},\n{"Effect":"Deny","Action":["iam:GetUser",\n"ecr:PutImages"],"Resource":"*"}]}`;
    const finding = the("unknown-action", lint(text));
    expect(finding).toMatchObject({ severity: "error", statement: 1, element: "Action", line: 3 });
    expect(finding.sentence).toBe(
      "There is no action 'ecr:PutImages'; the nearest is 'ecr:PutImage'",
    );
    expect(finding.corrected).toBe(text.replace("ecr:PutImages", "ecr:PutImage"));
  });

  it("tells of a service that is a slip, not of services that are elsewhere", () => {
    const deny = (Action: string) => lint(of({ Effect: "Deny", Action, Resource: "*" }));
    expect(corrected(the("unknown-action", deny("erc:PutImage"))).Statement[0].Action).toBe(
      "ecr:PutImage",
    );
    for (const action of ["s3:GetObject", "ec2:PutImage", "ecs:PutImage", "sns:AssumeRole"]) {
      expect(deny(action)).toEqual([]);
    }
  });

  it("tells of a pattern that matches no action", () => {
    const finding = the(
      "unknown-action",
      lint(of({ Effect: "Deny", Action: "ecr:Pull*", Resource: "*" })),
    );
    expect(finding).toMatchObject({ severity: "warning", corrected: undefined });
    expect(lint(of({ Effect: "Deny", Action: "ECR:b*image", Resource: "*" }))).toEqual([]);
  });

  it("tells of blanks, also where the policy would be refused for them", () => {
    for (const written of ["ecr: PutImage", " ecr:putimage ", "ecr:Put\tImage"]) {
      const finding = the(
        "blank-in-action",
        lint(of({ Effect: "Deny", Action: [written], Resource: "*" })),
      );
      expect(corrected(finding).Statement[0].Action).toEqual(["ecr:PutImage"]);
    }
  });

  it("tells of actions that a repository policy cannot grant", () => {
    const policy = of({
      Effect: "Allow",
      Principal: { AWS: "111122223333" },
      Action: [...pullActions, "ecr:GetAuthorizationToken", "ecr:DescribeRegistry"],
    });
    const findings = lint(policy, "repository").filter(
      ({ code }) => code === "action-not-in-repository-policy",
    );
    expect(findings).toMatchObject([{ severity: "error" }, { severity: "warning" }]);
    expect(corrected(findings[0]!).Statement[0].Action).toEqual([
      ...pullActions,
      "ecr:DescribeRegistry",
    ]);
    expect(corrected(findings[1]!).Statement[0].Action).toEqual([
      ...pullActions,
      "ecr:GetAuthorizationToken",
    ]);
  });
});

describe("a finding about resources", () => {
  it.each([
    ["arn:aws:ecr::111122223333:repository/app", "arn:aws:ecr:*:111122223333:repository/app"],
    ["arn:aws:ecr:eu-west-1::repository/app", "arn:aws:ecr:eu-west-1:*:repository/app"],
    ["arn:aws:ecr:eu-west-1:111122223333:app", app],
    ["arn:aws:ecr:eu-west-1:111122223333:repository:app", app],
    ["arn:aws:ecr:eu-west-1:111122223333:/app", app],
    [
      "arn:aws:ecr-public:us-east-1:111122223333:repository/app",
      "arn:aws:ecr-public::111122223333:repository/app",
    ],
  ])("mends %s", (written, meant) => {
    const finding = the(
      "arn-form",
      lint(of({ Effect: "Deny", Action: "ecr:*", Resource: written })),
    );
    expect(finding).toMatchObject({ severity: "error", element: "Resource", statement: 0 });
    expect(corrected(finding).Statement[0].Resource).toBe(meant);
  });

  it.each([
    "*",
    app,
    "arn:aws:ecr:*:*:*",
    "arn:aws:ecr:*:*:repo*",
    "arn:aws:ecr:*:*:repository/${aws:username}",
    "arn:aws:iam::*:user/*",
  ])("finds no fault with %s", (resource) => {
    expect(lint(of({ Effect: "Deny", Action: "*", Resource: resource }))).toEqual([]);
  });

  it("tells of blanks, but not of those in the key of a tag", () => {
    const finding = the(
      "blank-in-arn",
      lint(of({ Effect: "Deny", Action: "*", Resource: [`${app} `, "*"] })),
    );
    expect(corrected(finding).Statement[0].Resource).toEqual([app, "*"]);
    const tagged = "arn:aws:ecr:*:*:repository/${aws:PrincipalTag/cost center}/*";
    expect(lint(of({ Effect: "Deny", Action: "*", Resource: tagged }))).toEqual([]);
    const principal = {
      Effect: "Deny",
      Principal: { AWS: "arn:aws:iam::111122223333: root" },
      Action: "ecr:*",
    };
    const inPrincipal = the("blank-in-arn", lint(of(principal), "repository"));
    expect(corrected(inPrincipal).Statement[0].Principal.AWS).toBe(
      "arn:aws:iam::111122223333:root",
    );
  });
});

describe("a finding about the whole policy", () => {
  it("mends a version that is missing or wrong", () => {
    const text = '{\n  "Statement": {"Effect":"Deny","Action":"*","Resource":"*"}\n}';
    const missing = the("missing-version", lint(text));
    expect(missing).toMatchObject({ severity: "warning", element: "Version" });
    expect(missing.corrected).toBe(text.replace("{\n", '{\n  "Version": "2012-10-17",\n'));
    const wrong = the("wrong-version", lint({ Version: "2026-01-01", Statement: token }));
    expect(corrected(wrong).Version).toBe("2012-10-17");
  });

  it("tells of variables that are text in a policy of 2008", () => {
    const Statement = {
      Effect: "Deny",
      Action: "*",
      Resource: "arn:aws:iam::*:user/${aws:username}",
    };
    expect(the("missing-version", lint({ Statement })).severity).toBe("error");
    expect(the("wrong-version", lint({ Version: "2008-10-17", Statement })).severity).toBe("error");
    expect(lint({ Version: "2008-10-17", Statement: { ...Statement, Resource: "*" } })).toEqual([]);
  });

  it("tells of a push or a pull that lacks actions, and adds them", () => {
    const allow = (Action: string | string[]) =>
      lint(of(token, { Effect: "Allow", Action, Resource: app }));
    const push = the("incomplete-push", allow(["ecr:PutImage", "ecr:UploadLayerPart"]));
    expect(push).toMatchObject({ severity: "warning", statement: 1 });
    expect([...corrected(push).Statement[1].Action].sort()).toEqual([...pushActions].sort());
    const pull = the("incomplete-pull", allow("ecr:BatchGetImage"));
    expect(corrected(pull).Statement[1].Action).toEqual(pullActions);
    const pushOnly = the("push-without-pull", allow(pushActions));
    expect(corrected(pushOnly).Statement[1].Action).toEqual([...pushActions, ...pullActions]);
  });

  it("tells of a pull without the token that signs in, in an identity policy", () => {
    const pull = { Effect: "Allow", Action: [...pullActions, ...pushActions], Resource: app };
    const missing = the("missing-authorization-token", lint(of(pull)));
    expect(missing.severity).toBe("warning");
    expect(corrected(missing).Statement).toEqual([pull, token]);
    const single = the(
      "missing-authorization-token",
      lint({ Version: "2012-10-17", Statement: pull }),
    );
    expect(corrected(single).Statement).toEqual([pull, token]);
    const narrow = the("missing-authorization-token", lint(of(pull, { ...token, Resource: app })));
    expect(narrow).toMatchObject({ severity: "error", statement: 1, element: "Resource" });
    const repository = lint(
      of({ ...pull, Principal: { AWS: "111122223333" }, Resource: undefined }),
      "repository",
    );
    expect(codes(repository)).toEqual([]);
  });

  it("tells of a policy that opens to everyone", () => {
    const open = (more: object, kind: PolicyKind = "repository") =>
      codes(lint(of({ Effect: "Allow", Principal: "*", Action: "ecr:*", ...more }), kind));
    expect(open({})).toEqual(["open-to-everyone"]);
    expect(open({ Principal: { AWS: ["111122223333", "*"] } })).toEqual(["open-to-everyone"]);
    expect(open({ Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } })).toEqual([]);
    expect(open({ Effect: "Deny" })).toEqual([]);
    const trust = lint(
      of({ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }),
      "trust",
    );
    expect(trust).toMatchObject([{ code: "open-to-everyone", severity: "error" }]);
  });

  it("tells why a text is no policy, and where", () => {
    expect(lint("{")).toMatchObject([{ code: "invalid-policy", severity: "error", line: 1 }]);
    const invalid = the("invalid-policy", lint(of(token, { Effect: "Allow", Action: "ecr:*" })));
    expect(invalid).toMatchObject({
      sentence: "Policy statement must contain resources.",
      statement: 1,
    });
  });
});

describe("correcting a policy", () => {
  it("mends all that can be mended, and leaves a policy that can be used", () => {
    const text = `{
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "ecr:PutImages",
        "erc:BatchGetImage",
        "ecr: GetDownloadUrlForLayer"
      ],
      "Resource": "arn:aws:ecr::111122223333:app"
    }
  ]
}`;
    const mended = correctPolicy(text, "managed", actions);
    expect(lintPolicy(mended, "managed", actions)).toEqual([]);
    expect(JSON.parse(mended)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: [
            "ecr:PutImage",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
            "ecr:BatchCheckLayerAvailability",
            "ecr:InitiateLayerUpload",
            "ecr:UploadLayerPart",
            "ecr:CompleteLayerUpload",
          ],
          Resource: "arn:aws:ecr:*:111122223333:repository/app",
        },
        token,
      ],
    });
  });

  it("leaves what is right, and what cannot be mended, as it stands", () => {
    for (const text of ["{", JSON.stringify(of(token)), "[]"]) {
      expect(correctPolicy(text, "managed", actions)).toBe(text);
    }
  });

  it("lists no action twice where one, once mended, is the same as another", () => {
    const actionsOf = (...written: string[]) => {
      const text = JSON.stringify(of({ Effect: "Deny", Action: written, Resource: "*" }));
      return JSON.parse(correctPolicy(text, "managed", actions)).Statement[0].Action;
    };
    expect(
      actionsOf("ecr:putImage", "ecr:PutImages", "iam:GetUser", "ecr: PutImage", "iam:Get User"),
    ).toEqual(["ecr:putImage", "iam:GetUser"]);
    expect(actionsOf(" iam:GetUser", "iam:GetUser ")).toEqual(["iam:GetUser"]);
  });
});
