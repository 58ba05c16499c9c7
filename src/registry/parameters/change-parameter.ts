import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { ResourceTag } from "../identity/entity.ts";
import { requireParameter } from "./find-parameter.ts";
import { labelsOf, type Parameter, type ParameterRef } from "./parameter.ts";
import { parameterLimits } from "./parameter-limits.ts";

/**
 * Puts what `next` makes of the parameter in its place; nobody else changes it meanwhile.
 * @throws ParameterNotFound, and what `next` throws
 */
export function changeParameter(
  { metadata }: Pick<Ports, "metadata">,
  ref: ParameterRef,
  next: (parameter: Parameter, change: MetadataChange) => Parameter | Promise<Parameter>,
): Promise<Parameter> {
  return metadata.transaction(async (change) => {
    const parameter = requireParameter(await change.parameters.lock(ref));
    const changed = await next(parameter, change);
    await change.parameters.replace(changed);
    return changed;
  });
}

/** With all of its versions; false where there was none. */
export function deleteParameter(
  { metadata }: Pick<Ports, "metadata">,
  ref: ParameterRef,
): Promise<boolean> {
  return metadata.transaction(async ({ parameters }) => {
    if ((await parameters.lock(ref)) === undefined) return false;
    await parameters.remove(ref);
    return true;
  });
}

/** What was made of labels that a request gives or takes. */
export interface LabelChange {
  readonly version: number;
  /** Those that were given, or taken. */
  readonly labels: readonly string[];
  /** Those that are none, or are not there. */
  readonly invalid: readonly string[];
}

/** Source: Systems Manager, LabelParameterVersion. */
function isLabel(text: string): boolean {
  return (
    text.length <= parameterLimits.labelCharacters &&
    /^[a-zA-Z_.-][a-zA-Z0-9_.-]*$/.test(text) &&
    !/^(?:aws|ssm)/i.test(text)
  );
}

/**
 * Attaches labels to a version, by default to the newest; where another version has one, it moves.
 * @throws ParameterNotFound, ParameterVersionNotFound, ParameterVersionLabelLimitExceeded
 */
export async function labelVersion(
  ports: Pick<Ports, "metadata">,
  ref: ParameterRef,
  version: number | undefined,
  wanted: readonly string[],
): Promise<LabelChange> {
  const labels = wanted.filter(isLabel);
  const invalid = wanted.filter((label) => !isLabel(label));
  const changed = await changeParameter(ports, ref, async (parameter, { parameters }) => {
    const to = version ?? parameter.version;
    await requireVersion(parameters, parameter, to);
    const next = new Map(parameter.labels);
    for (const label of labels) next.set(label, to);
    if (labelsOf({ labels: next }, to).length > parameterLimits.labelsPerVersion) {
      throw new RegistryError(
        "ParameterVersionLabelLimitExceeded",
        `A parameter version can have at most ${parameterLimits.labelsPerVersion} labels.`,
      );
    }
    return { ...parameter, labels: next };
  });
  return { version: version ?? changed.version, labels, invalid };
}

/** Takes labels from a version. @throws ParameterNotFound, ParameterVersionNotFound */
export async function unlabelVersion(
  ports: Pick<Ports, "metadata">,
  ref: ParameterRef,
  version: number,
  wanted: readonly string[],
): Promise<LabelChange> {
  let labels: string[] = [];
  await changeParameter(ports, ref, async (parameter, { parameters }) => {
    await requireVersion(parameters, parameter, version);
    labels = wanted.filter((label) => parameter.labels.get(label) === version);
    const gone = new Set(labels);
    return {
      ...parameter,
      labels: new Map([...parameter.labels].filter(([label]) => !gone.has(label))),
    };
  });
  return { version, labels, invalid: wanted.filter((label) => !labels.includes(label)) };
}

async function requireVersion(
  parameters: MetadataChange["parameters"],
  parameter: Parameter,
  version: number,
): Promise<void> {
  if ((await parameters.findVersion(parameter, version)) !== undefined) return;
  throw new RegistryError(
    "ParameterVersionNotFound",
    `Systems Manager could not find version ${version} of ${parameter.name}. Verify the version and try again.`,
  );
}

/** Sets tags by key, and leaves the others. @throws TooManyParameterTags, Validation */
export function withParameterTags(
  present: readonly ResourceTag[],
  added: readonly { readonly Key: string; readonly Value: string }[],
): ResourceTag[] {
  const tags = new Map(present.map(({ key, value }) => [key, value]));
  for (const { Key: key, Value: value } of added) {
    if (key.toLowerCase().startsWith("aws:")) {
      throw new RegistryError("Validation", "Tag keys that begin with aws: are reserved.");
    }
    tags.set(key, value);
  }
  if (tags.size <= parameterLimits.tags) return [...tags].map(([key, value]) => ({ key, value }));
  throw new RegistryError(
    "TooManyParameterTags",
    `A parameter can have at most ${parameterLimits.tags} tags.`,
  );
}
