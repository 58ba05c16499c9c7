import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Registry } from "../names.ts";
import type { Resource } from "../policy/authorize.ts";
import { type Parameter, type ParameterRef, parameterArn } from "./parameter.ts";
import { type NamedParameter, parseParameterId } from "./parameter-name.ts";

/** The parameter of that name or ARN, whether it is there or not. */
export interface LookedUpParameter {
  readonly ref: ParameterRef;
  readonly selector: string | undefined;
  readonly parameter: Parameter | undefined;
  readonly resource: Resource;
}

/**
 * Those of other accounts look as if they were not there: nothing here lets one account into another's.
 * @param takesSelector whether a version or a label may stand behind the name
 */
export async function lookUpParameter(
  { metadata }: Pick<Ports, "metadata">,
  own: Registry,
  text: string,
  { takesSelector }: { readonly takesSelector: boolean },
): Promise<LookedUpParameter> {
  const { registry, names, selector } = parseParameterId(own, text, takesSelector);
  const parameter =
    registry.account === own.account ? await findFirst(metadata, registry, names) : undefined;
  const ref = { registry, name: parameter?.name ?? names[0] };
  const conditions = new Map<string, string>();
  for (const { key, value } of parameter?.tags ?? []) {
    conditions.set(`ssm:resourcetag/${key.toLowerCase()}`, value);
    conditions.set(`aws:resourcetag/${key.toLowerCase()}`, value);
  }
  const { account } = registry;
  const resource = { arn: parameterArn(ref), account, policies: [], conditions };
  return { ref, selector, parameter, resource };
}

async function findFirst(
  metadata: Ports["metadata"],
  registry: Registry,
  names: NamedParameter["names"],
): Promise<Parameter | undefined> {
  for (const name of names) {
    const found = await metadata.parameters.find({ registry, name });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @throws ParameterNotFound */
export function requireParameter(parameter: Parameter | undefined): Parameter {
  if (parameter !== undefined) return parameter;
  throw new RegistryError("ParameterNotFound", "The parameter couldn't be found.");
}
