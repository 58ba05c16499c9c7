import type { Ports } from "../../ports/ports.ts";
import { auditError } from "../../registry/audit/audit-error.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import { beginCall, learnInput } from "../audit-call.ts";
import { getSecretValue } from "./get-secret-value.ts";

interface Read {
  readonly ports: Ports;
  readonly caller: Caller;
  readonly secretId: string;
  /** Once it is known. */
  readonly resource?: Resource | undefined;
}

/**
 * Runs a read of a secret that another operation was asked for: it leaves the record of a GetSecretValue,
 * so that every read of a secret is found under one name. Source: Secrets Manager, "CloudTrail entries",
 * BatchGetSecretValue.
 * @throws what `read` throws
 */
export async function auditedRead<Value>(
  { ports, caller, secretId, resource }: Read,
  read: () => Promise<Value>,
): Promise<Value> {
  const audit = beginCall({ ports }, getSecretValue, caller);
  learnInput(audit, getSecretValue, { SecretId: secretId });
  audit.learn({ resource });
  try {
    const value = await read();
    audit.end();
    return value;
  } catch (error) {
    audit.end(auditError(error));
    throw error;
  }
}
