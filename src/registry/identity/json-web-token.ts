import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import { JsonError, type JsonObject, parseStrictJson } from "../strict-json.ts";
import { isSignatureAlgorithm } from "./json-web-key.ts";

/** A token taken apart. Nothing in it is true before its signature was verified. */
export interface JsonWebToken {
  readonly algorithm: string;
  readonly keyId: string | undefined;
  readonly claims: JsonObject;
  /** What the signature is over. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Takes a signed JWT in compact form apart (RFC 7515, section 7.1; RFC 7519). Strictly: one spelling
 * of each part, no member twice, no header that changes what a signature means.
 * @throws RegistryError InvalidIdentityToken
 */
export function parseJsonWebToken(token: string): JsonWebToken {
  if (token.length > limits.webIdentityTokenCharacters) throw malformed();
  const [header = "", payload = "", signature = "", ...others] = token.split(".");
  if (others.length > 0) throw malformed();
  const members = jsonOf(header);
  const algorithm = members.get("alg");
  const keyId = members.get("kid");
  if (typeof algorithm !== "string" || !isSignatureAlgorithm(algorithm)) {
    throw invalidToken("The token is not signed with an algorithm that is accepted");
  }
  // Extensions that must be understood (RFC 7515, section 4.1.11): none is.
  if (members.has("crit")) throw malformed();
  if (keyId !== undefined && typeof keyId !== "string") throw malformed();
  return {
    algorithm,
    keyId,
    claims: jsonOf(payload),
    signed: Buffer.from(`${header}.${payload}`, "ascii"),
    signature: bytesOf(signature),
  };
}

/** A refusal of a token, as STS sends it. */
export function invalidToken(message: string, cause?: unknown): RegistryError {
  return new RegistryError("InvalidIdentityToken", message, {}, cause);
}

function malformed(): RegistryError {
  return invalidToken(
    "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
  );
}

function jsonOf(part: string): JsonObject {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytesOf(part));
    const value = parseStrictJson(text, limits.jsonDepth, new Set());
    if (value instanceof Map) return value;
  } catch (error) {
    const isForm = error instanceof JsonError || error instanceof TypeError; // No UTF-8.
    if (!isForm) throw error;
  }
  throw malformed();
}

/** Base64url without padding. Whatever decodes to the same bytes in another spelling is refused. */
function bytesOf(part: string): Buffer {
  const bytes = Buffer.from(part, "base64url");
  if (bytes.length === 0 || bytes.toString("base64url") !== part) throw malformed();
  return bytes;
}
