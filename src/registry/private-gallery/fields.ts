import { privateGalleryLimits } from "./private-gallery-limits.ts";

export const fieldTypes = ["TEXT", "NUMBER", "BOOLEAN", "DATE", "CHOICE"] as const;
export type FieldType = (typeof fieldTypes)[number];

/** What an operator wants to know of every entry: a data class, a regulation, how long it is supported. */
export interface FieldDefinition {
  readonly name: string;
  readonly type: FieldType;
  /** With CHOICE alone: the values that there are. */
  readonly choices: readonly string[];
  readonly isRequired: boolean;
  readonly description: string | undefined;
}

/** What an operator defines for all entries of a registry. */
export interface GallerySettings {
  readonly fields: readonly FieldDefinition[];
  readonly categories: readonly string[];
}

export type FieldValue = string | number | boolean;

/** What is wrong with the values by what is defined now, sentence by sentence; empty where nothing is. */
export function fieldProblems(
  definitions: readonly FieldDefinition[],
  values: Readonly<Record<string, FieldValue>>,
): readonly string[] {
  const problems: string[] = [];
  const byName = new Map(definitions.map((each) => [each.name, each]));
  for (const [name, value] of Object.entries(values)) {
    const definition = byName.get(name);
    if (definition === undefined) problems.push(`there is no field '${name}'`);
    else if (!fits(definition, value)) problems.push(`'${name}' must be ${wanted(definition)}`);
  }
  for (const { name, isRequired } of definitions) {
    if (isRequired && !Object.hasOwn(values, name)) problems.push(`'${name}' is missing`);
  }
  return problems;
}

function fits({ type, choices }: FieldDefinition, value: FieldValue): boolean {
  switch (type) {
    case "TEXT":
      return typeof value === "string" && value.length <= privateGalleryLimits.fieldTextCharacters;
    case "NUMBER":
      return typeof value === "number" && Number.isFinite(value);
    case "BOOLEAN":
      return typeof value === "boolean";
    case "DATE":
      return typeof value === "string" && isDate(value);
    case "CHOICE":
      return typeof value === "string" && choices.includes(value);
  }
}

function wanted({ type, choices }: FieldDefinition): string {
  switch (type) {
    case "TEXT":
      return `a text of at most ${privateGalleryLimits.fieldTextCharacters} characters`;
    case "NUMBER":
      return "a number";
    case "BOOLEAN":
      return "true or false";
    case "DATE":
      return "a day, as 2030-12-31";
    case "CHOICE":
      return `one of ${choices.join(", ")}`;
  }
}

/** A day that the calendar has: `2030-02-30` is none. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
