/** JSON of manifests, which anyone can have written. */
import { invalidParameter, type RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import { JsonError, type JsonObject, type JsonValue, parseStrictJson } from "../strict-json.ts";

/**
 * @param known keys that must be spelled exactly
 * @throws InvalidParameter for what is no JSON object
 */
export function manifestObject(bytes: Uint8Array, known: ReadonlySet<string>): JsonObject {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const value = parseStrictJson(text, limits.manifestDepth, known);
    if (value instanceof Map) return value;
  } catch (error) {
    if (error instanceof JsonError) throw invalidManifest(error.message);
    if (!(error instanceof TypeError)) throw error;
    // Not UTF-8: no JSON either.
  }
  throw invalidManifest("Invalid JSON syntax");
}

/** Written in Go, a list of nothing may be `null`: regctl and crane push such manifests. */
export function listIn(root: JsonObject, key: string): JsonValue[] {
  const value = root.get(key);
  if (value === null) return [];
  if (!Array.isArray(value)) throw invalidManifest(`'${key}' must be a list`);
  return value;
}

export function optionalTextIn(root: JsonObject, key: string): string | undefined {
  const value = root.get(key);
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw invalidManifest(`'${key}' must be text`);
  requirePrintable(value, `'${key}'`);
  return value;
}

/** Not every database takes a NUL, and none of these has a use for a control character. */
export function requirePrintable(text: string, what: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(text)) throw invalidManifest(`${what} has a control character`);
}

export function invalidManifest(why: string): RegistryError {
  return invalidParameter("ImageManifest", why);
}
