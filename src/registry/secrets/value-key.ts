/**
 * Which key seals the values of secrets and parameters, and who may use it. Under the service's own key
 * whoever may have the value has it; under a key of KMS the service asks for the caller, who needs the
 * right on the key as well. Source: Secrets Manager, "Secret encryption and decryption"; Systems Manager,
 * "AWS KMS encryption for Parameter Store SecureString parameters".
 */
import { randomUUID } from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import { type ErrorKind, isRegistryError, RegistryError } from "../errors.ts";
import type { Caller } from "../identity/principal.ts";
import { lookUpKey, noSuchKey } from "../kms/find-key.ts";
import { keyResource } from "../kms/key-access.ts";
import {
  type EncryptionContext,
  type KmsKey,
  type KmsKeyRef,
  kmsKeyArn,
  parseKmsKeyArn,
} from "../kms/kms-key.ts";
import { requireUsable } from "../kms/require-usable.ts";
import type { Registry } from "../names.ts";
import { requireAllowed } from "../policy/authorize.ts";
import { RequestContext } from "../policy/request-context.ts";

/** `inspector2` seals what it exports. */
export type ValueService = "secretsmanager" | "ssm" | "inspector2";

/** What a value belongs to. */
export interface ValueOwner {
  readonly service: ValueService;
  readonly registry: Registry;
  /** The ARN of a key of KMS; `undefined`: the service's own. */
  readonly keyArn: string | undefined;
  /** What a use of that key is bound to. */
  readonly context: EncryptionContext;
}

type KeyOperation = "GenerateDataKey" | "Decrypt";

/** What each service says of a key that does not do what it is asked. */
const refusals: Readonly<Record<ValueService, Readonly<Record<KeyOperation, ErrorKind>>>> = {
  secretsmanager: { GenerateDataKey: "EncryptionFailure", Decrypt: "DecryptionFailure" },
  ssm: { GenerateDataKey: "InvalidKeyId", Decrypt: "InvalidKeyId" },
  inspector2: { GenerateDataKey: "Validation", Decrypt: "Validation" },
};

/**
 * The ARN of the key that a request names by its id, ARN or alias; `undefined` for the service's own. A
 * key of another account is named by its own ARN. Source: Secrets Manager, KmsKeyId.
 * @throws AccessDenied, EncryptionFailure, InvalidKeyId for what is none
 */
export async function valueKeyArn(
  ports: Pick<Ports, "metadata">,
  { service, registry }: Pick<ValueOwner, "service" | "registry">,
  keyId: string | undefined,
): Promise<string | undefined> {
  const own = `alias/aws/${service}`;
  const { account, region } = registry;
  if (keyId === undefined || keyId === own) return undefined;
  if (keyId === `arn:aws:kms:${region}:${account}:${own}`) return undefined;
  try {
    const { arn, account: of, alias, key } = await lookUpKey(ports, registry, keyId);
    // Of another account it is not said here what there is: using it will tell (I7).
    if (of !== account && alias !== undefined) throw denied();
    if (of !== account) return arn;
    if (key !== undefined) return kmsKeyArn(key);
    throw noSuchKey(arn);
  } catch (error) {
    throw refusal(error, refusals[service].GenerateDataKey);
  }
}

/**
 * The owner's key for one use of it by the caller, which is recorded: done or refused.
 * @throws AccessDenied, EncryptionFailure, DecryptionFailure, InvalidKeyId
 */
export async function useValueKey(
  ports: Ports,
  caller: Caller,
  owner: ValueOwner & { readonly keyArn: string },
  operation: KeyOperation,
): Promise<KmsKey> {
  const ref = parseKmsKeyArn(owner.keyArn);
  try {
    const key = await requireUse(ports, caller, owner, ref, operation);
    record(ports, caller, owner, ref, operation, undefined);
    return key;
  } catch (error) {
    if (isRegistryError(error)) {
      record(ports, caller, owner, ref, operation, `${error.kind}Exception`);
    }
    throw refusal(error, refusals[owner.service][operation]);
  }
}

async function requireUse(
  ports: Ports,
  caller: Caller,
  { service, registry, context }: ValueOwner,
  ref: KmsKeyRef,
  operation: KeyOperation,
): Promise<KmsKey> {
  const key = await ports.metadata.kms.keys.find(ref);
  const { principal } = caller;
  // A key of another account that is not there looks like one that nobody may use.
  if (key === undefined && ref.registry.account !== principal.account) throw denied();
  if (key === undefined) throw noSuchKey(kmsKeyArn(ref));
  const viaService = `${service}.${registry.region}.amazonaws.com`;
  const asked = { principal, encryptionContext: context, viaService };
  const resource = await keyResource(ports, key, asked);
  const conditions = new Map([
    ["aws:viaawsservice", "true"],
    ["aws:calledvia", `${service}.amazonaws.com`],
  ]);
  // What a service asks for somebody does not come from where they are. Source: IAM, aws:SourceIp.
  const request = new RequestContext({ ...caller, sourceIp: "" }, ports.clock.now(), conditions);
  await requireAllowed(ports, principal, `kms:${operation}`, resource, request);
  requireUsable(key);
  return key;
}

function record(
  ports: Ports,
  { principal, requestId }: Caller,
  { context }: ValueOwner,
  key: KmsKeyRef,
  operation: KeyOperation,
  error: string | undefined,
): void {
  const at = ports.clock.now();
  ports.memory.usage.keyUsed(key.registry, at);
  ports.memory.keyUses.add({
    key: { registry: key.registry, id: key.id },
    ...{ id: randomUUID(), at, operation, principal: principal.arn, requestId },
    ...{ encryptionContext: context, error },
  });
}

/** A refusal of KMS as the service tells it; any other error as it is. */
function refusal(error: unknown, kind: ErrorKind): unknown {
  if (!isRegistryError(error) || error.kind === "ServiceUnavailable") return error;
  if (error.kind === "AccessDenied") return denied();
  return new RegistryError(kind, error.message, {}, error);
}

function denied(): RegistryError {
  return new RegistryError("AccessDenied", "Access to KMS is not allowed");
}
