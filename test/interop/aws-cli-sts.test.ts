import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OciClient } from "../support/oci-client.ts";
import { OidcIssuer } from "../support/oidc-issuer.ts";
import { AwsCli, type CliKey } from "./aws-cli.ts";
import { credentialsOf, writeProfiles } from "./aws-cli-profile.ts";
import { openRegistryWithExpiredSession } from "./expired-session.ts";
import { buildImage } from "./image.ts";
import { pushImage } from "./push-image.ts";
import { account, type InteropRegistry, region } from "./registry.ts";

let data: string;
let registry: InteropRegistry;
let expired: CliKey;
let issuer: OidcIssuer;
/** Root of the management account, by its key. */
let root: AwsCli;
/** Whoever the profile is that is named with it. */
let profiles: AwsCli;
/** The id of the account that is made and entered here. */
let member: string;

const roleArn = (name: string) => `arn:aws:iam::${member}:role/${name}`;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), "interop-sts-"));
  const settings = { ENTREPOT_EGRESS_ALLOW: "127.0.0.0/8" };
  ({ registry, expired } = await openRegistryWithExpiredSession(data, settings));
  issuer = await OidcIssuer.start();
  root = new AwsCli(registry, "plain HTTP");
  const email = ["--email", "team@example.com", "--account-name", "team"];
  const { CreateAccountStatus } = await root.ask("organizations", "create-account", ...email);
  member = CreateAccountStatus.AccountId;
  const credentials = await credentialsOf(registry, root, "auditor");
  profiles = root.with(writeProfiles(registry, { ...profilesOf(), credentials }));
});

function profilesOf() {
  const web_identity_token_file = join(registry.scratch, "token");
  writeFileSync(web_identity_token_file, issuer.token({ sub: "repo:octo/app" }));
  const ofUser = { source_profile: "auditor", region, role_arn: roleArn("partner") };
  const ofToken = { web_identity_token_file, region };
  return {
    config: {
      "profile member": {
        ...{ source_profile: "management", region },
        role_arn: roleArn("OrganizationAccountAccessRole"),
      },
      "profile partner": { ...ofUser, external_id: "agreed-7", role_session_name: "audit" },
      "profile stranger": { ...ofUser, external_id: "guessed" },
      "profile ci": { ...ofToken, role_arn: roleArn("ci"), role_session_name: "run-7" },
      "profile other": { ...ofToken, role_arn: roleArn("other") },
    },
  };
}

afterAll(async () => {
  await issuer?.stop();
  await registry?.close();
  rmSync(data, { recursive: true, force: true });
});

/** A registry request for a host that has no name here. */
function fromHost(host: string, path: string, password: string) {
  const authorization = `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`;
  return new OciClient(registry.server.origin, { authorization, host }).get(path);
}

const as = (profile: string) => profiles.with({ AWS_PROFILE: profile });

const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

/** Makes a role in the member account that may do everything with images. */
async function createRole(name: string, trust: object): Promise<void> {
  const member = as("member");
  const document = ["--assume-role-policy-document", policy({ Effect: "Allow", ...trust })];
  await member.ask("iam", "create-role", "--role-name", name, ...document);
  const full = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryFullAccess";
  const attached = ["--role-name", name, "--policy-arn", full];
  await member.ask("iam", "attach-role-policy", ...attached);
}

describe("a profile with role_arn and source_profile", () => {
  it("works in another account, which has registries of its own", async () => {
    const cli = as("member");
    expect(await cli.ask("sts", "get-caller-identity")).toMatchObject({
      Account: member,
      Arn: expect.stringContaining(
        `arn:aws:sts::${member}:assumed-role/OrganizationAccountAccessRole/`,
      ),
    });
    const made = ["ecr", "create-repository", "--repository-name", "team/app"];
    const { repository } = await cli.ask(...made);
    expect(repository.registryId).toBe(member);
    expect((await cli.ask("ecr", "describe-repositories")).repositories).toHaveLength(1);
    const other = await root.ask("ecr", "describe-repositories");
    expect(other.repositories).toEqual([]);
  });

  it("prints a password of the role's session that its registry takes", async () => {
    const password = await as("member").print("ecr", "get-login-password");
    const pushed = { repository: "team/app", password, tag: "v1" };
    const host = `${member}.dkr.ecr.${region}.localhost`;
    await expect(pushImage(registry, pushed, buildImage())).rejects.toThrow("403");
    const answer = await fromHost(host, "/v2/team/app/tags/list", password);
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({ name: "team/app", tags: [] });
  });

  it("tells in Organizations' words what the member account may not see", async () => {
    const said = await as("member").error("organizations", "list-accounts");
    expect(said).toMatch(/^\(AccessDeniedException\) User: .* organizations:ListAccounts/);
    const { Organization } = await as("member").ask("organizations", "describe-organization");
    expect(Organization.MasterAccountId).toBe(account);
    const { Accounts } = await root.ask("organizations", "list-accounts");
    expect(Accounts.map(({ Id }: { Id: string }) => Id).toSorted()).toEqual(
      [account, member].toSorted(),
    );
  });
});

