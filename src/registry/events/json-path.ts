/** The member of an object, or the element of a list. */
export type JsonPath = readonly (string | number)[];

const plainName = /^[^.[\]'"<>]+/;
const quotedName = /^\['([^']*)'\]|^\["([^"]*)"\]/;
const index = /^\[(\d{1,9})\]/;

/**
 * `$`, `$.detail.name`, `$.resources[0]`, `$.detail['a.b']`: the JSON paths of EventBridge, which name
 * one value. `undefined` for what is none.
 */
export function parseJsonPath(text: string): JsonPath | undefined {
  if (!text.startsWith("$")) return undefined;
  const steps: (string | number)[] = [];
  let rest = text.slice(1);
  while (rest !== "") {
    const isMember = rest.startsWith(".");
    const part = isMember ? rest.slice(1) : rest;
    const found = isMember ? plainName.exec(part) : (quotedName.exec(part) ?? index.exec(part));
    if (found === null) return undefined;
    const name = isMember ? found[0] : (found[1] ?? found[2] ?? "");
    steps.push(!isMember && /^\[\d/.test(found[0]) ? Number(name) : name);
    rest = part.slice(found[0].length);
  }
  return steps;
}

/** What the path leads to; `undefined` where it leads nowhere. */
export function valueAt(path: JsonPath, root: unknown): unknown {
  let value = root;
  for (const step of path) {
    const isList = Array.isArray(value);
    if (typeof value !== "object" || value === null) return undefined;
    if (isList !== (typeof step === "number") || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
