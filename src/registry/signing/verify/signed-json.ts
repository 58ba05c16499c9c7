/** JSON that somebody signed: read once and in one way, so that no two readers see two things in it. */
import { type JsonObject, type JsonValue, parseStrictJson } from "../../strict-json.ts";
import { SignatureError } from "./signature-error.ts";

const depth = 64;

/** @throws SignatureError for what is no JSON object */
export function signedJson(bytes: Uint8Array): JsonObject {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const value = parseStrictJson(text, depth, new Set());
    if (value instanceof Map) return value;
  } catch {
    // Said below.
  }
  throw new SignatureError("It is malformed");
}

/** A member that must be there. @throws SignatureError */
export function textIn(object: JsonObject, name: string): string {
  const value = object.get(name);
  if (typeof value !== "string") throw new SignatureError(`It has no text "${name}"`);
  return value;
}

/** @throws SignatureError */
export function objectIn(object: JsonObject, name: string): JsonObject {
  const value = object.get(name);
  if (!(value instanceof Map)) throw new SignatureError(`It has no object "${name}"`);
  return value;
}

/** @throws SignatureError */
export function listIn(object: JsonObject, name: string): readonly JsonValue[] {
  const value = object.get(name);
  if (!Array.isArray(value)) throw new SignatureError(`It has no list "${name}"`);
  return value;
}
