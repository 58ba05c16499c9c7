import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../ports/clock.ts";
import type { AccessKey, Credentials } from "../../ports/credentials.ts";
import { RegistryError } from "../../registry/errors.ts";
import { limits } from "../../registry/limits.ts";
import { headerOf, type RequestHead } from "./request-head.ts";
import { expectedSignature, type Scope } from "./string-to-sign.ts";

/** What a request says of its own signature. Believe none of it before `checkSignature`. */
export interface SignatureClaim {
  readonly accessKeyId: string;
  readonly scope: Scope;
  /** Signed headers, lower case, sorted. */
  readonly signedHeaders: readonly string[];
  /** Lower-case hexadecimal. */
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ` */
  readonly time: string;
  /** How long the request stays good: only presigned ones say. */
  readonly lifeSeconds: number | undefined;
  readonly sessionToken: string | undefined;
  /** The body's hash as the signer stated it, where he did. */
  readonly statedBodySha256: string | undefined;
}

export interface SignatureRules {
  readonly clock: Clock;
  /** The service that the request is for. */
  readonly service: string;
  readonly regions: readonly string[];
}

const algorithm = "AWS4-HMAC-SHA256";
const terminator = "aws4_request";
const longestLifeSeconds = 7 * 24 * 3600;
const authorizationMembers = ["Credential", "SignedHeaders", "Signature"];
const queryMembers = ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"]
  .concat("Security-Token")
  .map((name) => `X-Amz-${name}`);

/**
 * Verifies a request that was signed with Signature Version 4, in its Authorization header or in its
 * query (D13), and says with which key.
 * @throws RegistryError MissingAuthenticationToken, IncompleteSignature, InvalidSignature,
 * UnrecognizedClient
 */
export async function verifySignature(
  request: RequestHead & { readonly bodySha256: string },
  rules: SignatureRules & { readonly credentials: Credentials },
): Promise<{ key: AccessKey; claim: SignatureClaim }> {
  const claim = readSignature(request);
  checkClaim(claim, rules);
  const key = await keyOf(claim, rules.credentials, rules.clock);
  await checkSignature(request, request.bodySha256, claim, key);
  return { key, claim };
}

/**
 * Reads the claim, and refuses a request that leaves something unsigned which must be signed.
 * @throws RegistryError MissingAuthenticationToken, IncompleteSignature, InvalidSignature
 */
export function readSignature(head: RequestHead): SignatureClaim {
  const authorization = head.headers.get("authorization");
  const parameters = signatureParameters(head);
  if (authorization !== undefined && parameters.size > 0) {
    throw incomplete("Only one auth mechanism allowed: the Authorization header or the query.");
  }
  let claim: SignatureClaim;
  if (authorization !== undefined) claim = readHeader(head, authorization);
  else if (parameters.size > 0) claim = readQuery(head, parameters);
  else throw new RegistryError("MissingAuthenticationToken", "Missing Authentication Token");
  requireSigned(head, claim.signedHeaders);
  return claim;
}

/** @throws RegistryError InvalidSignature when the scope or the time of the claim is not acceptable */
export function checkClaim(claim: SignatureClaim, rules: SignatureRules): void {
  const { date, region, service } = claim.scope;
  const faults: string[] = [];
  if (!rules.regions.includes(region)) {
    faults.push(`Credential should be scoped to a valid region, not '${region}'.`);
  }
  if (service !== rules.service) {
    faults.push(`Credential should be scoped to correct service: '${rules.service}'.`);
  }
  if (date !== claim.time.slice(0, 8)) {
    faults.push(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${claim.time.slice(0, 8)}', from '${claim.time}'.`,
    );
  }
  if (faults.length > 0) throw invalid(faults.join(" "));
  checkTime(claim, rules.clock.now());
}

/**
 * @throws RegistryError UnrecognizedClient when nobody holds the key, or not with that session token;
 *   ExpiredToken when the session has ended
 */
export async function keyOf(
  claim: SignatureClaim,
  credentials: Credentials,
  clock: Clock,
): Promise<AccessKey> {
  const key = await credentials.find(claim.accessKeyId);
  if (key === undefined || !belongsTo(claim.sessionToken, key)) {
    throw new RegistryError(
      "UnrecognizedClient",
      "The security token included in the request is invalid.",
    );
  }
  const { expiresAt } = key.principal;
  if (expiresAt !== undefined && expiresAt <= clock.now()) {
    throw new RegistryError(
      "ExpiredToken",
      "The security token included in the request is expired",
    );
  }
  return key;
}

