import { CommandError } from "../client.ts";

/** Where the value of an environment variable is kept. */
export type ValueFrom =
  | {
      readonly kind: "secret";
      readonly region: string;
      readonly secretArn: string;
      /** Of a JSON object; absent: the whole. */
      readonly jsonKey: string | undefined;
      readonly versionStage: string | undefined;
      readonly versionId: string | undefined;
    }
  | {
      readonly kind: "parameter";
      /** Absent: the server's. */
      readonly region: string | undefined;
      /** A name or an ARN. */
      readonly parameter: string;
    };

/**
 * Source: ECS, "Pass Secrets Manager secrets through Amazon ECS environment variables" and the same of
 * Systems Manager parameters: the ARN of a secret may go on with a JSON key, a version's label, and a
 * version's id, each of which may be empty.
 * @throws CommandError for the ARN of anything else
 */
export function parseValueFrom(text: string): ValueFrom {
  if (!text.startsWith("arn:")) return { kind: "parameter", region: undefined, parameter: text };
  const [, , service, region = "", , type, ...rest] = text.split(":");
  if (service === "ssm") return { kind: "parameter", region, parameter: text };
  const [name, jsonKey, versionStage, versionId, ...more] = rest;
  if (service !== "secretsmanager" || type !== "secret" || !name || more.length > 0) {
    const sentence = `${text} is the ARN of neither a secret nor a parameter`;
    throw new CommandError(sentence, 2);
  }
  return {
    ...({ kind: "secret", region } as const),
    secretArn: text.split(":").slice(0, 7).join(":"),
    jsonKey: jsonKey || undefined,
    versionStage: versionStage || undefined,
    versionId: versionId || undefined,
  };
}

/** What a secret's text has under the key. @throws CommandError that says nothing of the text */
export function jsonMember(text: string, key: string, where: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CommandError(`${where} has no JSON key ${key}: it is not JSON`);
  }
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) {
    throw new CommandError(`${where} has no JSON key ${key}`);
  }
  const member = (value as Record<string, unknown>)[key];
  return typeof member === "string" ? member : JSON.stringify(member);
}
