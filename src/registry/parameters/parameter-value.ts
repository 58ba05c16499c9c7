import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Caller } from "../identity/principal.ts";
import { openValue, sealValue } from "../secrets/sealed-value.ts";
import type { SealedValue } from "../secrets/secret.ts";
import {
  type Parameter,
  type ParameterRef,
  type ParameterVersion,
  parameterArn,
} from "./parameter.ts";

/** Source: "AWS KMS encryption for Parameter Store SecureString parameters", encryption context. */
function ownerOf(parameter: ParameterRef) {
  const context = { PARAMETER_ARN: parameterArn(parameter) };
  return { service: "ssm", registry: parameter.registry, context } as const;
}

function valueName(parameter: ParameterRef, version: number): string {
  return `${parameterArn(parameter)} ${parameter.name} ${version}`;
}

/** Whatever its type, a value is sealed. @throws AccessDenied, InvalidKeyId */
export function sealParameter(
  ports: Ports,
  caller: Caller,
  parameter: ParameterRef,
  { settings, version }: Pick<ParameterVersion, "settings" | "version">,
  value: string,
): Promise<SealedValue> {
  const owner = { ...ownerOf(parameter), keyArn: settings.keyArn };
  return sealValue(ports, caller, owner, valueName(parameter, version), value);
}

/**
 * The value, or what it is sealed as, where a SecureString is asked for as it is.
 * @throws AccessDenied, InvalidKeyId
 */
export async function openParameter(
  ports: Ports,
  caller: Caller,
  parameter: ParameterRef,
  { settings, version, value }: ParameterVersion,
  withDecryption: boolean,
): Promise<string> {
  if (settings.type === "SecureString" && !withDecryption) {
    return Buffer.from(value.content).toString("base64");
  }
  const name = valueName(parameter, version);
  return (await openValue(ports, caller, ownerOf(parameter), name, value)) as string;
}

/**
 * The newest version, or the one that the selector has the number or the label of.
 * @throws ParameterVersionNotFound
 */
export async function selectedVersion(
  { metadata }: Pick<Ports, "metadata">,
  parameter: Parameter,
  selector: string | undefined,
): Promise<ParameterVersion> {
  const found = await findSelected(metadata, parameter, selector);
  if (found !== undefined) return found;
  const wanted = selector === undefined ? "" : ` ${selector}`;
  throw new RegistryError(
    "ParameterVersionNotFound",
    `Systems Manager could not find version${wanted} of ${parameter.name}. Verify the version and try again.`,
  );
}

async function findSelected(
  metadata: Ports["metadata"],
  parameter: Parameter,
  selector: string | undefined,
): Promise<ParameterVersion | undefined> {
  if (selector === undefined) return newest(metadata, parameter);
  const version = /^[0-9]{1,15}$/.test(selector)
    ? Number(selector)
    : parameter.labels.get(selector);
  return version === undefined ? undefined : metadata.parameters.findVersion(parameter, version);
}

/** Another one may have come, and the one that was the newest may have gone, since it was found. */
async function newest(
  metadata: Ports["metadata"],
  parameter: Parameter,
): Promise<ParameterVersion | undefined> {
  const { version } = parameter;
  const found = await metadata.parameters.findVersion(parameter, version);
  if (found !== undefined) return found;
  const now = await metadata.parameters.find(parameter);
  return now && metadata.parameters.findVersion(now, now.version);
}