/** A long-lived key has no session; whoever sends a token with it mixed up two sets of keys. */
function belongsTo(
  token: string | undefined,
  { sessionTokenSha256: expected }: AccessKey,
): boolean {
  if (token === undefined || expected === undefined) return token === expected;
  const actual = createHash("sha256").update(token).digest();
  return timingSafeEqual(actual, Buffer.from(expected, "hex"));
}

/** @throws RegistryError InvalidSignature unless the key's holder signed exactly this request */
export async function checkSignature(
  head: RequestHead,
  bodySha256: string,
  claim: SignatureClaim,
  key: AccessKey,
): Promise<void> {
  const { statedBodySha256, scope, time, signedHeaders } = claim;
  // UNSIGNED-PAYLOAD is no hash of anything either: neither ECR nor STS takes unsigned bodies.
  const bodyAsStated = statedBodySha256 === undefined || statedBodySha256 === bodySha256;
  const expected = await expectedSignature(
    head,
    { headers: signedHeaders, bodySha256, time, scope },
    key,
  );
  const matches = timingSafeEqual(Buffer.from(claim.signature, "hex"), expected);
  if (matches && bodyAsStated) return;
  throw invalid(
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
  );
}

/** The signature's members in the query, by their exact names. */
function signatureParameters(head: RequestHead): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of head.query) {
    // The one name that AWS's canonical form does not carry.
    if (name === "__proto__") throw incomplete("Invalid name of a query parameter.");
    // An access key without signature, as Signature Version 2 wrote it.
    const legacy = name.toLowerCase() === "awsaccesskeyid";
    const exact = queryMembers.find((member) => member.toLowerCase() === name.toLowerCase());
    if (exact === undefined && !legacy) continue;
    // X-Amz-Signature itself is not signed, so a second one in other letters would go unseen.
    if (exact !== undefined && exact !== name) throw incomplete(`'${exact}' must be so written.`);
    if (found.has(name)) throw incomplete(`'${name}' may be given once.`);
    found.set(name, value);
  }
  return found;
}

function readHeader(head: RequestHead, values: readonly string[]): SignatureClaim {
  const [value = "", ...others] = values;
  if (others.length > 0) throw incomplete("Only one Authorization header may be given.");
  if (!value.startsWith(`${algorithm} `)) {
    throw incomplete(`Unsupported algorithm in the Authorization header: use ${algorithm}.`);
  }
  const members = new Map<string, string>();
  for (const part of value.slice(algorithm.length + 1).split(",")) {
    const [, name = "", text = ""] = /^ *([A-Za-z]+)=([^ =]+) *$/.exec(part) ?? [];
    if (!authorizationMembers.includes(name) || members.has(name)) {
      throw incomplete("The Authorization header is not a list of key=value pairs as AWS4 has it.");
    }
    members.set(name, text);
  }
  const missing = authorizationMembers.filter((name) => !members.has(name));
  const faults = missing.map((name) => `Authorization header requires '${name}' parameter.`);
  const time = headerOf(head, "x-amz-date");
  if (time === undefined) {
    faults.push("Authorization header requires existence of a 'X-Amz-Date' header.");
  }
  if (faults.length > 0) throw incomplete(faults.join(" "));
  return claimOf({
    credential: members.get("Credential"),
    signedHeaders: members.get("SignedHeaders"),
    signature: members.get("Signature"),
    time,
    lifeSeconds: undefined,
    sessionToken: headerOf(head, "x-amz-security-token"),
    statedBodySha256: headerOf(head, "x-amz-content-sha256"),
  });
}

