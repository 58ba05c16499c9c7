import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import type { ResourceTag } from "../identity/entity.ts";
import type { Caller } from "../identity/principal.ts";
import {
  labelsOf,
  type Parameter,
  type ParameterRef,
  type ParameterSettings,
  type ParameterType,
  type ParameterVersion,
} from "./parameter.ts";
import { parameterLimits } from "./parameter-limits.ts";
import { checkParameterName } from "./parameter-name.ts";
import { sealParameter } from "./parameter-value.ts";

export interface WantedParameter {
  readonly value: string;
  readonly type: ParameterType | undefined;
  readonly description: string | undefined;
  /** Of a SecureString; `undefined`: the service's own. */
  readonly keyArn: string | undefined;
  readonly overwrite: boolean;
  readonly allowedPattern: string | undefined;
  readonly tier: "Standard" | "Advanced" | "Intelligent-Tiering" | undefined;
  readonly tags: readonly ResourceTag[];
}

/**
 * Makes a parameter, or gives it another version. Description and allowed pattern stay where another
 * version does not say them; an empty pattern is none.
 * @throws ParameterAlreadyExists, HierarchyTypeMismatch, Validation, ParameterPatternMismatch and others
 *   for what a parameter can not be
 * @throws ParameterLimitExceeded, ParameterMaxVersionLimitExceeded, AccessDenied, InvalidKeyId
 */
export async function putParameter(
  ports: Ports,
  caller: Caller,
  ref: ParameterRef,
  wanted: WantedParameter,
): Promise<Parameter> {
  checkParameterName(ref);
  for (let attempt = 0; attempt < tries; attempt++) {
    const found = await ports.metadata.parameters.find(ref);
    const settings = settingsOf(ports, caller, wanted, found);
    checkValue(ports, wanted.value, settings);
    const version = (found?.version ?? 0) + 1;
    const value = await sealParameter(ports, caller, ref, { settings, version }, wanted.value);
    const made = { version, settings, value };
    const put = await ports.metadata.transaction((change) =>
      found === undefined
        ? insert(change, { ...ref, ...made, tags: wanted.tags, labels: new Map() }, made)
        : replace(change, found, made),
    );
    if (put !== undefined) return put;
  }
  throw new RegistryError("Throttling", "Others are changing this parameter at the same time.");
}

const tries = 3;

/** @throws ParameterAlreadyExists, HierarchyTypeMismatch, Validation */
function settingsOf(
  { clock }: Pick<Ports, "clock">,
  { principal }: Caller,
  wanted: WantedParameter,
  found: Parameter | undefined,
): ParameterSettings {
  if (found !== undefined && !wanted.overwrite) {
    throw new RegistryError(
      "ParameterAlreadyExists",
      "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
    );
  }
  const type = wanted.type ?? found?.settings.type;
  if (type === undefined) {
    throw invalid("A parameter type is required when you create a parameter.");
  }
  if (found !== undefined && found.settings.type !== type) {
    throw new RegistryError(
      "HierarchyTypeMismatch",
      "The type of a parameter can't be changed. Delete the parameter and create it again.",
    );
  }
  if (type !== "SecureString" && wanted.keyArn !== undefined) {
    throw invalid("KeyId is allowed for parameters of type SecureString only.");
  }
  return {
    type,
    description: wanted.description ?? found?.settings.description,
    keyArn: wanted.keyArn,
    allowedPattern: patternOf(wanted, found),
    tier: tierOf(wanted, found),
    dataType: "text",
    modifiedAt: clock.now(),
    modifiedBy: principal.arn,
  };
}

/** An empty pattern is none: Terraform sends one where its configuration has none. */
function patternOf(
  { allowedPattern: wanted }: WantedParameter,
  found: Parameter | undefined,
): string | undefined {
  return wanted === undefined ? found?.settings.allowedPattern : wanted || undefined;
}

/** An advanced one never becomes a standard one. Source: "Managing parameter tiers". @throws Validation */
function tierOf(
  { tier, value }: WantedParameter,
  found: Parameter | undefined,
): ParameterSettings["tier"] {
  const before = found?.settings.tier;
  if (before === "Advanced" && tier === "Standard") {
    throw invalid("An advanced parameter can't be changed to a standard parameter.");
  }
  if (tier === "Intelligent-Tiering") {
    const isLong = Buffer.byteLength(value) > parameterLimits.standardBytes;
    return isLong || before === "Advanced" ? "Advanced" : "Standard";
  }
  return tier ?? before ?? "Standard";
}

/** @throws Validation, InvalidAllowedPattern, ParameterPatternMismatch */
function checkValue(
  { tagPatterns }: Pick<Ports, "tagPatterns">,
  value: string,
  { tier, allowedPattern }: ParameterSettings,
): void {
  const most = tier === "Advanced" ? parameterLimits.advancedBytes : parameterLimits.standardBytes;
  if (Buffer.byteLength(value) > most) {
    throw invalid(`${tier} tier parameters support a maximum parameter value of ${most} bytes.`);
  }
  // A value is never looked up in others. Source: PutParameter.
  if (value.includes("{{")) throw invalid("Parameter value can't nest another parameter.");
  if (allowedPattern === undefined) return;
  let matches: boolean;
  try {
    matches = tagPatterns.regularExpression(allowedPattern).matches(value);
  } catch (error) {
    if (!isRegistryError(error)) throw error;
    const sentence = "The specified pattern is not a valid regular expression.";
    throw new RegistryError("InvalidAllowedPattern", sentence, {}, error);
  }
  if (matches) return;
  throw new RegistryError(
    "ParameterPatternMismatch",
    "Parameter value, cannot be validated against allowedPattern",
  );
}

/** `undefined` where somebody else has made it meanwhile. @throws ParameterLimitExceeded */
async function insert(
  { repositories, parameters }: MetadataChange,
  parameter: Parameter,
  made: ParameterVersion,
): Promise<Parameter | undefined> {
  await repositories.lockCount(parameter.registry);
  if (!(await parameters.insertIfAbsent(parameter))) return undefined;
  await parameters.insertVersion(parameter, made);
  if ((await parameters.count(parameter.registry)) <= parameterLimits.standardParameters) {
    return parameter;
  }
  const sentence = `You can have at most ${parameterLimits.standardParameters} parameters in a region.`;
  throw new RegistryError("ParameterLimitExceeded", sentence);
}

/** `undefined` where somebody else has changed it meanwhile. @throws ParameterMaxVersionLimitExceeded */
async function replace(
  { parameters }: MetadataChange,
  found: Parameter,
  made: ParameterVersion,
): Promise<Parameter | undefined> {
  const locked = await parameters.lock(found);
  if (locked?.version !== found.version) return undefined;
  const { settings, version } = made;
  const outdated = version - parameterLimits.versions;
  if (outdated > 0 && labelsOf(locked, outdated).length > 0) {
    throw new RegistryError(
      "ParameterMaxVersionLimitExceeded",
      `The oldest version, ${outdated}, has a label and can't be removed for another one. Move the label to another version.`,
    );
  }
  const next = { ...locked, settings, version };
  await parameters.replace(next);
  await parameters.insertVersion(found, made);
  if (outdated > 0) await parameters.removeVersion(found, outdated);
  return next;
}

function invalid(sentence: string): RegistryError {
  return new RegistryError("Validation", sentence);
}
