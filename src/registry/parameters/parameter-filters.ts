import { RegistryError } from "../errors.ts";
import type { Parameter } from "./parameter.ts";

export interface ParameterFilter {
  readonly key: string;
  readonly option: string | undefined;
  readonly values: readonly string[];
}

/** Whether a parameter fits. */
export type Fits = (parameter: Parameter) => boolean;

/** Options by key. Source: Systems Manager, ParameterStringFilter. */
const options: Readonly<Record<string, readonly string[] | undefined>> = {
  Name: ["Equals", "BeginsWith", "Contains"],
  Type: ["Equals", "BeginsWith"],
  KeyId: ["Equals", "BeginsWith"],
  Tier: ["Equals"],
  DataType: ["Equals"],
  Path: ["OneLevel", "Recursive"],
  Label: ["Equals", "BeginsWith"],
};
/** Of GetParametersByPath, which names the path itself. */
const pathKeys = new Set(["Type", "KeyId", "Label"]);

/**
 * All filters together; values of one are alternatives.
 * @throws InvalidFilterKey, InvalidFilterOption, InvalidFilterValue
 */
export function parameterFits(
  filters: readonly ParameterFilter[],
  { byPath }: { readonly byPath: boolean },
): Fits {
  const tests = filters.map((filter) => testOf(filter, byPath));
  return (parameter) => tests.every((test) => test(parameter));
}

function testOf({ key, option, values }: ParameterFilter, byPath: boolean): Fits {
  if (key.startsWith("tag:") && !byPath) {
    requireOption(key, option ?? "Equals", ["Equals"]);
    const name = key.slice("tag:".length);
    return ({ tags }) =>
      tags.some((tag) => tag.key === name && (values.length === 0 || values.includes(tag.value)));
  }
  const isKnown = byPath ? pathKeys.has(key) : key !== "Label";
  const allowed = isKnown ? options[key] : undefined;
  if (allowed === undefined) {
    throw new RegistryError("InvalidFilterKey", `The filter key ${key} is not valid here.`);
  }
  const how = option ?? allowed[0] ?? "";
  requireOption(key, how, allowed);
  if (values.length === 0) {
    throw new RegistryError("InvalidFilterValue", `The filter ${key} needs a value.`);
  }
  return (parameter) =>
    textsOf(parameter, key).some((text) => values.some((value) => compare(how, text, value)));
}

function requireOption(key: string, option: string, allowed: readonly string[]): void {
  if (allowed.includes(option)) return;
  throw new RegistryError(
    "InvalidFilterOption",
    `The filter option ${option} is not valid for the filter key ${key}.`,
  );
}

function textsOf({ name, settings, labels }: Parameter, key: string): readonly string[] {
  switch (key) {
    case "Type":
      return [settings.type];
    case "Tier":
      return [settings.tier];
    case "DataType":
      return [settings.dataType];
    case "KeyId":
      return settings.type === "SecureString" ? [settings.keyArn ?? "alias/aws/ssm"] : [];
    case "Label":
      return [...labels.keys()];
    default:
      return [name];
  }
}

function compare(option: string, text: string, value: string): boolean {
  switch (option) {
    case "BeginsWith":
      return text.startsWith(value);
    case "Contains":
      return text.includes(value);
    case "OneLevel":
      return isBelow(text, value, false);
    case "Recursive":
      return isBelow(text, value, true);
    default:
      return text === value;
  }
}

/** Whether a name is in the hierarchy below a path: at its next level, or at any. */
export function isBelow(name: string, path: string, isRecursive: boolean): boolean {
  const prefix = pathPrefix(path);
  // Below "/" is whatever has levels, and what has one only.
  const rest = prefix === "/" ? name.replace(/^\//, "") : name.slice(prefix.length);
  if (prefix !== "/" && !name.startsWith(prefix)) return false;
  return rest !== "" && (isRecursive || !rest.includes("/"));
}

/** What names below a path begin with. */
export function pathPrefix(path: string): string {
  return path.endsWith("/") ? path : `${path}/`;
}
