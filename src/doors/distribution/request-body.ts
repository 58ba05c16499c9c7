import type { IncomingMessage } from "node:http";
import { RegistryError } from "../../registry/errors.ts";
import { GatheredBytes } from "../../registry/gathered-bytes.ts";
import { limits } from "../../registry/limits.ts";

/** How slow a client may send before it is cut. */
export interface BodyRate {
  readonly bytesPerSecond: number;
  readonly windowMs: number;
}

/** The client went away, or was cut for being too slow, before its body was whole. */
export class ClientGone extends Error {
  override readonly name = "ClientGone";
}

/** Whether the request carries a body; one of unknown length counts. */
export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers["content-length"];
  return length === undefined ? "transfer-encoding" in request.headers : length !== "0";
}

/**
 * The request's body as it comes, with backpressure: at most half of
 * `limits.connectionBufferBytes` wait here. Taken from now on, whenever it is asked for, so that what
 * came is kept even if the client leaves before. Iterates once, and must be ended with `return` if
 * not read to its end. Fails with ClientGone when the client leaves half-way, and cuts one that sends
 * slower than `rate` while it is being waited for.
 * The stream's own iterator costs several promises and ticks per piece; this one costs none while
 * pieces are waiting.
 */
export function requestBody(request: IncomingMessage, rate: BodyRate): RequestBody {
  return new BodyReader(request, rate);
}

export type RequestBody = AsyncIterable<Uint8Array> &
  Required<Pick<AsyncIterator<Uint8Array>, "next" | "return">>;

const mostWaitingBytes = limits.connectionBufferBytes / 2;
const done: IteratorResult<Uint8Array> = { done: true, value: undefined };

interface Waiter {
  resolve(step: IteratorResult<Uint8Array>): void;
  reject(error: Error): void;
}

class BodyReader implements RequestBody {
  readonly #request: IncomingMessage;
  readonly #rate: BodyRate;
  readonly #pieces: Uint8Array[] = [];
  #next = 0;
  #waitingBytes = 0;
  #waiter: Waiter | undefined;
  #state: "open" | "ended" | "failed" = "open";
  #paused = false;
  #pausedInWindow = false;
  #windowBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(request: IncomingMessage, rate: BodyRate) {
    this.#request = request;
    this.#rate = rate;
    this.#open();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const piece = this.#pieces[this.#next];
    if (piece !== undefined) return Promise.resolve({ done: false, value: this.#take(piece) });
    if (this.#state === "ended") return Promise.resolve(done);
    if (this.#state === "failed") return Promise.reject(gone());
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  /** Whoever reads has enough: the rest of the body stays with the request. */
  return(): Promise<IteratorResult<Uint8Array>> {
    if (this.#state === "open") this.#request.pause();
    this.#close("ended");
    this.#pieces.length = 0;
    this.#next = 0;
    return Promise.resolve(done);
  }

  #open(): void {
    const request = this.#request;
    if (request.destroyed && !request.complete) {
      this.#state = "failed";
      return;
    }
    this.#timer = setInterval(this.#judge, this.#rate.windowMs);
    request.on("data", this.#received);
    request.once("end", this.#ended);
    request.once("error", this.#left);
    request.once("close", this.#left);
  }

  #take(piece: Uint8Array): Uint8Array {
    this.#next += 1;
    if (this.#next === this.#pieces.length) {
      this.#pieces.length = 0;
      this.#next = 0;
    }
    this.#waitingBytes -= piece.length;
    if (this.#paused && this.#waitingBytes < mostWaitingBytes / 2) {
      this.#paused = false;
      this.#request.resume();
    }
    return piece;
  }

  readonly #received = (piece: Uint8Array): void => {
    this.#windowBytes += piece.length;
    const waiter = this.#waiter;
    if (waiter !== undefined) {
      this.#waiter = undefined;
      waiter.resolve({ done: false, value: piece });
      return;
    }
    this.#pieces.push(piece);
    this.#waitingBytes += piece.length;
    if (this.#waitingBytes >= mostWaitingBytes) {
      this.#paused = true;
      this.#pausedInWindow = true;
      this.#request.pause();
    }
  };

  readonly #ended = (): void => {
    this.#close("ended");
    this.#waiter?.resolve(done);
    this.#waiter = undefined;
  };

  readonly #left = (): void => {
    this.#close("failed");
    this.#waiter?.reject(gone());
    this.#waiter = undefined;
  };

  /** Cuts a client that kept the reader waiting; time in which the reader made it wait is not its own. */
  readonly #judge = (): void => {
    const least = (this.#rate.bytesPerSecond * this.#rate.windowMs) / 1000;
    const starving = this.#waiter !== undefined && !this.#pausedInWindow;
    if (starving && this.#windowBytes < least) this.#request.destroy();
    this.#windowBytes = 0;
    this.#pausedInWindow = this.#paused;
  };

  #close(state: "ended" | "failed"): void {
    if (this.#state === "open") {
      clearInterval(this.#timer);
      this.#request.off("data", this.#received);
      this.#request.off("end", this.#ended);
      this.#request.off("close", this.#left);
      // The error listener stays: without one, a connection reset later would end the process.
    }
    if (this.#state !== "failed") this.#state = state;
  }
}

function gone(): ClientGone {
  return new ClientGone("the client went away before its request was whole");
}

/** Counts the bytes of bodies that are held in memory, over all requests. */
export class HeldBytes {
  readonly #maximumBytes: number;
  #bytes = 0;

  constructor(maximumBytes: number = limits.heldBodiesBytes) {
    this.#maximumBytes = maximumBytes;
  }

  /** @throws ServiceUnavailable when that is more than may be held at once */
  hold(bytes: number): void {
    if (this.#bytes + bytes > this.#maximumBytes) {
      throw new RegistryError("ServiceUnavailable", "Too many requests are in progress");
    }
    this.#bytes += bytes;
  }

  release(bytes: number): void {
    this.#bytes -= bytes;
  }
}

/**
 * Gives `use` the whole body.
 * @throws RequestEntityTooLarge past `maximumBytes`, unread when the client says so beforehand
 * @throws ServiceUnavailable when too many bodies are held already
 */
export async function withWholeBody<T>(
  request: IncomingMessage,
  rate: BodyRate,
  maximumBytes: number,
  held: HeldBytes,
  use: (body: Buffer) => Promise<T>,
): Promise<T> {
  if (Number(request.headers["content-length"] ?? 0) > maximumBytes) throw tooLarge(maximumBytes);
  const gathered = new GatheredBytes();
  try {
    for await (const piece of requestBody(request, rate)) {
      if (gathered.sizeBytes + piece.length > maximumBytes) throw tooLarge(maximumBytes);
      held.hold(piece.length);
      gathered.add(piece);
    }
    return await use(gathered.whole());
  } finally {
    held.release(gathered.sizeBytes);
  }
}

function tooLarge(maximumBytes: number): RegistryError {
  return new RegistryError(
    "RequestEntityTooLarge",
    `The request body is larger than the maximum allowed size which is '${maximumBytes}' bytes`,
  );
}

/**
 * Lets a client finish sending a body that nobody reads, so that it sees the answer instead of a
 * reset, but not for long.
 */
export function lingerOverBody(request: IncomingMessage, rate: BodyRate): void {
  if (request.complete || request.destroyed) return;
  const timer = setTimeout(() => request.destroy(), rate.windowMs);
  const over = () => clearTimeout(timer);
  request.once("end", over);
  request.once("close", over);
  request.on("error", over);
  request.resume();
}
