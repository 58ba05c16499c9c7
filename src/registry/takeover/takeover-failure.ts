/**
 * Passing: too many requests, a server that fails, a connection that broke; the same may work later.
 * Missing: what was asked for is not there. Refused: everything else, for good.
 */
export type TakeoverFailureKind = "passing" | "missing" | "refused";

/** Why something could not be read or written. The message is a sentence for whoever takes over. */
export class TakeoverFailure extends Error {
  override readonly name = "TakeoverFailure";
  readonly kind: TakeoverFailureKind;
  /** What the other side said: how long to leave it alone. */
  readonly retryAfterMs: number | undefined;

  /** Of the answer that it is about, if there was one. */
  readonly status: number | undefined;

  constructor(kind: TakeoverFailureKind, message: string, retryAfterMs?: number, status?: number) {
    super(message);
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
    this.status = status;
  }
}
