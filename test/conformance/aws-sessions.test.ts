/** Temporary credentials as AWS's own SDK asks for them and uses them. */
import { DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  DecodeAuthorizationMessageCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { AccountId } from "../../src/registry/names.ts";
import {
  type AwsServer,
  rootKey,
  type SdkCredentials,
  sdkCredentials,
  startAwsServer,
} from "../support/aws-server.ts";
import { account, otherAccount } from "../support/ecr.ts";
import { addAccounts, roleWith } from "../support/sessions.ts";

let server: AwsServer;
beforeEach(async () => {
  server = await startAwsServer();
  await addAccounts(server.ports, otherAccount);
});
afterEach(() => server.close());

const sts = (credentials?: SdkCredentials) => new STSClient(server.client(credentials));
const roleArn = `arn:aws:iam::${otherAccount}:role/OrganizationAccountAccessRole`;

async function wayIn(of: AccountId = otherAccount) {
  const Principal = { AWS: `arn:aws:iam::${account}:root` };
  const trust = [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }];
  const all = { Effect: "Allow", Action: "*", Resource: "*" };
  await roleWith(server.ports, { account: of, name: "OrganizationAccountAccessRole", trust }, all);
  const asked = { RoleArn: roleArn, RoleSessionName: "build", DurationSeconds: 900 };
  return sts().send(new AssumeRoleCommand(asked));
}

it("are read by the SDK, and sign its requests as the role", async () => {
  const { Credentials, AssumedRoleUser } = await wayIn();
  expect(Credentials?.Expiration?.getTime()).toBe(
    Math.floor((server.opened.clock.now() + 900_000) / 1000) * 1000,
  );
  const acting = sts(sdkCredentials(Credentials));
  expect(await acting.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: otherAccount,
    Arn: `arn:aws:sts::${otherAccount}:assumed-role/OrganizationAccountAccessRole/build`,
    UserId: AssumedRoleUser?.AssumedRoleId,
  });
  const ecr = new ECRClient(server.client(sdkCredentials(Credentials)));
  const { repositories } = await ecr.send(new DescribeRepositoriesCommand({}));
  expect(repositories).toEqual([]);
});

it("43: are worth nothing without their session token, with another one, or once they ended", async () => {
  const { Credentials } = await wayIn();
  const { sessionToken, ...bare } = sdkCredentials(Credentials);
  const other = await sts().send(new GetSessionTokenCommand({}));
  const wrong = [
    bare,
    { ...bare, sessionToken: `${sessionToken}x` },
    { ...bare, sessionToken: sdkCredentials(other.Credentials).sessionToken },
    { ...rootKey, sessionToken },
  ];
  for (const credentials of wrong) {
    const asked = sts(credentials).send(new GetCallerIdentityCommand({}));
    await expect(asked).rejects.toMatchObject({
      name: "InvalidClientTokenId",
      message: "The security token included in the request is invalid.",
      $metadata: { httpStatusCode: 403 },
    });
  }
  // The server's clock and not the client's: a signature is good for five minutes.
  server.opened.clock.advance(200_000);
  expect((await acting(bare, sessionToken)).Account).toBe(otherAccount);
  await expire(Credentials?.AccessKeyId ?? "");
  await expect(acting(bare, sessionToken)).rejects.toMatchObject({
    name: "ExpiredToken",
    message: "The security token included in the request is expired",
  });
  const ecr = new ECRClient(server.client({ ...bare, sessionToken }));
  await expect(ecr.send(new DescribeRepositoriesCommand({}))).rejects.toMatchObject({
    name: "ExpiredTokenException",
  });
});

function acting(key: SdkCredentials, sessionToken: string) {
  return sts({ ...key, sessionToken }).send(new GetCallerIdentityCommand({}));
}

/** Has the session end now. */
async function expire(accessKeyId: string): Promise<void> {
  await server.ports.metadata.transaction(async ({ identity: { sessions } }) => {
    const session = await sessions.find(accessKeyId);
    await sessions.remove(accessKeyId);
    await sessions.insert({ ...session!, expiresAt: server.opened.clock.now() });
  });
  server.ports.memory.access.forgetPrincipals();
}

it("are told of by every operation of STS as the SDK reads it", async () => {
  const { Credentials } = await wayIn();
  const AccessKeyId = Credentials?.AccessKeyId ?? "";
  const whose = await sts().send(new GetAccessKeyInfoCommand({ AccessKeyId }));
  expect(whose.Account).toBe(otherAccount);
  const { Credentials: own } = await sts().send(
    new GetSessionTokenCommand({ DurationSeconds: 900 }),
  );
  const me = await sts(sdkCredentials(own)).send(new GetCallerIdentityCommand({}));
  expect(me.Arn).toBe(`arn:aws:iam::${account}:root`);
  const message = new DecodeAuthorizationMessageCommand({ EncodedMessage: "x" });
  await expect(sts().send(message)).rejects.toMatchObject({
    name: "InvalidAuthorizationMessageException",
  });
});

it("are given for a web identity to whoever has no credentials at all", async () => {
  const asked = new AssumeRoleWithWebIdentityCommand({
    ...{ RoleArn: roleArn, RoleSessionName: "build", WebIdentityToken: "no.token.x" },
  });
  await expect(sts().send(asked)).rejects.toMatchObject({
    name: "InvalidIdentityTokenException",
    message: expect.stringMatching(/^The ID Token provided is not a valid JWT/),
  });
  const claims = { iss: "https://issuer.example", exp: 1 };
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString("base64url");
  const expired = new AssumeRoleWithWebIdentityCommand({
    ...{ RoleArn: roleArn, RoleSessionName: "build" },
    WebIdentityToken: `${part({ alg: "ES256" })}.${part(claims)}.AAAA`,
  });
  const [url, thumbprints, clientIds] = ["issuer.example", [] as string[], ["x"]];
  await server.ports.metadata.transaction(({ identity }) =>
    identity.oidcProviders.insertIfAbsent({
      ...{ account: otherAccount, url, thumbprints, clientIds, tags: [], createdAt: 0 },
    }),
  );
  await expect(sts().send(expired)).rejects.toMatchObject({ name: "ExpiredTokenException" });
});
