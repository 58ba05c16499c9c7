import type { EgressRequest } from "../../ports/egress.ts";
import { RegistryError } from "../errors.ts";
import type {
  ApiDestination,
  Connection,
  ConnectionSecrets,
  HttpParameter,
  HttpParameters,
  SigningSecrets,
} from "./endpoint.ts";
import type { EventBody } from "./event-body.ts";
import type { TargetHttp } from "./rule.ts";
import { signatureHeaders } from "./webhook-signature.ts";

/** Headers that are this program's to set, or the connection's. */
const ownHeaders =
  /^(?:host|content-length|content-type|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|proxy-.*|webhook-.*)$/i;
const tokenShape = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,512}$/;

/** Whether a user may set a header of that name. */
export function isFreeHeader(name: string): boolean {
  return tokenShape.test(name) && !ownHeaders.test(name);
}

/** Whether a header can hold that: no control characters, nothing beyond Latin-1. RFC 9110, 5.5. */
export function isHeaderValue(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}

export interface RequestParts {
  readonly destination: ApiDestination;
  readonly connection: Connection;
  readonly secrets: ConnectionSecrets;
  readonly signing: SigningSecrets;
  readonly http: TargetHttp | undefined;
  readonly eventId: string;
  readonly body: EventBody;
  /** Of OAuth, as `Bearer …`. */
  readonly token: string | undefined;
}

/** The request that tells a receiver of an event. @throws Validation where there is none */
export function eventRequest(
  parts: RequestParts,
  now: number,
): Pick<EgressRequest, "method" | "url" | "headers" | "body"> {
  const { destination, connection, secrets, signing, http, eventId, body, token } = parts;
  const { method } = destination;
  const hasBody = method !== "GET" && method !== "HEAD";
  const text = hasBody ? withBodyParameters(body.text, connection.http.body, secrets) : "";
  // The connection's win over the target's. Source: EventBridge, "Connections".
  const headers = {
    ...inLowerCase(http?.headers ?? {}),
    ...inLowerCase(valuesOf(connection.http, "header", secrets, "")),
    ...inLowerCase(authorizationHeaders(connection, secrets, token)),
    ...(hasBody ? { "content-type": body.contentType } : {}),
    ...signatureHeaders(signing, eventId, now, text),
  };
  const query = { ...http?.query, ...valuesOf(connection.http, "query", secrets, "") };
  for (const [name, value] of Object.entries(headers)) {
    if (!isHeaderValue(value)) throw refusal(`The header '${name}' can not hold its value.`);
  }
  return {
    method,
    url: withQuery(withPath(destination.endpoint, http?.pathValues ?? []), query),
    headers,
    body: hasBody ? Buffer.from(text) : undefined,
  };
}

/** Names that differ in case alone are one header. */
function inLowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

function authorizationHeaders(
  { authorization }: Connection,
  secrets: ConnectionSecrets,
  token: string | undefined,
): Record<string, string> {
  switch (authorization.type) {
    case "BASIC":
      return { authorization: basic(authorization.username, secrets.Password ?? "") };
    case "API_KEY":
      return { [authorization.keyName]: secrets.ApiKeyValue ?? "" };
    case "OAUTH_CLIENT_CREDENTIALS":
      return token === undefined ? {} : { authorization: token };
  }
}

export function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
}

/** Where in the secrets the value of a parameter is. */
export function parameterSecret(
  prefix: string,
  place: keyof HttpParameters,
  { key }: Pick<HttpParameter, "key">,
): string {
  return `${prefix}${place}.${key}`;
}

export function valuesOf(
  http: HttpParameters,
  place: keyof HttpParameters,
  secrets: ConnectionSecrets,
  prefix: string,
): Record<string, string> {
  return Object.fromEntries(
    http[place].map((each) => [
      each.key,
      each.value ?? secrets[parameterSecret(prefix, place, each)] ?? "",
    ]),
  );
}

/** Only an object has room for them. */
function withBodyParameters(
  text: string,
  parameters: readonly HttpParameter[],
  secrets: ConnectionSecrets,
): string {
  if (parameters.length === 0) return text;
  const value = JSON.parse(text) as unknown;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return text;
  const http = { header: [], query: [], body: parameters };
  return JSON.stringify({ ...value, ...valuesOf(http, "body", secrets, "") });
}

/** The endpoint with values in the place of its stars; half a surrogate is as in a query. */
function withPath(endpoint: string, pathValues: readonly string[]): string {
  const values = pathValues.values();
  return endpoint.replaceAll("*", () =>
    encodeURIComponent((values.next().value ?? "").toWellFormed()),
  );
}

/** @throws Validation for what is no URL */
export function withQuery(text: string, query: Readonly<Record<string, string>>): string {
  if (!URL.canParse(text)) throw refusal("The endpoint is not a URL.");
  const url = new URL(text);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

function refusal(sentence: string): RegistryError {
  return new RegistryError("Validation", sentence);
}
