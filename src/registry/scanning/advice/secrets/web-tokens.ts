import { endOfRun, isIn, sets } from "./character-sets.ts";
import type { FoundSecret } from "./found-secret.ts";

const start = "eyJ"; // `{"` in base64url.
const mostCharacters = 8192;

/** JSON Web Tokens that are signed: their header names an algorithm, their payload is an object. Source: RFC 7515. */
export function webTokensIn(text: string): FoundSecret[] {
  const found: FoundSecret[] = [];
  let at = text.indexOf(start);
  while (at !== -1) {
    const end = endOfRun(sets.urlSafeDotted, text, at, mostCharacters);
    if (!isIn(sets.urlSafeDotted, text, at - 1) && isSignedToken(text.slice(at, end))) {
      found.push({ kind: "JSON Web Token", start: at, end, preview: "eyJ", isCertain: true });
    }
    at = text.indexOf(start, Math.max(end, at + 1));
  }
  return found;
}

function isSignedToken(text: string): boolean {
  const [header, payload, signature, more] = text.split(".");
  if (payload === undefined || signature === undefined || more !== undefined) return false;
  if (signature.length < 20) return false;
  const [head, body] = [decoded(header!), decoded(payload)];
  if (head === undefined || body === undefined) return false;
  // The one that jwt.io shows is in many places.
  return typeof head.alg === "string" && body.name !== "John Doe";
}

function decoded(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
