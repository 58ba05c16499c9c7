import type { InputConditions } from "./operation.ts";

/** What resource tags of a request say to conditions. Source: IAM, aws:RequestTag and aws:TagKeys. */
export function tagConditions(
  tags: readonly { readonly Key: string; readonly Value: string }[],
): InputConditions {
  const values = tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value] as const);
  const keys = tags.length === 0 ? undefined : tags.map(({ Key }) => Key);
  return { ...Object.fromEntries(values), "aws:TagKeys": keys };
}
