import { callServer, type ServerAddress } from "./call-server.ts";
import type { Answer } from "./calls.ts";
import {
  type Client,
  type ClientKey,
  CommandError,
  configSection,
  defaultProfile,
} from "./client.ts";
import { readSection, readTextFile } from "./ini-file.ts";

export interface FoundKey {
  readonly key: ClientKey;
  /** Where it was found, in words. */
  readonly from: string;
}

/**
 * The key as AWS clients look for it: of the profile that was named; else of the environment; else of
 * the default profile. A profile with a role asks the server for the role's session.
 * @throws CommandError when a role's session cannot be had
 */
export async function clientKey(
  client: Client,
  server: ServerAddress,
  profile: string | undefined,
): Promise<FoundKey | undefined> {
  if (profile === undefined && client.environmentKey !== undefined) {
    return { key: client.environmentKey, from: "environment" };
  }
  return profileKey(client, server, profile ?? defaultProfile, []);
}

async function profileKey(
  client: Client,
  server: ServerAddress,
  profile: string,
  asked: readonly string[],
): Promise<FoundKey | undefined> {
  const config = readSection(await readTextFile(client.awsConfigFile), configSection(profile));
  const from = `profile "${profile}"`;
  const roleArn = config.get("role_arn");
  // A profile may be its own source: then its key is meant.
  if (roleArn === undefined || asked.includes(profile)) {
    const key = await storedKey(client, profile);
    return key && { key, from };
  }
  const sourceProfile = config.get("source_profile");
  const source =
    sourceProfile === undefined
      ? environmentKey(client, config.get("credential_source"))
      : await profileKey(client, server, sourceProfile, [...asked, profile]);
  if (source === undefined) {
    throw new CommandError(`the ${from} names a role, but no source that holds an access key`);
  }
  const key = await roleKey(server, source.key, roleArn, config);
  return { key, from: `${from}, as ${roleArn}` };
}

function environmentKey(client: Client, source: string | undefined): FoundKey | undefined {
  const key = source === "Environment" ? client.environmentKey : undefined;
  return key && { key, from: "environment" };
}

async function storedKey(client: Client, profile: string): Promise<ClientKey | undefined> {
  const section = readSection(await readTextFile(client.awsCredentialsFile), profile);
  const accessKeyId = section.get("aws_access_key_id");
  const secretAccessKey = section.get("aws_secret_access_key");
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken: section.get("aws_session_token") };
}

async function roleKey(
  server: ServerAddress,
  key: ClientKey,
  roleArn: string,
  config: ReadonlyMap<string, string>,
): Promise<ClientKey> {
  const { Credentials } = await callServer<Answer<"sts:AssumeRole">>(
    server,
    key,
    "sts:AssumeRole",
    {
      RoleArn: roleArn,
      RoleSessionName: config.get("role_session_name") ?? `entrepot-cli-${server.now()}`,
      ExternalId: config.get("external_id"),
      DurationSeconds: config.get("duration_seconds"),
    },
  );
  if (Credentials === undefined) throw new CommandError(`${server.origin} gives no session`);
  const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials;
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
}
