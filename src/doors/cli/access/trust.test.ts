import { describe, expect, it } from "vitest";
import { type TrustWish, trustOf } from "./trust.ts";

const own = "000000000000";
const nothing: TrustWish = {
  ...{ who: [], externalId: undefined, audience: undefined, subject: undefined, thumbprints: [] },
};
const statements = (wish: Partial<TrustWish>) => {
  const { document } = trustOf({ ...nothing, ...wish }, own);
  const policy = JSON.parse(document) as { Version: string; Statement: unknown[] };
  expect(policy.Version).toBe("2012-10-17");
  return policy.Statement;
};

describe("whom a role trusts", () => {
  it.each([
    ["account", `arn:aws:iam::${own}:root`],
    ["account:111111111111", "arn:aws:iam::111111111111:root"],
    ["user/ci/alice", `arn:aws:iam::${own}:user/ci/alice`],
    ["role/deploy", `arn:aws:iam::${own}:role/deploy`],
    ["arn:aws:iam::111111111111:role/deploy", "arn:aws:iam::111111111111:role/deploy"],
  ])("%s is a principal, who says the external id where one is wanted", (who, AWS) => {
    const allowed = { Effect: "Allow", Principal: { AWS }, Action: "sts:AssumeRole" };
    expect(statements({ who: [who] })).toEqual([allowed]);
    expect(statements({ who: [who], externalId: "x" })).toEqual([
      { ...allowed, Condition: { StringEquals: { "sts:ExternalId": "x" } } },
    ]);
  });

  it("a service is one by its name", () => {
    expect(statements({ who: ["service:replication.ecr.amazonaws.com", "account"] })).toEqual([
      {
        Effect: "Allow",
        Principal: { Service: "replication.ecr.amazonaws.com" },
        Action: "sts:AssumeRole",
      },
      expect.objectContaining({ Principal: { AWS: `arn:aws:iam::${own}:root` } }),
    ]);
  });

  it("a repository of GitHub is one by its tokens, whatever branch they are of", () => {
    const issuer = "token.actions.githubusercontent.com";
    const trust = trustOf({ ...nothing, who: ["github:acme/app"] }, own);
    expect(trust.issuers).toEqual([
      { name: issuer, audience: "sts.amazonaws.com", thumbprints: [] },
    ]);
    expect(JSON.parse(trust.document)).toMatchObject({
      Statement: [
        {
          Principal: { Federated: `arn:aws:iam::${own}:oidc-provider/${issuer}` },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition: {
            StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com" },
            StringLike: { [`${issuer}:sub`]: "repo:acme/app:*" },
          },
        },
      ],
    });
  });

  it("an issuer's tokens are told apart by subject and audience, exactly where no pattern is", () => {
    const subject = "system:serviceaccount:shop:puller";
    const who = ["oidc:https://cluster.example.com/id/1/"];
    expect(statements({ who, subject, audience: "registry" })).toMatchObject([
      {
        Condition: {
          StringEquals: {
            "cluster.example.com/id/1:aud": "registry",
            "cluster.example.com/id/1:sub": subject,
          },
        },
      },
    ]);
    expect(JSON.stringify(statements({ who, subject }))).not.toContain("StringLike");
  });

  it.each<[string, Partial<TrustWish>, RegExp]>([
    ["an issuer without a subject", { who: ["oidc:a.example.com"] }, /say who with --subject/],
    ["an issuer that is none", { who: ["oidc:a b"], subject: "x" }, /is no issuer/],
    ["half a repository", { who: ["github:acme"] }, /no repository of GitHub/],
    ["nobody", { who: ["everybody"] }, /names nobody/],
    ["everybody", { who: ["*"] }, /names nobody/],
    ["an external id for a service", { who: ["service:a"], externalId: "x" }, /--external-id is/],
    ["a subject for an account", { who: ["account"], subject: "x" }, /--audience, --subject and/],
  ])("refuses %s", (_, wish, message) => {
    expect(() => trustOf({ ...nothing, ...wish }, own)).toThrow(message);
  });
});
