import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { CommandError } from "../client.ts";
import type { Server } from "../server.ts";
import type { InlinePolicy } from "./policy-holder.ts";

/**
 * ARNs of managed policies that were named by ARN or by name; an account's own come before AWS's.
 * @throws CommandError for a name that no policy has
 */
export async function policyArns(server: Server, wanted: readonly string[]): Promise<string[]> {
  if (wanted.every(isArn)) return [...wanted];
  const all = await server.all("iam:ListPolicies", "Policies", { Scope: "All" });
  return wanted.map((text) => {
    if (isArn(text)) return text;
    const found = all.filter(({ PolicyName }) => PolicyName === text).map(({ Arn }) => Arn ?? "");
    const own = found.find((arn) => !arn.startsWith("arn:aws:iam::aws:"));
    const arn = own ?? found[0];
    if (arn !== undefined) return arn;
    throw new CommandError(`there is no managed policy "${text}"`);
  });
}

export function isArn(text: string): boolean {
  return text.startsWith("arn:");
}

/**
 * The text of a file.
 * @throws CommandError when it cannot be read
 */
export async function fileText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** Files as inline policies, each named for its file. */
export function inlinePolicies(files: readonly string[]): Promise<InlinePolicy[]> {
  return Promise.all(
    files.map(async (file) => ({
      name: basename(file, extname(file)),
      document: await fileText(file),
    })),
  );
}

/** IAM gives documents in the encoding of URLs. */
export function decodedDocument(document: string | undefined): string {
  return decodeURIComponent(document ?? "");
}

/** Indented, where it is JSON. */
export function prettyDocument(document: string): string {
  try {
    return JSON.stringify(JSON.parse(document), undefined, 2);
  } catch {
    return document;
  }
}
