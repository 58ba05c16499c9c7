import { EgressError, type EgressErrorKind } from "../../ports/egress.ts";
import { TakeoverFailure } from "./takeover-failure.ts";

interface FailedAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** As far as it was read. */
  readonly text: string;
}

const passingKinds: ReadonlySet<EgressErrorKind> = new Set([
  "InvalidAnswer",
  "TimedOut",
  "Unreachable",
  "Unresolved",
]);

/** What an answer that is none of those that were wanted means. */
export function answerFailure(
  origin: string,
  { status, headers, text }: FailedAnswer,
  now: number,
): TakeoverFailure {
  const said = saidIn(text);
  const sentence = `${origin} answers with status ${status}${said === "" ? "" : `: ${said}`}`;
  if (status === 404) return new TakeoverFailure("missing", sentence, undefined, status);
  // Source: RFC 9110, "408", "429" and "5xx"; of the latter, 501 and 505 do not change.
  const isPassing = status === 408 || status === 429 || (status >= 500 && status !== 501);
  if (!isPassing) return new TakeoverFailure("refused", sentence, undefined, status);
  const pauseMs = retryAfterMs(headers.get("retry-after"), now);
  return new TakeoverFailure("passing", sentence, pauseMs, status);
}

/** What was thrown instead of an answer; anything but failures of the way is passed on as it is. */
export function wayFailure(error: unknown): unknown {
  if (!(error instanceof EgressError)) return error;
  const kind = passingKinds.has(error.kind) ? "passing" : "refused";
  return new TakeoverFailure(kind, error.message);
}

/** Source: RFC 9110, "Retry-After": seconds, or a date. */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** The first error of OCI Distribution, or what AWS, Harbor and Quay say; nothing of a page for people. */
function saidIn(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "";
  }
  const { errors, message, Message } = (value ?? {}) as Record<string, unknown>;
  const first = Array.isArray(errors) ? (errors[0] as Record<string, unknown> | undefined) : {};
  const found = [first?.message, first?.code, message, Message].find(
    (each) => typeof each === "string" && each !== "",
  );
  return typeof found === "string" ? found.slice(0, 500) : "";
}
