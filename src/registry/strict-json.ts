/**
 * JSON as manifests and policies may be written: bounded depth, no key twice in an object, and no
 * key that differs from a known one only in case, which two readers could take for different
 * things (D8).
 */

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export type JsonObject = Map<string, JsonValue>;

export class JsonError extends Error {}

/** Where something stands in the text: from its first character to behind its last, from 0. */
export interface JsonRange {
  readonly start: number;
  readonly end: number;
}

/** Where an object or a list stands, and what is in it. */
export interface JsonPlace extends JsonRange {
  /** By key, or by index of a list. */
  readonly values: ReadonlyMap<string | number, JsonRange>;
}

/** Objects and lists, and where each was read. */
export type JsonPlaces = Map<JsonValue, JsonPlace>;

/**
 * @param known keys that must be spelled exactly, wherever they are
 * @param places is filled, where given, with the place of every object and list
 * @throws JsonError
 */
export function parseStrictJson(
  text: string,
  maximumDepth: number,
  known: ReadonlySet<string>,
  places?: JsonPlaces,
): JsonValue {
  checkNesting(text, maximumDepth);
  const lowered = new Map([...known].map((key) => [key.toLowerCase(), key]));
  try {
    JSON.parse(text);
  } catch {
    throw new JsonError("Invalid JSON syntax");
  }
  return new Reader(text, lowered, places).value();
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
  readonly #places: JsonPlaces | undefined;
  #at = 0;

  constructor(text: string, lowered: ReadonlyMap<string, string>, places?: JsonPlaces) {
    this.#text = text;
    this.#lowered = lowered;
    this.#places = places;
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
    const values = this.#ranges<string>();
    const start = this.#at++;
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
      object.set(key, this.#placed(key, values));
    }
    this.#at++;
    if (values !== undefined) this.#places?.set(object, { start, end: this.#at, values });
    return object;
  }

  #array(): JsonValue[] {
    const items: JsonValue[] = [];
    const values = this.#ranges<number>();
    const start = this.#at++;
    for (this.#skipSpace(); this.#text[this.#at] !== "]"; this.#skipSpace()) {
      if (this.#text[this.#at] === ",") this.#at++;
      items.push(this.#placed(items.length, values));
    }
    this.#at++;
    if (values !== undefined) this.#places?.set(items, { start, end: this.#at, values });
    return items;
  }

  #ranges<Key>(): Map<Key, JsonRange> | undefined {
    return this.#places === undefined ? undefined : new Map();
  }

  #placed<Key>(key: Key, values: Map<Key, JsonRange> | undefined): JsonValue {
    this.#skipSpace();
    const start = this.#at;
    const value = this.value();
    values?.set(key, { start, end: this.#at });
    return value;
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
