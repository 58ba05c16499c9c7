import { afterEach, beforeEach, expect, it } from "vitest";
import { account, otherAccount, TestRegistry } from "../../../test/support/ecr.ts";
import { policyText, type TestStatement } from "../../../test/support/identity.ts";
import { type Claims, OidcIssuer } from "../../../test/support/oidc-issuer.ts";
import { testPorts } from "../../../test/support/ports.ts";
import { addAccounts, callerWith, roleWith } from "../../../test/support/sessions.ts";
import { refusalOf } from "../../../test/support/web-identity.ts";
import { HttpEgress } from "../../adapters/egress/http-egress.ts";
import { anonymousPrincipal, type Caller } from "../../registry/identity/principal.ts";
import { getAccountSetting } from "../ecr/get-account-setting.ts";
import { assumeRoleWithWebIdentity } from "./assume-role-with-web-identity.ts";
import { getCallerIdentity } from "./get-caller-identity.ts";

const egress = new HttpEgress({ isListed: (address) => address === "127.0.0.1", idleMs: 200 });
let registry: TestRegistry;
let issuer: OidcIssuer;

beforeEach(async () => {
  const opened = await testPorts();
  registry = new TestRegistry({ ...opened, ports: { ...opened.ports, egress } });
  issuer = await OidcIssuer.start({ now: () => Math.floor(opened.clock.now() / 1000) });
  await addAccounts(opened.ports, account, otherAccount);
  await opened.ports.metadata.transaction(({ identity }) =>
    identity.oidcProviders.insertIfAbsent({
      ...{ account, url: issuer.provider, clientIds: ["sts.amazonaws.com"], tags: [] },
      ...{ thumbprints: [issuer.thumbprint], createdAt: opened.clock.now() },
    }),
  );
});
afterEach(async () => {
  await issuer.stop();
  await registry.close();
});

const ports = () => registry.environment.ports;
const providerArn = () => `arn:aws:iam::${account}:oidc-provider/${issuer.provider}`;
const roleArn = `arn:aws:iam::${account}:role/ci`;

function trusting(Condition: object = {}, more: TestStatement = {}): TestStatement {
  return {
    Effect: "Allow",
    Principal: { Federated: providerArn() },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition,
    ...more,
  };
}

function nobody(): Caller {
  return {
    ...{ principal: anonymousPrincipal(account), account, region: "us-east-1" as never },
    ...{ requestId: "", sourceIp: "192.0.2.1", userAgent: "", origin: "https://localhost" },
  };
}

const inputOf = (token: string, more: object = {}) => ({
  ...{ RoleArn: roleArn, RoleSessionName: "run-7", WebIdentityToken: token },
  ...more,
});

const ask = (token: string, more: object = {}) =>
  registry.ask(assumeRoleWithWebIdentity, inputOf(token, more), nobody());

const refusal = (token: string, more: object = {}) => refusalOf(ask(token, more));

const token = (claims: Claims = {}) => issuer.token({ sub: "repo:octo/app", ...claims });
const denied = "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity";

it("gives a role to whom its trust policy names by audience and subject", async () => {
  const Condition = {
    StringEquals: { [`${issuer.provider}:aud`]: "sts.amazonaws.com" },
    StringLike: { [`${issuer.provider}:sub`]: "repo:octo/*" },
    ArnEquals: { "aws:FederatedProvider": providerArn() },
  };
  await roleWith(ports(), { account, name: "ci", trust: [trusting(Condition)] });
  const answer = await ask(token());
  expect(answer).toMatchObject({
    SubjectFromWebIdentityToken: "repo:octo/app",
    Audience: "sts.amazonaws.com",
    Provider: issuer.url,
    AssumedRoleUser: { Arn: `arn:aws:sts::${account}:assumed-role/ci/run-7` },
  });
  const acting = await callerWith(ports(), answer.Credentials);
  expect(await registry.ask(getCallerIdentity, {}, acting)).toMatchObject({
    Arn: answer.AssumedRoleUser?.Arn,
    UserId: answer.AssumedRoleUser?.AssumedRoleId,
  });
  expect(await refusal(token({ sub: "repo:other/app" }))).toBe(denied);
  expect(await refusal(token(), { RoleArn: `${roleArn}-absent` })).toBe(denied);
});

it("gives nobody a role that trusts another provider, an account, or everyone of AWS's", async () => {
  const everyone = { Principal: { AWS: `arn:aws:iam::${account}:root` }, Condition: undefined };
  const other = { Principal: { Federated: `${providerArn()}/other` } };
  for (const [n, more] of [everyone, other].entries()) {
    const name = `ci${n}`;
    await roleWith(ports(), { account, name, trust: [trusting({}, more)] });
    expect(await refusal(token(), { RoleArn: `arn:aws:iam::${account}:role/${name}` })).toBe(
      denied,
    );
  }
});

it("takes only tokens of issuers that the role's own account has registered", async () => {
  await roleWith(ports(), { account: otherAccount, name: "ci", trust: [trusting()] });
  const elsewhere = { RoleArn: `arn:aws:iam::${otherAccount}:role/ci` };
  const unknown = `InvalidIdentityToken: No OpenIDConnect provider found in your account for https://${issuer.provider}`;
  expect(await refusal(token(), elsewhere)).toBe(unknown);
  expect(await refusal(token(), { RoleArn: "arn:aws:iam::222222222222:role/ci" })).toBe(unknown);
  expect(issuer.requests).toEqual([]);
  expect(await refusal("no.token.x")).toMatch(/^InvalidIdentityToken: The ID Token/);
  expect(await refusal(token(), { ProviderId: "www.amazon.com" })).toMatch(/^Validation: /);
  const old = token({ exp: Math.floor(registry.clock.now() / 1000) - 3600 });
  expect(await refusal(old)).toMatch(/^ExpiredIdentityToken: Token expired/);
  expect(await refusal(token({ aud: "x" }))).toBe("InvalidIdentityToken: Incorrect token audience");
});

