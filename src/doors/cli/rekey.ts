/** `entrepot rekey`: a repository under another key. */
import type { Answer } from "./calls.ts";
import type { Server } from "./server.ts";

export type RekeyProgress = Answer<"entrepot:RekeyRepository">["rekey"];

export interface RekeyWish {
  /** A KMS key by any of its names, `aws`, or `service`. */
  readonly to: string;
  readonly isTwice: boolean;
}

/** @throws CommandError as `callServer` does */
export async function beginRekey(
  server: Server,
  repositoryName: string,
  { to, isTwice }: RekeyWish,
): Promise<RekeyProgress> {
  const kms = { encryptionType: isTwice ? "KMS_DSSE" : "KMS" } as const;
  const named = to === "aws" ? kms : { ...kms, kmsKey: to };
  const encryptionConfiguration = to === "service" ? { encryptionType: "AES256" as const } : named;
  const input = { repositoryName, encryptionConfiguration };
  return (await server.call("entrepot:RekeyRepository", input)).rekey;
}

/** @throws CommandError as `callServer` does */
export async function describeRekey(
  server: Server,
  repositoryName: string,
): Promise<RekeyProgress | undefined> {
  return (await server.call("entrepot:DescribeRekey", { repositoryName })).rekey;
}

export function rekeyText(name: string, progress: RekeyProgress | undefined): string {
  if (progress === undefined) return `${name} is under the key that it was made with.`;
  const { from, to, status, doneObjects, objectCount } = progress;
  const key = keyText(to);
  const counts =
    `${progress.rewrappedObjects} wrapped anew, ${progress.copiedObjects} sealed anew, ` +
    `${progress.adoptedObjects} there already.`;
  if (status === "COMPLETE") return `${name} is under ${key}: ${counts}`;
  const far = objectCount === undefined ? "" : ` ${doneObjects} of ${objectCount}:`;
  const line = `${name} comes under ${key}, from ${keyText(from)}:${far} ${counts}`;
  return status === "WAITING" ? `${line}\nIt waits: ${progress.failureReason}` : line;
}

function keyText({ encryptionType, kmsKey }: RekeyProgress["to"]): string {
  if (kmsKey === undefined) return "the registry's own key";
  return encryptionType === "KMS_DSSE" ? `${kmsKey}, sealed twice` : kmsKey;
}
