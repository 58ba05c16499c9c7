import type { Readable } from "node:stream";

/**
 * The one way to other hosts: webhooks, upstream registries, peers, feeds and issuers of tokens (D11).
 *
 * A name is resolved once for each request and each redirect. Every address that comes back is
 * checked, and nothing but these addresses is connected to. What is not on the public Internet
 * (loopback, private and link-local networks, metadata services and their like) is refused unless
 * the operator listed it, in whatever notation it is given.
 */
export interface Egress {
  /**
   * Sends a request and resolves with the head of the answer, whatever its status. The caller reads
   * the body to its end or destroys it.
   * @throws EgressError when there is no answer, and whatever a streamed body of the request throws
   */
  request(wanted: EgressRequest): Promise<EgressResponse>;
}

export interface EgressRequest {
  readonly method: string;
  /** Absolute, `https:` or `http:`, without user name and password. */
  readonly url: string;
  /** Not those that belong to the connection, nor Host. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A stream is read once: a redirect that wants it again is refused. It is destroyed when done with. */
  readonly body?: Uint8Array | Readable | undefined;
  /** Where a connection without TLS will do. By default to what the operator listed. */
  readonly plainHttp?: "never" | "listed" | "anywhere" | undefined;
  /**
   * By default up to `limits.egressRedirects` are followed, each checked like a first request. To
   * another origin go only headers that carry no credentials. "hand back" makes a redirect an answer
   * like any other.
   */
  readonly redirects?: "follow" | "hand back" | undefined;
  /** How long the answer's body may be. By default `limits.egressReplyBytes`. */
  readonly maximumBytes?: number | undefined;
  /** From the call to the last byte of the answer. By default `limits.egressTotalMs`. */
  readonly timeoutMs?: number | undefined;
  /** Certificates of authorities, PEM, that are trusted beside the public ones. */
  readonly authorities?: readonly string[] | undefined;
  /**
   * SHA-1 fingerprints, 40 hexadecimal digits. A server that no known authority vouches for is
   * trusted when the top certificate of those that it shows has one of them, and everything from
   * that certificate down to the server's name and dates holds.
   */
  readonly thumbprints?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface EgressResponse {
  readonly status: number;
  /** By name in lower case; values of a header that came several times are joined with ", ". */
  readonly headers: ReadonlyMap<string, string>;
  /** Where the answer came from, after redirects. */
  readonly url: string;
  /** Fails with an EgressError when it is cut, too long, too slow, or not wanted any more. */
  readonly body: Readable;
}

export type EgressErrorKind =
  /** The caller's signal. */
  | "Aborted"
  /** The URL, or an address that it leads to, is not allowed. Nothing was sent there. */
  | "Denied"
  /** What came back is no HTTP, or more of it than is taken. */
  | "InvalidAnswer"
  /** One redirect too many, or one that cannot be followed. */
  | "Redirect"
  | "TimedOut"
  | "TooLarge"
  /** No connection, or one that broke. */
  | "Unreachable"
  /** The host's name has no address. */
  | "Unresolved"
  /** Nobody to be trusted vouches for the server. Nothing was sent there. */
  | "Untrusted";

/**
 * Why there was no answer. The message may be shown to whoever caused the request: it names the
 * origin, and neither addresses nor the rest of the URL. The cause is for the operator.
 */
export class EgressError extends Error {
  override readonly name = "EgressError";
  readonly kind: EgressErrorKind;

  constructor(kind: EgressErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}
