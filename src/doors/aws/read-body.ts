import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { invariant, RegistryError } from "../../registry/errors.ts";
import { GatheredBytes } from "../../registry/gathered-bytes.ts";
import { limits } from "../../registry/limits.ts";

export interface RequestBody {
  readonly bytes: Buffer;
  /** Lower-case hexadecimal, taken as the bytes came in: they are hashed once. */
  readonly sha256: string;
}

export interface BodyLimits {
  readonly limitBytes: number;
  readonly bytesPerSecond?: number;
  readonly rateWindowMs?: number;
}

/** The peer went away, or sent so slowly that the connection was cut: nobody is there to answer. */
export class BodyCut extends Error {
  override readonly name = "BodyCut";
}

/** Counts the bytes of request bodies that are in memory, of all connections together. */
export class HeldBodies {
  readonly #limitBytes: number;
  #heldBytes = 0;

  constructor(limitBytes: number = limits.heldBodiesBytes) {
    this.#limitBytes = limitBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** @throws RegistryError ServiceUnavailable when there is no room; then nothing is held */
  hold(bytes: number): void {
    if (this.#heldBytes + bytes > this.#limitBytes) {
      throw new RegistryError("ServiceUnavailable", "Too many large requests. Try again.");
    }
    this.#heldBytes += bytes;
  }

  release(bytes: number): void {
    this.#heldBytes -= bytes;
    invariant(this.#heldBytes >= 0, "more request bytes let go than were held");
  }
}

/**
 * Collects a body in memory, at most `limitBytes` of it. The caller gives its bytes back to `held`
 * once it is done with them; when this throws, they are back already.
 * @throws RegistryError RequestEntityTooLarge, ServiceUnavailable; BodyCut
 */
export async function readBody(
  stream: IncomingMessage,
  held: HeldBodies,
  bounds: BodyLimits,
): Promise<RequestBody> {
  // Refused before a byte is read, where the client says how much it means to send.
  if (Number(stream.headers["content-length"] ?? 0) > bounds.limitBytes) throw tooLarge();
  const hash = createHash("sha256");
  const gathered = new GatheredBytes();
  try {
    for await (const piece of atMinimumRate(stream, bounds)) {
      if (gathered.sizeBytes + piece.length > bounds.limitBytes) throw tooLarge();
      held.hold(piece.length);
      gathered.add(piece);
      hash.update(piece);
    }
  } catch (error) {
    held.release(gathered.sizeBytes);
    throw error;
  }
  return { bytes: gathered.whole(), sha256: hash.digest("hex") };
}

/**
 * Reads on and throws away, so that a client which sends before it listens can hear the refusal.
 * What is longer than a body may ever be is not waited for.
 */
export async function discardBody(stream: IncomingMessage): Promise<void> {
  let sizeBytes = 0;
  if (stream.complete) return;
  try {
    for await (const piece of atMinimumRate(stream, {})) {
      sizeBytes += piece.length;
      if (sizeBytes > limits.layerPartRequestBytes) return;
    }
  } catch (error) {
    if (!(error instanceof BodyCut)) throw error;
    // Then the answer meets a closed connection, which is what the peer asked for.
  }
}

/** The pieces as they come. Ends the connection when they come too slowly (spec, §4). */
async function* atMinimumRate(
  stream: IncomingMessage,
  bounds: Omit<BodyLimits, "limitBytes">,
): AsyncGenerator<Uint8Array> {
  const windowMs = bounds.rateWindowMs ?? limits.bodyRateWindowMs;
  const leastBytes = ((bounds.bytesPerSecond ?? limits.bodyBytesPerSecond) * windowMs) / 1000;
  let windowBytes = 0;
  const timer = setInterval(() => {
    if (windowBytes < leastBytes) stream.destroy(new BodyCut("the request body came too slowly"));
    windowBytes = 0;
  }, windowMs);
  try {
    // Left undestroyed when the reader stops early: the answer still goes over this connection.
    for await (const piece of stream.iterator({ destroyOnReturn: false })) {
      windowBytes += (piece as Uint8Array).length;
      yield piece as Uint8Array;
    }
    if (!stream.complete) throw new BodyCut("the request ended before its body did");
  } catch (error) {
    if (error instanceof BodyCut || !isConnectionLoss(error)) throw error;
    throw new BodyCut("the peer went away", { cause: error });
  } finally {
    clearInterval(timer);
  }
}

function isConnectionLoss(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE" || code === "EPIPE";
}

function tooLarge(): RegistryError {
  return new RegistryError("RequestEntityTooLarge", "The request body is too large.");
}
