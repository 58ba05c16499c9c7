/** A text of JSON that a form changes a part of: what the form does not know of stays as it is. */
export type JsonObject = { readonly [member: string]: unknown };

/** Absent while the text is no JSON, or no object. */
export function objectOf(text: string): JsonObject | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined; // It is being typed.
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function textOf(json: JsonObject): string {
  return JSON.stringify(json, null, 2);
}

/** The same with another member, in its place; `undefined` takes it away. */
export function withMember(object: JsonObject, name: string, value: unknown): JsonObject {
  const { [name]: _old, ...rest } = object;
  if (value === undefined) return rest;
  return name in object
    ? Object.fromEntries(
        Object.entries(object).map(([key, old]) => [key, key === name ? value : old]),
      )
    : { ...object, [name]: value };
}

/** The same of a member of a member, which is made where there is none. */
export function withInner(object: JsonObject, outer: string, name: string, value: unknown) {
  const inner = object[outer];
  return withMember(object, outer, withMember(isObject(inner) ? inner : {}, name, value));
}

/** Words that a field with spaces between them can show and give back as they were. */
export function isWordList(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) && value.every((word) => typeof word === "string" && /^\S+$/.test(word))
  );
}

export function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
