import { isUtf8 } from "node:buffer";
import { RegistryError } from "../../registry/errors.ts";
import { limits } from "../../registry/limits.ts";

const quote = 0x22;
const backslash = 0x5c;
const opening = new Set([0x5b, 0x7b]);
const closing = new Set([0x5d, 0x7d]);

/**
 * The members of an AWS JSON 1.1 request. A null member is an absent one. No member reaches the
 * language: `__proto__` is dropped, the others are data (case 68). Further inside, where names may be a
 * caller's own, it is refused: an encryption context that lost one of its pairs would bind to less.
 * @throws RegistryError Serialization when the body is no JSON object, nested too deeply, or has that name inside
 */
export function decodeJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  if (!isUtf8(body)) throw notJson();
  if (nesting(body) > limits.jsonDepth) {
    throw new RegistryError("Serialization", `The request is nested over ${limits.jsonDepth} deep`);
  }
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    // The parser's own words quote the body, which may hold a secret.
    throw notJson();
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw notJson();
  // Of no operation, like every member that none knows.
  Reflect.deleteProperty(value, "__proto__");
  dropAbsent(value);
  return value;
}

export function encodeJson(output: unknown): string {
  return JSON.stringify(output ?? {});
}

/** How deep brackets stand in one another. Counted first, since the parser recurses. */
function nesting(body: Buffer): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] as number;
    if (byte === quote) at = endOfString(body, at);
    else if (opening.has(byte)) deepest = Math.max(deepest, ++depth);
    else if (closing.has(byte)) depth -= 1;
  }
  return deepest;
}

/** A layer part is one string of many megabytes, so the search for its end is left to `indexOf`. */
function endOfString(body: Buffer, start: number): number {
  let at = start;
  for (;;) {
    at = body.indexOf(quote, at + 1);
    if (at < 0) return body.length;
    let escapes = 0;
    while (body[at - 1 - escapes] === backslash) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
}

function dropAbsent(value: object): void {
  for (const [name, member] of Object.entries(value)) {
    if (name === "__proto__") {
      throw new RegistryError("Serialization", "The name __proto__ is not taken");
    }
    if (typeof member === "object" && member !== null) dropAbsent(member);
    const absent = member === null && !Array.isArray(value);
    if (absent) delete (value as Record<string, unknown>)[name];
  }
}

function notJson(): RegistryError {
  return new RegistryError("Serialization", "The request is not a JSON object");
}
