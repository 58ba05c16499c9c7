import { RegistryError } from "../errors.ts";
import { isAccountId, type Registry } from "../names.ts";
import { type ParameterRef, parameterArn } from "./parameter.ts";
import { parameterLimits } from "./parameter-limits.ts";

/** What a request calls a parameter. */
export interface NamedParameter {
  readonly registry: Registry;
  /** An ARN of one level stands for a name with a slash in front and for one without. */
  readonly names: readonly [string, ...string[]];
  /** Behind the name: a version's number or label. */
  readonly selector: string | undefined;
}

const arnPrefix = "arn:aws:ssm:";

/**
 * A name or an ARN. What is neither is a name that no parameter has, and so is a name with a selector
 * where none is taken. Source: Systems Manager, GetParameter.
 * @param takesSelector as GetParameter and GetParameters do, which read single versions
 */
export function parseParameterId(
  own: Registry,
  text: string,
  takesSelector: boolean,
): NamedParameter {
  const isArn = text.startsWith(arnPrefix);
  const [region = "", account = ""] = text.slice(arnPrefix.length).split(":", 2);
  const start = arnPrefix.length + region.length + account.length + 2;
  const resource = isArn ? text.slice(start) : text;
  const at = takesSelector ? resource.indexOf(":") : -1;
  const path = at < 0 ? resource : resource.slice(0, at);
  const selector = at < 0 ? undefined : resource.slice(at + 1);
  if (!isArn) return { registry: own, names: [path], selector };
  const isWhole = isAccountId(account) && region === own.region && path.startsWith("parameter/");
  if (!isWhole) return { registry: own, names: [text], selector: undefined };
  const name = path.slice("parameter".length);
  const isOneLevel = !name.slice(1).includes("/");
  const names: NamedParameter["names"] = isOneLevel ? [name.slice(1), name] : [name];
  return { registry: { account, region: own.region }, names, selector };
}

const nameShape = /^[a-zA-Z0-9_.\-/]+$/;

/**
 * That a parameter may be called that. Source: Systems Manager, "Creating Parameter Store parameters",
 * requirements and constraints for names.
 * @throws Validation, HierarchyLevelLimitExceeded, AccessDenied for a path that is AWS's own
 */
export function checkParameterName(parameter: ParameterRef): void {
  const { name } = parameter;
  if (!nameShape.test(name)) {
    throw invalid(
      "Parameter name: a name consists of letters, digits, and the symbols . - _, in levels that slashes divide.",
    );
  }
  requireUnreserved(name);
  if (name.includes("/") && !name.startsWith("/")) {
    throw invalid("Parameter name must be a fully qualified name.");
  }
  const levels = name.split("/").slice(name.startsWith("/") ? 1 : 0);
  if (levels.includes("")) throw invalid("Parameter name: a level of a name must not be empty.");
  if (levels.length > parameterLimits.levels) {
    throw new RegistryError(
      "HierarchyLevelLimitExceeded",
      `A parameter name can have at most ${parameterLimits.levels} levels.`,
    );
  }
  if (parameterArn(parameter).length > parameterLimits.arnCharacters) {
    throw invalid("Parameter name: the name is too long.");
  }
}

/** What Parameter Store says of a path differs from what it says of a single name. */
function requireUnreserved(name: string): void {
  if (!/^\/?(?:aws|ssm)/i.test(name)) return;
  if (!name.startsWith("/") || name.lastIndexOf("/") === 0) {
    throw invalid('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).');
  }
  if (/^\/aws/i.test(name)) {
    throw new RegistryError("AccessDenied", `No access to reserved parameter name: ${name}.`);
  }
  throw invalid(
    'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
  );
}

function invalid(sentence: string): RegistryError {
  return new RegistryError("Validation", sentence);
}