it("knows no issuer whose claims would pass for AWS's own condition keys", async () => {
  await ports().metadata.transaction(({ identity }) =>
    identity.oidcProviders.insertIfAbsent({
      ...{ account, url: "aws", clientIds: ["sts.amazonaws.com"], tags: [] },
      ...{ thumbprints: [issuer.thumbprint], createdAt: 0 },
    }),
  );
  await roleWith(ports(), { account, name: "ci", trust: [trusting()] });
  const spoofed = token({ iss: "https://aws", SourceIp: "192.0.2.7" });
  expect(await refusal(spoofed)).toMatch(/^InvalidIdentityToken: No OpenIDConnect provider/);
  expect(issuer.requests).toEqual([]);
});

it("has no token be good for a role of an account that was closed", async () => {
  await roleWith(ports(), { account, name: "ci", trust: [trusting()] });
  await ports().metadata.transaction(async ({ identity: { accounts } }) => {
    const found = await accounts.lock(account);
    await accounts.replace({ ...found!, status: "SUSPENDED" });
  });
  expect(await refusal(token())).toMatch(/^InvalidIdentityToken: No OpenIDConnect provider/);
});

it("lets policies of the session compare what the issuer said", async () => {
  const bySubject: TestStatement = {
    ...{ Effect: "Allow", Action: "ecr:GetAccountSetting", Resource: "*" },
    Condition: {
      StringEquals: {
        [`${issuer.provider}:sub`]: "repo:octo/app",
        "aws:FederatedProvider": providerArn(),
      },
      "ForAnyValue:StringEquals": { [`${issuer.provider}:amr`]: "otp" },
    },
  };
  await roleWith(ports(), { account, name: "ci", trust: [trusting()] }, bySubject);
  const read = async (claims: Claims) => {
    const acting = await callerWith(ports(), (await ask(token(claims))).Credentials);
    return refusalOf(registry.ask(getAccountSetting, { name: "BLOB_MOUNTING" }, acting));
  };
  expect(await read({ amr: ["pwd", "otp"] })).toBe("accepted");
  expect(await read({ amr: ["pwd"] })).toMatch(/^AccessDenied/);
  expect(await read({ sub: "repo:octo/other", amr: ["otp"] })).toMatch(/^AccessDenied/);
});

it("sets the tags and the source identity of the token, where the trust policy lets it", async () => {
  const claims = {
    "https://aws.amazon.com/tags": {
      principal_tags: { Team: ["core"] },
      transitive_tag_keys: ["Team"],
    },
    "https://aws.amazon.com/source_identity": "ann",
  };
  const Action = [...["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"]];
  const Condition = {
    StringEquals: { "aws:RequestTag/team": "core", "sts:SourceIdentity": "ann" },
    "ForAllValues:StringEquals": { "sts:TransitiveTagKeys": ["Team"], "aws:TagKeys": ["Team"] },
  };
  await roleWith(ports(), { account, name: "ci", trust: [trusting(Condition, { Action })] });
  const answer = await ask(token(claims));
  expect(answer.SourceIdentity).toBe("ann");
  expect(answer.PackedPolicySize).toBeGreaterThan(0);
  const { principal } = await callerWith(ports(), answer.Credentials);
  expect(principal.session).toEqual({
    kind: "web-identity",
    tags: [{ key: "Team", value: "core" }],
    transitiveTagKeys: ["Team"],
    sourceIdentity: "ann",
    assumedBy: `${issuer.provider}:sub:repo:octo/app`,
  });
  await roleWith(ports(), { account, name: "plain", trust: [trusting()] });
  const plain = { RoleArn: `arn:aws:iam::${account}:role/plain` };
  expect(await refusal(token(claims), plain)).toBe(
    "AccessDenied: Not authorized to perform sts:TagSession",
  );
});

it("is limited by time and session policies as other sessions of the role are", async () => {
  const all: TestStatement = { Effect: "Allow", Action: "ecr:*", Resource: "*" };
  await roleWith(ports(), { account, name: "ci", trust: [trusting()] }, all);
  expect(await refusal(token(), { DurationSeconds: "3601" })).toMatch(/^Validation: /);
  const answer = await ask(token(), {
    DurationSeconds: "900",
    Policy: policyText({ ...all, Action: "ecr:ListImages" }),
  });
  const acting = await callerWith(ports(), answer.Credentials);
  expect(acting.principal.expiresAt).toBe(registry.clock.now() + 900_000);
  const settings = registry.ask(getAccountSetting, { name: "BLOB_MOUNTING" }, acting);
  expect(await refusalOf(settings)).toContain("no session policy allows");
});

it("changes nothing when it refuses", async () => {
  await roleWith(ports(), { account, name: "ci", trust: [trusting()] });
  const before = await registry.dump();
  for (const more of [{ DurationSeconds: "3601" }, { Policy: "{" }, { RoleArn: `${roleArn}x` }]) {
    expect(await refusal(token(), more)).not.toBe("accepted");
  }
  expect(await registry.dump()).toBe(before);
});