function readQuery(head: RequestHead, parameters: ReadonlyMap<string, string>): SignatureClaim {
  const missing = queryMembers.slice(0, 6).filter((name) => !parameters.has(name));
  if (missing.length > 0) {
    throw incomplete(
      missing.map((name) => `AWS query-string parameters must include '${name}'.`).join(" "),
    );
  }
  if (parameters.get("X-Amz-Algorithm") !== algorithm) {
    throw incomplete(`Unsupported 'X-Amz-Algorithm': use ${algorithm}.`);
  }
  const expires = parameters.get("X-Amz-Expires") ?? "";
  const lifeSeconds = /^[0-9]{1,6}$/.test(expires) ? Number(expires) : 0;
  if (lifeSeconds < 1 || lifeSeconds > longestLifeSeconds) {
    throw incomplete(`'X-Amz-Expires' must be between 1 and ${longestLifeSeconds} seconds.`);
  }
  const stated = head.query.filter(([name]) => name.toLowerCase() === "x-amz-content-sha256");
  return claimOf({
    credential: parameters.get("X-Amz-Credential"),
    signedHeaders: parameters.get("X-Amz-SignedHeaders"),
    signature: parameters.get("X-Amz-Signature"),
    time: parameters.get("X-Amz-Date"),
    lifeSeconds,
    sessionToken: parameters.get("X-Amz-Security-Token"),
    statedBodySha256: stated[0]?.[1] ?? headerOf(head, "x-amz-content-sha256"),
  });
}

function claimOf(read: {
  credential: string | undefined;
  signedHeaders: string | undefined;
  signature: string | undefined;
  time: string | undefined;
  lifeSeconds: number | undefined;
  sessionToken: string | undefined;
  statedBodySha256: string | undefined;
}): SignatureClaim {
  const { credential = "", signedHeaders = "", signature = "", time = "", ...rest } = read;
  const elements = credential.split("/");
  const [accessKeyId = "", date = "", region = "", service = "", end] = elements;
  if (elements.length !== 5 || accessKeyId === "") {
    throw incomplete(
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.",
    );
  }
  if (end !== terminator) {
    throw invalid(`Credential should be scoped with a valid terminator: '${terminator}'.`);
  }
  if (millisecondsOf(time) === undefined) {
    throw incomplete("Date must be in ISO-8601 'basic format', as in '20150830T123600Z'.");
  }
  // Checked before it is compared, so that both sides are 32 bytes.
  if (!/^[0-9a-f]{64}$/.test(signature)) throw incomplete("Signature must be 64 hex digits.");
  const names = signedHeaders.split(";");
  const sorted = [...new Set(names.map((name) => name.toLowerCase()))].sort();
  if (sorted.join(";") !== signedHeaders) {
    throw incomplete("SignedHeaders must be lower-case, sorted and each named once.");
  }
  const scope = { date, region, service };
  return { accessKeyId, scope, signedHeaders: sorted, signature, time, ...rest };
}

function requireSigned(head: RequestHead, signed: readonly string[]): void {
  const faults: string[] = [];
  if (!signed.includes("host")) {
    faults.push("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  }
  for (const [name, values] of head.headers) {
    const ours = name.startsWith("x-amz-");
    if (ours && !signed.includes(name)) {
      faults.push(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
    }
    // Which of two would count is for nobody to guess.
    if ((ours || name === "host") && values.length > 1) faults.push(`'${name}' may be given once.`);
  }
  for (const name of signed) {
    if (!head.headers.has(name)) faults.push(`The signed header '${name}' is missing.`);
  }
  if (faults.length > 0) throw invalid(faults.join(" "));
}

function checkTime(claim: SignatureClaim, now: number): void {
  const signedAt = millisecondsOf(claim.time) ?? 0;
  const skew = limits.clockSkewMs;
  const life = claim.lifeSeconds === undefined ? skew : claim.lifeSeconds * 1000;
  if (now - signedAt > life) {
    throw invalid(
      `Signature expired: ${claim.time} is now earlier than ${basicFormat(now - life)} (${basicFormat(now)} - ${duration(life)})`,
    );
  }
  if (signedAt - now > skew) {
    throw invalid(
      `Signature not yet current: ${claim.time} is still later than ${basicFormat(now + skew)} (${basicFormat(now)} + ${duration(skew)})`,
    );
  }
}

function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  return seconds % 60 === 0 ? `${seconds / 60} min.` : `${seconds} sec.`;
}

/** Of `YYYYMMDDTHHMMSSZ`; `undefined` for anything else, the 31st of June included. */
function millisecondsOf(time: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time);
  if (parts === null) return undefined;
  const [year = 0, month = 1, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map(Number);
  const milliseconds = Date.UTC(year, month - 1, day, hour, minute, second);
  return basicFormat(milliseconds) === time ? milliseconds : undefined;
}

function basicFormat(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/[-:]|\.\d{3}/g, "");
}

function incomplete(message: string): RegistryError {
  return new RegistryError("IncompleteSignature", message);
}

function invalid(message: string): RegistryError {
  return new RegistryError("InvalidSignature", message);
}
