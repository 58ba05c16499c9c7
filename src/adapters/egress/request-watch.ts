import { EgressError, type EgressRequest } from "../../ports/egress.ts";
import { limits } from "../../registry/limits.ts";

/**
 * Ends a request that takes too long or is not wanted any more. Whatever ends it, `signal` says so
 * with the error that the caller is to see; the first one counts.
 */
export class RequestWatch {
  /** Whom messages name: the origin that is being asked. */
  origin = "the destination";
  readonly #controller = new AbortController();
  readonly #failed: Promise<never>;
  readonly #total: NodeJS.Timeout;
  readonly #caller: AbortSignal | undefined;

  constructor({ timeoutMs = limits.egressTotalMs, signal }: EgressRequest) {
    this.#failed = new Promise((_, reject) => {
      this.signal.addEventListener("abort", () => reject(this.signal.reason), { once: true });
    });
    this.#failed.catch(() => undefined); // It may fail while nobody waits for a stage.
    this.#total = setTimeout(() => this.#timedOut("did not finish in time"), timeoutMs);
    this.#caller = signal;
    if (signal?.aborted) this.#aborted();
    signal?.addEventListener("abort", this.#aborted, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What the work comes to, unless it takes longer than this or the request ends before. */
  async within<T>(stageMs: number, tooLate: string, work: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.#timedOut(tooLate), stageMs);
    try {
      return await this.orEnd(work);
    } finally {
      clearTimeout(timer);
    }
  }

  /** What the work comes to, unless the request ends before. */
  orEnd<T>(work: Promise<T>): Promise<T> {
    return Promise.race([this.#failed, work]); // Of two that are settled, the first counts.
  }

  /** The other side was silent for too long when it was its turn. */
  silent(): void {
    this.#timedOut("went silent");
  }

  fail(error: unknown): void {
    this.#controller.abort(error);
  }

  /** No more is to be watched. */
  end(): void {
    clearTimeout(this.#total);
    this.#caller?.removeEventListener("abort", this.#aborted);
  }

  /** Ends it for good because of this error. Returns the one that the caller is to see. */
  over(error: unknown): unknown {
    this.fail(error);
    this.end();
    return this.signal.reason;
  }

  /** What the caller is to see when a connection fails with this error. */
  explain(error: unknown): unknown {
    if (this.signal.aborted) return this.signal.reason;
    if (error instanceof EgressError) return error;
    const code = String((error as NodeJS.ErrnoException).code);
    return code.startsWith("HPE_")
      ? new EgressError("InvalidAnswer", `the answer of ${this.origin} cannot be read`, error)
      : new EgressError("Unreachable", `the connection to ${this.origin} failed`, error);
  }

  #timedOut(what: string): void {
    this.fail(new EgressError("TimedOut", `${this.origin} ${what}`));
  }

  readonly #aborted = (): void => {
    const cause = this.#caller?.reason;
    this.fail(new EgressError("Aborted", `the request to ${this.origin} was given up`, cause));
  };
}
