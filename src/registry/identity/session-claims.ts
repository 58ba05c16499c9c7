import type { JsonObject, JsonValue } from "../strict-json.ts";
import { invalidToken } from "./json-web-token.ts";

/** What an issuer asks of the session that comes of its token. */
export interface SessionClaims {
  /** By key. */
  readonly tags: ReadonlyMap<string, string>;
  /** Keys of tags that roles assumed from the session take over. */
  readonly transitiveKeys: readonly string[];
  readonly sourceIdentity: string | undefined;
}

const base = "https://aws.amazon.com/tags";
const tagsMember = "principal_tags";
const transitiveMember = "transitive_tag_keys";
const sourceIdentityClaim = "https://aws.amazon.com/source_identity";

/**
 * Reads the claims with which IAM lets issuers set session tags and the source identity, nested
 * (`https://aws.amazon.com/tags` with `principal_tags`) or flat
 * (`https://aws.amazon.com/tags/principal_tags/<key>`). What tags may be is the session's to check.
 * @throws RegistryError InvalidIdentityToken when they have another form
 */
export function readSessionClaims(claims: JsonObject): SessionClaims {
  const tags = new Map<string, string>();
  const transitiveKeys: string[] = [];
  const nested = claims.get(base);
  if (nested !== undefined) {
    const object = requireObject(nested, base);
    const given = object.get(tagsMember);
    if (given !== undefined) addTags(tags, requireObject(given, base));
    transitiveKeys.push(...stringsOf(object.get(transitiveMember) ?? [], base));
  }
  const prefix = `${base}/${tagsMember}/`;
  const flat = [...claims].filter(([name]) => name.startsWith(prefix));
  addTags(tags, new Map(flat.map(([name, value]) => [name.slice(prefix.length), value])));
  const flatKeys = `${base}/${transitiveMember}`;
  transitiveKeys.push(...stringsOf(claims.get(flatKeys) ?? [], flatKeys));
  const sourceIdentity = claims.get(sourceIdentityClaim);
  if (sourceIdentity !== undefined && typeof sourceIdentity !== "string") {
    throw badForm(sourceIdentityClaim);
  }
  return { tags, transitiveKeys: [...new Set(transitiveKeys)], sourceIdentity };
}

function addTags(tags: Map<string, string>, given: JsonObject): void {
  for (const [key, value] of given) {
    const [only, ...others] = stringsOf(value, base);
    if (only === undefined || others.length > 0 || tags.has(key)) throw badForm(base);
    tags.set(key, only);
  }
}

/** A string, or a list of them. */
function stringsOf(value: JsonValue, claim: string): string[] {
  const items = Array.isArray(value) ? value : [value];
  return items.map((item) => {
    if (typeof item !== "string") throw badForm(claim);
    return item;
  });
}

function requireObject(value: JsonValue, claim: string): JsonObject {
  if (value instanceof Map) return value;
  throw badForm(claim);
}

function badForm(claim: string) {
  return invalidToken(`The claim ${claim} does not have the form that is expected`);
}
