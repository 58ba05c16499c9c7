import { advisoryLimits as limits } from "./advisory-limits.ts";

/** A record that is no OSV, or more of it than is taken. Says what is wrong with which field. */
export class RecordRefused extends Error {
  override readonly name = "RecordRefused";
}

/** An object of a record: anything may be in it. */
export type Fields = Readonly<Record<string, unknown>>;

/** @throws RecordRefused */
export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RecordRefused(`${what} is no object`);
  }
  return value as Fields;
}

/** A member that the record has itself: `__proto__` and the like are nothing. */
export function member(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? (fields[name] ?? undefined) : undefined;
}

/** An object, or one without members where it is absent. */
export function optionalFields(fields: Fields, name: string): Fields {
  const value = member(fields, name);
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {};
}

/** @throws RecordRefused */
export function listOf(fields: Fields, name: string, most: number): readonly unknown[] {
  const value = member(fields, name);
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new RecordRefused(`${name} is no list`);
  if (value.length > most) throw new RecordRefused(`${name} has more than ${most} entries`);
  return value;
}

/** @throws RecordRefused */
export function textOf(fields: Fields, name: string, most: number): string {
  const value = optionalText(fields, name, most);
  if (value === undefined || value === "") throw new RecordRefused(`${name} is missing`);
  return value;
}

/** @throws RecordRefused */
export function optionalText(fields: Fields, name: string, most: number): string | undefined {
  const value = member(fields, name);
  if (value === undefined) return undefined;
  return checkedText(value, name, most);
}

/** @throws RecordRefused */
export function textsOf(fields: Fields, name: string, most: number, longest: number): string[] {
  return listOf(fields, name, most).map((value) => checkedText(value, name, longest));
}

/**
 * RFC 3339, to milliseconds.
 * @throws RecordRefused
 */
export function optionalTime(fields: Fields, name: string): number | undefined {
  const value = optionalText(fields, name, 64);
  if (value === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw new RecordRefused(`${name} is no time`);
  return time;
}

function checkedText(value: unknown, name: string, most: number): string {
  if (typeof value !== "string") throw new RecordRefused(`${name} is no text`);
  if (value.length > most) throw new RecordRefused(`${name} has more than ${most} characters`);
  for (let at = 0; at < value.length; at += 1) {
    if (value.charCodeAt(at) < 32) throw new RecordRefused(`${name} has control characters`);
  }
  // Half of a character has no place in a URL, nor in a database.
  if (!value.isWellFormed()) throw new RecordRefused(`${name} has half of a character`);
  return value;
}

/** The first line of a text for people, cut; never refused. */
export function titleOf(record: Fields): string | undefined {
  for (const name of ["summary", "details"]) {
    const value = member(record, name);
    if (typeof value !== "string") continue;
    const line = firstLine(value.slice(0, 4 * limits.titleCharacters)).toWellFormed();
    if (line !== "") return line;
  }
  return undefined;
}

function firstLine(text: string): string {
  let line = "";
  for (const part of text.split("\n")) {
    line = part.replaceAll("\r", "").replaceAll("\t", " ").trim();
    while (line.startsWith("#")) line = line.slice(1).trimStart();
    if (line !== "") break;
  }
  const { titleCharacters: most } = limits;
  return line.length > most ? `${line.slice(0, most - 1).trimEnd()}…` : line;
}
