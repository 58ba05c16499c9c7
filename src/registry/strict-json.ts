/**
 * JSON as a manifest may be written: bounded depth, no key twice in an object, and no key that
 * differs from a known one only in case, which two readers could take for different things (D8).
 */

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export type JsonObject = Map<string, JsonValue>;

export class JsonError extends Error {}

/**
 * @param known keys that must be spelled exactly, wherever they are
 * @throws JsonError
 */
export function parseStrictJson(
  text: string,
  maximumDepth: number,
  known: ReadonlySet<string>,
): JsonValue {
  checkNesting(text, maximumDepth);
  const lowered = new Map([...known].map((key) => [key.toLowerCase(), key]));
  try {
    JSON.parse(text);
  } catch {
    throw new JsonError("Invalid JSON syntax");
  }
  return new Reader(text, lowered).value();
}

/** Before anything recurses: a text of brackets alone must not exhaust the stack. */
function checkNesting(text: string, maximumDepth: number): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === "\\") at++;
      else if (character === '"') inString = false;
    } else if (character === '"') {
      inString = true;
    } else if (character === "{" || character === "[") {
      depth++;
      if (depth > maximumDepth) throw new JsonError(`JSON is nested deeper than ${maximumDepth}`);
    } else if (character === "}" || character === "]") {
      depth--;
    }
  }
}

/** Reads text that `JSON.parse` has accepted, so that it only has to look at keys. */
class Reader {
  readonly #text: string;
  readonly #lowered: ReadonlyMap<string, string>;
  #at = 0;

  constructor(text: string, lowered: ReadonlyMap<string, string>) {
    this.#text = text;
    this.#lowered = lowered;
  }

  value(): JsonValue {
    this.#skipSpace();
    const character = this.#text[this.#at];
    if (character === "{") return this.#object();
    if (character === "[") return this.#array();
    if (character === '"') return this.#string();
    const start = this.#at;
    while (this.#at < this.#text.length && !",]} \t\r\n".includes(this.#text[this.#at]!))
      this.#at++;
    return JSON.parse(this.#text.slice(start, this.#at)) as JsonValue;
  }

  #object(): JsonObject {
    const object: JsonObject = new Map();
    this.#at++;
    for (this.#skipSpace(); this.#text[this.#at] !== "}"; this.#skipSpace()) {
      if (this.#text[this.#at] === ",") this.#at++;
      this.#skipSpace();
      const key = this.#string();
      const spelled = this.#lowered.get(key.toLowerCase());
      if (spelled !== undefined && spelled !== key) {
        throw new JsonError(`the key '${key}' must be written '${spelled}'`);
      }
      if (object.has(key)) throw new JsonError(`the key '${key}' is given twice`);
      this.#skipSpace();
      this.#at++; // The colon.
      object.set(key, this.value());
    }
    this.#at++;
    return object;
  }

  #array(): JsonValue[] {
    const items: JsonValue[] = [];
    this.#at++;
    for (this.#skipSpace(); this.#text[this.#at] !== "]"; this.#skipSpace()) {
      if (this.#text[this.#at] === ",") this.#at++;
      items.push(this.value());
    }
    this.#at++;
    return items;
  }

  #string(): string {
    const start = this.#at;
    this.#at++;
    while (this.#text[this.#at] !== '"') this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
    this.#at++;
    return JSON.parse(this.#text.slice(start, this.#at)) as string;
  }

  #skipSpace(): void {
    while (" \t\r\n".includes(this.#text[this.#at] ?? "x")) this.#at++;
  }
}
