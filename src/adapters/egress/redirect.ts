import { Readable } from "node:stream";
import { EgressError, type EgressRequest } from "../../ports/egress.ts";
import { invariant } from "../../registry/errors.ts";
import { parseUrl } from "./destination.ts";

/** What is asked of one place. A request is one hop, and one more for each redirect. */
export interface Hop {
  readonly url: URL;
  readonly method: string;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | Readable | undefined;
}

const followed = new Set([301, 302, 303, 307, 308]);

/** Belong to the connection, or to whom it is made to. */
const reserved = new Set(["connection", "host", "te", "trailer", "transfer-encoding", "upgrade"]);

/** What another origin gets to see too: credentials have more names than anybody can list. */
const harmless = new Set([
  "accept",
  "accept-encoding",
  "accept-language",
  "cache-control",
  "content-encoding",
  "content-length",
  "content-type",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "range",
  "user-agent",
]);

/** @throws EgressError Denied */
export function firstHop(wanted: EgressRequest, userAgent: string): Hop {
  const { method, body } = wanted;
  invariant(/^[A-Z]+$/.test(method) && method !== "CONNECT", `no method to send: ${method}`);
  const headers: Record<string, string> = { "user-agent": userAgent };
  for (const [name, value] of Object.entries(wanted.headers ?? {})) {
    const lower = name.toLowerCase();
    invariant(!reserved.has(lower), `the header ${name} is not the caller's`);
    headers[lower] = value;
  }
  if (body instanceof Readable) {
    // Node.js would frame it for some methods alone.
    if (headers["content-length"] === undefined) headers["transfer-encoding"] = "chunked";
  } else if (body !== undefined) {
    headers["content-length"] = String(body.length);
  }
  return { url: parseUrl(wanted.url), method, headers, body };
}

/**
 * Where an answer sends the request on to; `undefined` when it is an answer to keep.
 * @throws EgressError Denied, Redirect
 */
export function nextHop(hop: Hop, status: number, location: string | undefined): Hop | undefined {
  if (!followed.has(status) || location === undefined) return undefined;
  const url = parseUrl(location, hop.url);
  url.hash = "";
  // Fetch Standard, "HTTP-redirect fetch": what was sent with POST is asked for with GET there.
  const isAnswerElsewhere =
    (status === 303 && hop.method !== "HEAD") || (status < 303 && hop.method === "POST");
  const keep = (name: string) =>
    (url.origin === hop.url.origin || harmless.has(name)) &&
    !(isAnswerElsewhere && (name.startsWith("content-") || name === "transfer-encoding"));
  const headers = Object.fromEntries(Object.entries(hop.headers).filter(([name]) => keep(name)));
  if (isAnswerElsewhere) return { url, method: "GET", headers, body: undefined };
  if (hop.body instanceof Readable) {
    throw new EgressError(
      "Redirect",
      `${hop.url.origin} wants a body sent again that was streamed`,
    );
  }
  return { url, method: hop.method, headers, body: hop.body };
}
