/** Whose key a command signs with, told by whom the server takes it for. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  type CommandServer,
  openCommandServer,
  rootKey,
} from "../../../test/support/command-server.ts";
import { account } from "../../../test/support/ecr.ts";
import { keyOf, putUser } from "../../../test/support/identity.ts";
import type { Client, ClientKey } from "./client.ts";
import { openServer } from "./server.ts";

let server: CommandServer;
let userKey: ClientKey;
let userArn: string;
beforeAll(async () => {
  server = await openCommandServer();
  const user = await putUser(server.store.ports, { account, name: "ci" });
  userKey = await keyOf(server.store.ports, user);
  userArn = `arn:aws:iam::${account}:user/ci`;
});
afterAll(() => server.close());
afterEach(() => rm(dirname(server.client.awsConfigFile), { recursive: true, force: true }));

const rootArn = `arn:aws:iam::${account}:root`;

/** Whom the server sees, with these files and this environment. */
async function whoAsks(profile: string | undefined, changes: Partial<Client> = {}) {
  const now = () => server.store.clock.now();
  const client = { ...server.client, ...changes };
  const opened = await openServer(client, { profile, endpoint: undefined, now });
  return (await opened.identity()).arn;
}

async function write({ config = "", credentials = "" }): Promise<void> {
  const { awsConfigFile, awsCredentialsFile } = server.client;
  await mkdir(dirname(awsConfigFile), { recursive: true });
  const endpoint = `endpoint_url = ${server.client.httpUrl}\n`;
  await writeFile(awsConfigFile, config.replaceAll("ENDPOINT\n", endpoint));
  await writeFile(awsCredentialsFile, credentials);
}

const section = (name: string, { accessKeyId, secretAccessKey, sessionToken }: ClientKey) =>
  [
    `[${name}]`,
    `aws_access_key_id = ${accessKeyId}`,
    `aws_secret_access_key = ${secretAccessKey}`,
    ...(sessionToken === undefined ? [] : [`aws_session_token = ${sessionToken}`]),
    "",
  ].join("\n");

/** A temporary key of the user. */
async function temporaryKey(): Promise<ClientKey> {
  const now = () => server.store.clock.now();
  const options = { profile: undefined, endpoint: undefined, now };
  const opened = await openServer({ ...server.client, environmentKey: userKey }, options);
  const { Credentials } = await opened.call("sts:GetSessionToken", {});
  return {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken,
  };
}

describe("the key of a command", () => {
  it("is the data directory's root's where there is no other", async () => {
    expect(await whoAsks(undefined)).toBe(rootArn);
  });

  it("is the environment's before the default profile's, and a named profile's before both", async () => {
    await write({ credentials: section("entrepot", userKey) + section("root", rootKey) });
    expect(await whoAsks(undefined)).toBe(userArn);
    expect(await whoAsks(undefined, { environmentKey: rootKey })).toBe(rootArn);
    expect(await whoAsks("entrepot", { environmentKey: rootKey })).toBe(userArn);
  });

  it("is no other than that of the profile that was named", async () => {
    await expect(whoAsks("mistyped")).rejects.toThrow('the profile "mistyped" holds no access key');
  });

  it("may be a temporary one, of the environment or of a profile, and is refused without its token", async () => {
    const key = await temporaryKey();
    expect(await whoAsks(undefined, { environmentKey: key })).toBe(userArn);
    await write({ credentials: section("mine", key) });
    expect(await whoAsks("mine")).toBe(userArn);
    await write({ credentials: section("mine", { ...key, sessionToken: undefined }) });
    await expect(whoAsks("mine")).rejects.toMatchObject({ code: "InvalidClientTokenId" });
  });

  it("may be a role's, that the key of another profile or of the environment assumes", async () => {
    const made = await server.json<{ account: { id: string } }>([
      ...["account", "create", "team", "--email", "team@example.com"],
    ]);
    const role = `role_arn = arn:aws:iam::${made.account.id}:role/OrganizationAccountAccessRole`;
    await write({
      config: `[profile team]\n${role}\nsource_profile = root\nrole_session_name = me\nENDPOINT
[profile outside]\n${role}\ncredential_source = Environment\nENDPOINT
[profile sourceless]\n${role}\nENDPOINT
[profile round]\n${role}\nsource_profile = about\nENDPOINT
[profile about]\n${role}\nsource_profile = round\n`,
      credentials: section("root", rootKey),
    });
    const session = `arn:aws:sts::${made.account.id}:assumed-role/OrganizationAccountAccessRole/`;
    expect(await whoAsks("team")).toBe(`${session}me`);
    const outside = await whoAsks("outside", { environmentKey: rootKey });
    expect(outside.startsWith(`${session}entrepot-cli-`)).toBe(true);
    for (const profile of ["sourceless", "outside", "round"]) {
      await expect(whoAsks(profile)).rejects.toThrow(/no source that holds an access key/);
    }
  });
});
