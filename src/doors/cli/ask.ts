import { type IncomingHttpHeaders, request } from "node:http";
import { request as tlsRequest } from "node:https";
import { getCACertificates } from "node:tls";

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A certificate to trust beside those of the system; "" for none. */
  readonly ca?: string;
  /** The longest answer that is read. */
  readonly replyCharacters?: number;
  /** How long the answer may take. */
  readonly withinMs?: number;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const timeoutMs = 5_000;
const shortReply = 64 * 1024;

/** One request. @throws when no answer comes in time: five seconds where nothing else is said */
export function ask(url: string, question: Question = {}): Promise<Reply> {
  const { method = "GET", headers = {}, body, ca = "", replyCharacters = shortReply } = question;
  const { withinMs = timeoutMs } = question;
  const isTls = url.startsWith("https:");
  const trusted = isTls ? [...trustedHere(), ...(ca === "" ? [] : [ca])] : [];
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(withinMs);
    const options = { method, headers, agent: false as const, signal };
    const sent = isTls ? tlsRequest(url, { ...options, ca: trusted }) : request(url, options);
    sent.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
        if (text.length > replyCharacters) response.destroy(new Error("the answer is too long"));
      });
      response.on("error", reject).on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    sent.on("error", (error) => {
      reject(signal.aborted ? new Error("there was no answer in time") : spoken(error));
    });
    sent.end(body);
  });
}

/** What this machine trusts without being told. */
export function trustedHere(): string[] {
  return [...getCACertificates("system"), ...getCACertificates("bundled")];
}

/** Several addresses that all failed are one error without a message of its own. */
export function spoken(error: Error): Error {
  return error instanceof AggregateError && error.errors[0] instanceof Error
    ? error.errors[0]
    : error;
}

const trustFailures = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** Whether TLS failed because nobody vouches for the certificate. */
export function isTrustFailure(error: unknown): boolean {
  return trustFailures.has(String((error as NodeJS.ErrnoException).code));
}
