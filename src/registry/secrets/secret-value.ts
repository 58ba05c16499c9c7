import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Caller } from "../identity/principal.ts";
import { openValue, sealValue } from "./sealed-value.ts";
import type { SealedValue } from "./secret.ts";
import {
  currentStage,
  type Secret,
  type SecretContent,
  type SecretRef,
  type SecretVersion,
  secretArn,
  stagesOf,
} from "./secret.ts";
import { secretLimits } from "./secret-limits.ts";

/** What a version's value is sealed as. */
export function valueName(secret: SecretRef, version: string): string {
  return `${secretArn(secret)} ${version}`;
}

/** Source: Secrets Manager, "Encryption context". */
function ownerOf(secret: SecretRef, version: string) {
  const context = { SecretARN: secretArn(secret), SecretVersionId: version };
  return { service: "secretsmanager", registry: secret.registry, context } as const;
}

/** @throws AccessDenied, EncryptionFailure */
export function sealContent(
  ports: Ports,
  caller: Caller,
  secret: SecretRef & Pick<Secret, "keyArn">,
  version: string,
  content: SecretContent,
): Promise<SealedValue> {
  const owner = { ...ownerOf(secret, version), keyArn: secret.keyArn };
  return sealValue(ports, caller, owner, valueName(secret, version), content);
}

/** @throws AccessDenied, DecryptionFailure */
export async function openContent(
  ports: Ports,
  caller: Caller,
  secret: SecretRef,
  { id, value }: Pick<SecretVersion, "id" | "value">,
): Promise<SecretContent> {
  const owner = ownerOf(secret, id);
  return (await openValue(ports, caller, owner, valueName(secret, id), value)) as SecretContent;
}

/** Which version is asked for; by default the current one. */
export interface WantedVersion {
  readonly versionId: string | undefined;
  readonly stage: string | undefined;
}

/** A version as it is read. */
export interface OpenVersion {
  readonly secret: Secret;
  readonly id: string;
  readonly createdAt: number;
  readonly stages: readonly string[];
  readonly content: SecretContent;
}

/**
 * @throws ResourceNotFound where there is no such version, InvalidRequest where the label is at another
 * @throws AccessDenied, DecryptionFailure
 */
export async function readSecretValue(
  ports: Ports,
  caller: Caller,
  secret: Secret,
  wanted: WantedVersion,
): Promise<OpenVersion> {
  const version = await findVersion(ports, secret, wanted);
  const content = await openContent(ports, caller, secret, version);
  const { id, createdAt } = version;
  return { secret, id, createdAt, stages: stagesOf(secret, id), content };
}

/** @throws ResourceNotFound, InvalidRequest */
export async function findVersion(
  { metadata }: Pick<Ports, "metadata">,
  secret: Secret,
  { versionId, stage }: WantedVersion,
): Promise<SecretVersion> {
  const label = stage ?? currentStage;
  const id = versionId ?? secret.stages.get(label);
  const named = versionId === undefined ? `staging label: ${label}` : `VersionId: ${versionId}`;
  const found = id === undefined ? undefined : await metadata.secrets.findVersion(secret, id);
  if (found === undefined) {
    throw new RegistryError(
      "ResourceNotFound",
      `Secrets Manager can't find the specified secret value for ${named}`,
    );
  }
  if (stage === undefined || secret.stages.get(stage) === id) return found;
  throw new RegistryError(
    "InvalidRequest",
    "You provided a VersionStage that is not associated to the provided VersionId.",
  );
}

/** @throws InvalidParameter for a value of both kinds, and for one that is too long */
export function contentOf({
  SecretString: text,
  SecretBinary: binary,
}: {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: Uint8Array | undefined;
}): SecretContent | undefined {
  if (text !== undefined && binary !== undefined) {
    throw new RegistryError(
      "InvalidParameter",
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  const size = text === undefined ? (binary?.length ?? 0) : Buffer.byteLength(text);
  if (size > secretLimits.valueBytes) {
    const sentence = `The secret value must be at most ${secretLimits.valueBytes} bytes.`;
    throw new RegistryError("InvalidParameter", sentence);
  }
  if (text !== undefined) return { text };
  return binary && { binary: Buffer.from(binary).toString("base64") };
}
