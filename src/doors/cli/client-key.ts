import type { Client, ClientKey } from "./client.ts";
import { readSection, readTextFile } from "./ini-file.ts";

/** The key as AWS clients look for it: in the environment, then in the profile. */
export async function clientKey(
  client: Client,
  profile: string,
): Promise<{ key: ClientKey; from: string } | undefined> {
  if (client.environmentKey !== undefined) {
    return { key: client.environmentKey, from: "environment" };
  }
  const section = readSection(await readTextFile(client.awsCredentialsFile), profile);
  const accessKeyId = section.get("aws_access_key_id");
  const secretAccessKey = section.get("aws_secret_access_key");
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { key: { accessKeyId, secretAccessKey }, from: `profile "${profile}"` };
}
