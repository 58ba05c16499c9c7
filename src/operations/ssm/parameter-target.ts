/** What operations of Parameter Store are asked on. */
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../../registry/errors.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { Registry } from "../../registry/names.ts";
import {
  type LookedUpParameter,
  lookUpParameter,
  requireParameter,
} from "../../registry/parameters/find-parameter.ts";
import type { Parameter } from "../../registry/parameters/parameter.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import { valueKeyArn } from "../../registry/secrets/value-key.ts";
import type { Environment, FurtherAction } from "../operation.ts";

/** The caller's own account, in the region of the request: Systems Manager has no hosts of accounts. */
export function ownRegistry({ principal, region }: Caller): Registry {
  return { account: principal.account, region };
}

/** What takes no parameter: identity policies alone grant it. */
export function anyResource(_input: unknown, { principal }: Caller): Resource {
  return { arn: "*", account: principal.account, grants: "identity-only" };
}

interface OfParameter {
  readonly Name: string;
}

type Asked = Pick<Environment, "ports"> & { readonly caller: Caller };

/** A parameter as a whole: behind its name, a version or a label makes it one that is not there. */
export function lookUp(
  { Name }: OfParameter,
  { ports, caller }: Asked,
): Promise<LookedUpParameter> {
  return lookUpParameter(ports, ownRegistry(caller), Name, { takesSelector: false });
}

/** The same for what reads one version, which a number or a label behind the name may select. */
export function lookUpSelected(
  { Name }: OfParameter,
  { ports, caller }: Asked,
): Promise<LookedUpParameter> {
  return lookUpParameter(ports, ownRegistry(caller), Name, { takesSelector: true });
}

export async function namedParameter(
  input: OfParameter,
  caller: Caller,
  { ports }: Pick<Environment, "ports">,
): Promise<Resource> {
  return (await lookUp(input, { ports, caller })).resource;
}

export async function selectedParameter(
  input: OfParameter,
  caller: Caller,
  { ports }: Pick<Environment, "ports">,
): Promise<Resource> {
  return (await lookUpSelected(input, { ports, caller })).resource;
}

/** @throws ParameterNotFound */
export async function oneParameter(input: OfParameter, asked: Asked): Promise<Parameter> {
  return requireParameter((await lookUp(input, asked)).parameter);
}

interface OfParameters {
  readonly Names: readonly string[];
}

/** By which of the two a name is looked up: `namedParameter` or `selectedParameter`. */
type ByName = typeof namedParameter;

/** The first of several; the others are asked for by `otherParameters`. */
export function firstParameter(byName: ByName) {
  return (
    { Names }: OfParameters,
    caller: Caller,
    environment: Pick<Environment, "ports">,
  ): Promise<Resource> => byName({ Name: Names[0] ?? "" }, caller, environment);
}

/** All but the first of several, each with the same action. */
export function otherParameters(byName: ByName, action: string) {
  return async (
    { Names }: OfParameters,
    caller: Caller,
    environment: Pick<Environment, "ports">,
  ): Promise<FurtherAction[]> => {
    const further: FurtherAction[] = [];
    for (const Name of Names.slice(1)) {
      further.push({ action, resource: await byName({ Name }, caller, environment) });
    }
    return further;
  };
}

interface Tagged {
  readonly ResourceType: string;
  readonly ResourceId: string;
}

export function taggedParameter(
  { ResourceId }: Tagged,
  caller: Caller,
  environment: Pick<Environment, "ports">,
): Promise<Resource> {
  return namedParameter({ Name: ResourceId }, caller, environment);
}

/** @throws InvalidResourceType for what else Systems Manager has tags of, InvalidResourceId */
export async function requireTagged(
  { ResourceType, ResourceId }: Tagged,
  asked: Asked,
): Promise<Parameter> {
  if (ResourceType !== "Parameter") {
    const sentence = `The resource type ${ResourceType} is not supported: Parameter is.`;
    throw new RegistryError("InvalidResourceType", sentence);
  }
  const { parameter } = await lookUp({ Name: ResourceId }, asked);
  if (parameter !== undefined) return parameter;
  throw new RegistryError("InvalidResourceId", "The resource ID isn't valid.");
}

/** @throws InvalidKeyId */
export function keyArn(
  { ports, caller }: { readonly ports: Pick<Ports, "metadata">; readonly caller: Caller },
  keyId: string | undefined,
): Promise<string | undefined> {
  return valueKeyArn(ports, { service: "ssm", registry: ownRegistry(caller) }, keyId);
}