describe("a profile of a user of another account", () => {
  beforeAll(async () => {
    await createRole("partner", {
      ...{ Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "sts:AssumeRole" },
      Condition: { StringEquals: { "sts:ExternalId": "agreed-7" } },
    });
  });

  it("43: is the role with the external id that was agreed on, and denied with another", async () => {
    expect(await as("partner").ask("sts", "get-caller-identity")).toMatchObject({
      Arn: `arn:aws:sts::${member}:assumed-role/partner/audit`,
    });
    const said = await as("stranger").error("sts", "get-caller-identity");
    expect(said).toContain(
      `(AccessDenied) User: arn:aws:iam::${account}:user/auditor is not authorized to perform: sts:AssumeRole on resource: ${roleArn("partner")}`,
    );
  });

  it("learns from decode-authorization-message why a call was denied, if somebody else asks", async () => {
    const auditor = as("auditor");
    const said = await auditor.error("ecr", "describe-repositories");
    const [, message = ""] = /Encoded authorization failure message: (\S+)/.exec(said) ?? [];
    const decode = ["sts", "decode-authorization-message", "--encoded-message", message];
    const { DecodedMessage } = await root.ask(...decode);
    expect(JSON.parse(DecodedMessage)).toMatchObject({
      allowed: false,
      explicitDeny: false,
      context: {
        principal: { arn: `arn:aws:iam::${account}:user/auditor` },
        action: "ecr:DescribeRepositories",
      },
    });
    expect(await auditor.error(...decode)).toMatch(/^\(AccessDenied\)/);
    expect(await as("member").error(...decode)).toMatch(
      /^\(InvalidAuthorizationMessageException\)/,
    );
  });
});

describe("a profile with web_identity_token_file", () => {
  beforeAll(async () => {
    const provider = ["--url", issuer.url, "--client-id-list", "sts.amazonaws.com"];
    const { OpenIDConnectProviderArn: Federated } = await as("member").ask(
      ...["iam", "create-open-id-connect-provider", ...provider],
      ...["--thumbprint-list", issuer.thumbprint],
    );
    for (const [name, subject] of [
      ["ci", "repo:octo/*"],
      ["other", "repo:other/*"],
    ] as const) {
      await createRole(name, {
        ...{ Principal: { Federated }, Action: "sts:AssumeRoleWithWebIdentity" },
        Condition: {
          StringEquals: { [`${issuer.provider}:aud`]: "sts.amazonaws.com" },
          StringLike: { [`${issuer.provider}:sub`]: subject },
        },
      });
    }
  });

  it("is the role that trusts the token's issuer and subject, without any key", async () => {
    expect(await as("ci").ask("sts", "get-caller-identity")).toMatchObject({
      Account: member,
      Arn: `arn:aws:sts::${member}:assumed-role/ci/run-7`,
    });
    const { repositories } = await as("ci").ask("ecr", "describe-repositories");
    expect(repositories).toHaveLength(1);
    expect(await as("other").error("sts", "get-caller-identity")).toBe(
      "(AccessDenied) Not authorized to perform sts:AssumeRoleWithWebIdentity",
    );
  });
});

it("a session that has ended is told so, and its token is needed until then", async () => {
  const ended = root.as(expired);
  expect(await ended.error("sts", "get-caller-identity")).toBe(
    "(ExpiredToken) The security token included in the request is expired",
  );
  expect(await ended.error("ecr", "describe-repositories")).toBe(
    "(ExpiredTokenException) The security token included in the request is expired",
  );
  const { Credentials } = await root.ask("sts", "get-session-token", "--duration-seconds", "900");
  const { SessionToken: _left, ...bare } = Credentials as CliKey;
  expect(await root.as(Credentials as CliKey).ask("sts", "get-caller-identity")).toMatchObject({
    Account: account,
  });
  expect(await root.as(bare).error("sts", "get-caller-identity")).toBe(
    "(InvalidClientTokenId) The security token included in the request is invalid.",
  );
});

it("a closed account is shut to the sessions that it has, and to new ones", async () => {
  const asked = [
    "--role-arn",
    roleArn("OrganizationAccountAccessRole"),
    "--role-session-name",
    "x1",
  ];
  const { Credentials } = await root.ask("sts", "assume-role", ...asked);
  const inside = root.as(Credentials as CliKey);
  expect((await inside.ask("sts", "get-caller-identity")).Account).toBe(member);
  await root.ask("organizations", "close-account", "--account-id", member);
  expect(await inside.error("sts", "get-caller-identity")).toMatch(/^\(InvalidClientTokenId\)/);
  expect(await root.error("sts", "assume-role", ...asked)).toMatch(/^\(AccessDenied\)/);
  const { Account } = await root.ask("organizations", "describe-account", "--account-id", member);
  expect(Account).toMatchObject({ Id: member, Status: "SUSPENDED" });
});
