/** `entrepot key`: access keys of users, and how old they are. */
import type { Item } from "../calls.ts";
import { CommandError } from "../client.ts";
import type { Server } from "../server.ts";
import { ageDays } from "./times.ts";

export interface KeySummary {
  /** Absent where it is root's. */
  readonly userName: string | undefined;
  readonly accessKeyId: string;
  readonly status: string;
  readonly createdAt: string;
  readonly ageDays: number;
  readonly lastUsedAt: string | undefined;
  readonly lastUsedService: string | undefined;
  readonly lastUsedRegion: string | undefined;
}

/** A key as it is shown once. */
export interface NewKey {
  readonly userName: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface KeyList {
  readonly keys: readonly KeySummary[];
  /** What an operator had better change, in sentences. */
  readonly warnings: readonly string[];
}

/** From this age on, a key should be replaced. */
const oldDays = 90;
/** Users whose keys are asked for at once. */
const usersAtOnce = 8;

/**
 * Keys of one user, or of all of them and, if root asks, of root.
 * @throws Refusal
 */
export async function listKeys(server: Server, userName: string | undefined): Promise<KeyList> {
  const names = userName === undefined ? await userNames(server) : [userName];
  const isRoot = (await server.identity()).arn.endsWith(":root");
  const keys = isRoot && userName === undefined ? await keysOf(server, undefined) : [];
  for (let start = 0; start < names.length; start += usersAtOnce) {
    const some = names.slice(start, start + usersAtOnce);
    const found = await Promise.all(some.map((name) => keysOf(server, name)));
    keys.push(...found.flat());
  }
  const rootKeys = keys.filter(isActive).filter((key) => key.userName === undefined);
  const asking = isRoot ? [server.accessKeyId] : [];
  const root = new Set([...asking, ...rootKeys.map(({ accessKeyId }) => accessKeyId)]);
  return { keys, warnings: [...[...root].map(rootWarning), ...keys.flatMap(ageWarnings)] };
}

/** @param userName absent for those of who asks, which root's are */
export async function keysOf(server: Server, userName: string | undefined): Promise<KeySummary[]> {
  const input = { UserName: userName };
  const found = await server.all("iam:ListAccessKeys", "AccessKeyMetadata", input);
  return Promise.all(found.map((key) => summaryOf(server, userName, key)));
}

/** @throws Refusal, such as for a third key of one user */
export async function createKey(server: Server, userName: string): Promise<NewKey> {
  const { AccessKey } = await server.call("iam:CreateAccessKey", { UserName: userName });
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = AccessKey;
  return { userName, accessKeyId, secretAccessKey };
}

/** @throws Refusal, NoSuchEntity when nobody has the key */
export async function setKeyStatus(
  server: Server,
  accessKeyId: string,
  status: "Active" | "Inactive",
): Promise<{ userName: string | undefined }> {
  const userName = await ownerOf(server, accessKeyId);
  const input = { UserName: userName, AccessKeyId: accessKeyId, Status: status };
  await server.call("iam:UpdateAccessKey", input);
  return { userName };
}

export async function deleteKey(
  server: Server,
  { userName, accessKeyId }: Pick<KeySummary, "userName" | "accessKeyId">,
): Promise<void> {
  await server.call("iam:DeleteAccessKey", { UserName: userName, AccessKeyId: accessKeyId });
}

/** @throws Refusal, and CommandError when nobody has the key */
export async function findKey(server: Server, accessKeyId: string): Promise<KeySummary> {
  const keys = await keysOf(server, await ownerOf(server, accessKeyId));
  const key = keys.find((each) => each.accessKeyId === accessKeyId);
  if (key === undefined) throw new CommandError(`${accessKeyId} is gone, or root's own`);
  return key;
}

/** The user; `undefined` is root. */
async function ownerOf(server: Server, AccessKeyId: string): Promise<string | undefined> {
  return (await server.call("iam:GetAccessKeyLastUsed", { AccessKeyId })).UserName;
}

async function userNames(server: Server): Promise<string[]> {
  const users = await server.all("iam:ListUsers", "Users", {});
  return users.map(({ UserName }) => UserName);
}

type KeyMetadata = Item<"iam:ListAccessKeys", "AccessKeyMetadata">;

async function summaryOf(
  server: Server,
  userName: string | undefined,
  { AccessKeyId: accessKeyId = "", Status: status, CreateDate: createdAt = "" }: KeyMetadata,
): Promise<KeySummary> {
  const answer = await server.call("iam:GetAccessKeyLastUsed", { AccessKeyId: accessKeyId });
  const { LastUsedDate, ServiceName, Region } = answer.AccessKeyLastUsed ?? {};
  return {
    ...{
      userName,
      accessKeyId,
      status: status ?? "",
      createdAt,
      ageDays: ageDays(createdAt, server.now()),
    },
    lastUsedAt: LastUsedDate,
    lastUsedService: known(ServiceName),
    lastUsedRegion: known(Region),
  };
}

/** IAM says "N/A" of a key that was never used. */
function known(text: string | undefined): string | undefined {
  return text === "N/A" ? undefined : text;
}

function rootWarning(accessKeyId: string): string {
  return `${accessKeyId} is root's key, which nothing can limit: use a user's for everyday work`;
}

function ageWarnings(key: KeySummary): string[] {
  const { accessKeyId, ageDays: days } = key;
  if (days < oldDays || !isActive(key)) return [];
  return [`${accessKeyId} of ${ownerText(key)} is ${days} days old: make another and delete it`];
}

function isActive({ status }: KeySummary): boolean {
  return status === "Active";
}

/** Whose key it is. */
export function ownerText({ userName }: Pick<KeySummary, "userName">): string {
  return userName ?? "root";
}
