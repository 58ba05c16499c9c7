import { limits } from "../limits.ts";
import {
  JsonError,
  type JsonObject,
  type JsonPlaces,
  type JsonRange,
  type JsonValue,
  parseStrictJson,
} from "../strict-json.ts";
import { positionsIn } from "./text-position.ts";

/** A string of a policy and where it stands. */
export interface PlacedText extends JsonRange {
  readonly value: string;
  /** How many strings its list has; 1 where it stands alone. */
  readonly among: number;
}

/** A statement by its members, whether it is right or not. */
export interface PlacedStatement extends JsonRange {
  readonly index: number;
  readonly members: JsonObject;
}

/** The text of a policy to be mended, or `undefined` unless it is JSON, and an object. */
export function readPolicyText(text: string, known: ReadonlySet<string>): PolicyText | undefined {
  const places: JsonPlaces = new Map();
  try {
    const json = parseStrictJson(text, limits.jsonDepth, known, places);
    return json instanceof Map ? new PolicyText(text, json, places) : undefined;
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

/** Mends a policy's text and leaves all that it does not mend as it stands. */
export class PolicyText {
  readonly text: string;
  readonly json: JsonObject;
  readonly #places: JsonPlaces;
  readonly #positions: (index: number) => { line: number };

  constructor(text: string, json: JsonObject, places: JsonPlaces) {
    this.text = text;
    this.json = json;
    this.#places = places;
    this.#positions = positionsIn(text);
  }

  line(at: number): number {
    return this.#positions(at).line;
  }

  /** The place of a member of the document or of a statement. */
  place(object: JsonObject, key: string): JsonRange | undefined {
    return this.#places.get(object)?.values.get(key);
  }

  get statements(): PlacedStatement[] {
    const written = this.json.get("Statement");
    const list = Array.isArray(written) ? written : [written];
    return list.flatMap((members, index) => {
      const place = members instanceof Map ? this.#places.get(members) : undefined;
      if (place === undefined) return [];
      return [{ index, members: members as JsonObject, start: place.start, end: place.end }];
    });
  }

  /** The strings of an element that is one string or a list of them; others are passed over. */
  texts(object: JsonObject, key: string): PlacedText[] {
    const value = object.get(key);
    if (!Array.isArray(value)) {
      const place = this.place(object, key);
      if (typeof value !== "string" || place === undefined) return [];
      return [{ value, among: 1, start: place.start, end: place.end }];
    }
    const places = this.#places.get(value)!.values;
    const among = value.filter((item) => typeof item === "string").length;
    return value.flatMap((item: JsonValue, index) =>
      typeof item === "string" ? [{ value: item, among, ...places.get(index)! }] : [],
    );
  }

  /** The text with one string in another's place. */
  replaced({ start, end }: JsonRange, value: string): string {
    return this.text.slice(0, start) + JSON.stringify(value) + this.text.slice(end);
  }

  /** The text with further strings in an element that is one string or a list. */
  extended(object: JsonObject, key: string, additions: readonly string[]): string {
    const place = this.place(object, key)!;
    const items = this.texts(object, key);
    const last = items.at(-1);
    const added = additions.map((addition) => JSON.stringify(addition));
    if (!Array.isArray(object.get(key)) || last === undefined) {
      const list = [...items.map(({ value }) => JSON.stringify(value)), ...added];
      return this.#spliced(place.start, place.end, `[${list.join(", ")}]`);
    }
    const before = items.at(-2);
    const separator = before === undefined ? ", " : this.text.slice(before.end, last.start);
    return this.#spliced(last.end, last.end, added.map((text) => separator + text).join(""));
  }

  /** The text without one of several strings of a list. */
  without(object: JsonObject, key: string, item: PlacedText): string {
    const items = this.texts(object, key);
    const index = items.findIndex(({ start }) => start === item.start);
    const next = items[index + 1];
    if (next !== undefined) return this.#spliced(item.start, next.start, "");
    return this.#spliced(items[index - 1]!.end, item.end, "");
  }

  /** The text with a first member of the document. */
  withFirstMember(key: string, value: string): string {
    const open = this.text.indexOf("{") + 1;
    const blank = /^\s*/.exec(this.text.slice(open))![0];
    const member = `${blank}${JSON.stringify(key)}: ${JSON.stringify(value)}`;
    return this.#spliced(open, open, this.json.size === 0 ? member : `${member},`);
  }

  /** The text with one statement more. */
  withStatement(statement: object): string {
    const all = this.statements;
    const last = all.at(-1)!;
    const lineStart = this.text.lastIndexOf("\n", last.start) + 1;
    const indent = /^\s*/.exec(this.text.slice(lineStart, last.start))![0];
    const added = JSON.stringify(statement, undefined, 2).replaceAll("\n", `\n${indent}`);
    if (Array.isArray(this.json.get("Statement"))) {
      return this.#spliced(last.end, last.end, `,\n${indent}${added}`);
    }
    const whole = this.text.slice(last.start, last.end);
    return this.#spliced(last.start, last.end, `[${whole}, ${added}]`);
  }

  #spliced(start: number, end: number, text: string): string {
    return this.text.slice(0, start) + text + this.text.slice(end);
  }
}
