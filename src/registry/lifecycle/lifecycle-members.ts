import type { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import { JsonError, type JsonObject, type JsonValue, parseStrictJson } from "../strict-json.ts";

/** How a text is refused. */
export interface Refusals {
  /** @param path what is wrong, for example `rules[2].selection`; empty for the whole */
  readonly refuse: (sentence: string, path: string) => RegistryError;
  readonly notJson: (reason: string) => string;
  readonly isNull: string;
}

export interface MemberNames {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/** ECR's schema has no bound of its own; its numbers are of this kind. */
const largestInteger = 2 ** 31 - 1;
const shownCharacters = 128;
const noKnownKeys: ReadonlySet<string> = new Set();

/**
 * Members of an object of a lifecycle policy. What does not fit is refused in the words of the schema
 * validator that ECR uses. Source: ECR's refusals; json-schema-validator 2.2, validation messages.
 */
export class LifecycleMembers {
  readonly path: string;
  readonly #members: JsonObject;
  readonly #refusals: Refusals;

  private constructor(members: JsonObject, path: string, refusals: Refusals) {
    this.#members = members;
    this.path = path;
    this.#refusals = refusals;
  }

  /** @throws the refusal of a text that is no JSON, or no object with these members */
  static read(text: string, names: MemberNames, refusals: Refusals): LifecycleMembers {
    let json: JsonValue;
    try {
      // A key in another case is refused as one that is not known.
      json = parseStrictJson(text, limits.jsonDepth, noKnownKeys);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      throw refusals.refuse(refusals.notJson(error.message), "");
    }
    return LifecycleMembers.#open(json, "", names, refusals);
  }

  static #open(
    json: JsonValue,
    path: string,
    { required, optional }: MemberNames,
    refusals: Refusals,
  ): LifecycleMembers {
    if (!(json instanceof Map)) throw refusals.refuse(wrongType(json, "object"), path);
    const unknown = [...json.keys()].filter(
      (key) => !required.includes(key) && !optional.includes(key),
    );
    if (unknown.length > 0) throw refusals.refuse(unknownMembers(unknown), path);
    const missing = required.filter((key) => !json.has(key));
    if (missing.length > 0) throw refusals.refuse(missingMembers(missing), path);
    return new LifecycleMembers(json, path, refusals);
  }

  refusal(sentence: string, key?: string): RegistryError {
    return this.#refusals.refuse(sentence, key === undefined ? this.path : this.#pathOf(key));
  }

  has(key: string): boolean {
    return this.#members.has(key);
  }

  text(key: string): string | undefined {
    const value = this.#value(key);
    if (value === undefined || typeof value === "string") return value;
    throw this.refusal(wrongType(value, "string"), key);
  }

  boolean(key: string): boolean | undefined {
    const value = this.#value(key);
    if (value === undefined || typeof value === "boolean") return value;
    throw this.refusal(wrongType(value, "boolean"), key);
  }

  /** @param minimum the least that it may be */
  integer(key: string, minimum: number): number | undefined {
    const value = this.#value(key);
    if (value === undefined) return undefined;
    if (typeof value !== "number" || !Number.isInteger(value)) {
      throw this.refusal(wrongType(value, "integer"), key);
    }
    if (value < minimum) {
      const sentence = "numeric instance is lower than the required minimum";
      throw this.refusal(`${sentence} (minimum: ${minimum}, found: ${value})`, key);
    }
    if (value > largestInteger) {
      const sentence = "numeric instance is greater than the required maximum";
      throw this.refusal(`${sentence} (maximum: ${largestInteger}, found: ${value})`, key);
    }
    return value;
  }

  /** @param otherwise what to say of another value, where that is not that it is no such word */
  word<Word extends string>(
    key: string,
    words: readonly Word[],
    otherwise?: string,
  ): Word | undefined {
    const value = this.#value(key);
    if (value === undefined) return undefined;
    const word = words.find((known) => known === value);
    if (word !== undefined) return word;
    const sentence = `instance value (${shown(value)}) not found in enum (possible values: ${listed(words)})`;
    throw this.refusal(otherwise ?? sentence, key);
  }

  /** Strings, none of them empty, at least one. */
  texts(key: string): readonly string[] | undefined {
    return this.#list(key, undefined)?.map((item, index) => {
      const path = `${key}[${index}]`;
      if (item === null) throw this.refusal(this.#refusals.isNull, path);
      if (typeof item !== "string") throw this.refusal(wrongType(item, "string"), path);
      if (item !== "") return item;
      throw this.refusal('string "" is too short (length: 0, required minimum: 1)', path);
    });
  }

  /** An object that is required. */
  object(key: string, names: MemberNames): LifecycleMembers {
    const value = this.#value(key) as JsonValue;
    return LifecycleMembers.#open(value, this.#pathOf(key), names, this.#refusals);
  }

  /** A list of objects that is required: at least one, and at most so many. */
  objects(key: string, maximum: number, names: MemberNames): readonly LifecycleMembers[] {
    const items = this.#list(key, maximum) ?? [];
    return items.map((item, index) =>
      LifecycleMembers.#open(item, `${this.#pathOf(key)}[${index}]`, names, this.#refusals),
    );
  }

  #list(key: string, maximum: number | undefined): readonly JsonValue[] | undefined {
    const value = this.#value(key);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw this.refusal(wrongType(value, "array"), key);
    const instance = `elements but instance has ${value.length} elements`;
    if (value.length === 0) {
      throw this.refusal(`array is too short: must have at least 1 ${instance}`, key);
    }
    if (maximum !== undefined && value.length > maximum) {
      throw this.refusal(`array is too long: must have at most ${maximum} ${instance}`, key);
    }
    return value;
  }

  #value(key: string): Exclude<JsonValue, null> | undefined {
    const value = this.#members.get(key);
    if (value === null) throw this.refusal(this.#refusals.isNull, key);
    return value;
  }

  #pathOf(key: string): string {
    return this.path === "" ? key : `${this.path}.${key}`;
  }
}

export function unknownMembers(keys: readonly string[]): string {
  return `object instance has properties which are not allowed by the schema: (${listed(keys)})`;
}

export function missingMembers(keys: readonly string[]): string {
  return `object has missing required properties (${listed(keys)})`;
}

function wrongType(value: JsonValue, allowed: string): string {
  const found = `instance type (${typeOf(value)})`;
  return `${found} does not match any allowed primitive type (allowed: ["${allowed}"])`;
}

function typeOf(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (value instanceof Map) return "object";
  if (typeof value !== "number") return typeof value;
  return Number.isInteger(value) ? "integer" : "number";
}

function listed(texts: readonly string[]): string {
  return shortened(JSON.stringify(texts));
}

function shown(value: JsonValue): string {
  return value instanceof Map || Array.isArray(value)
    ? typeOf(value)
    : shortened(JSON.stringify(value));
}

function shortened(text: string): string {
  return text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}…`;
}
