import type { IncomingMessage } from "node:http";
import { pipeline, Transform, type TransformCallback } from "node:stream";
import { EgressError } from "../../ports/egress.ts";
import { freeMemory } from "../../registry/free-memory.ts";
import type { Answer } from "./exchange.ts";
import type { RequestWatch } from "./request-watch.ts";

/** The body of an answer, up to so many bytes. Its errors are those that a caller is to see. */
class AnswerBody extends Transform {
  readonly #maximumBytes: number;
  readonly #watch: RequestWatch;
  #sizeBytes = 0;

  constructor(maximumBytes: number, watch: RequestWatch) {
    super();
    this.#maximumBytes = maximumBytes;
    this.#watch = watch;
  }

  override _transform(piece: Buffer, _encoding: string, done: TransformCallback): void {
    this.#sizeBytes += piece.length;
    if (this.#sizeBytes > this.#maximumBytes) done(tooLarge(this.#watch));
    else done(null, piece);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    done(error === null ? null : (this.#watch.explain(error) as Error));
  }
}

/**
 * The answer's body, to be read. The watch goes on until its last byte came, or it is destroyed.
 * @throws EgressError TooLarge when the head says so already
 */
export function bodyOf(answer: Answer, maximumBytes: number, watch: RequestWatch): Transform {
  const { request, response } = answer;
  const { statusCode: status } = response;
  const hasBody = request.method !== "HEAD" && status !== 204 && status !== 304;
  if (hasBody && Number(response.headers["content-length"]) > maximumBytes) {
    request.destroy();
    throw tooLarge(watch);
  }
  const body = new AnswerBody(maximumBytes, watch);
  const keepReads = freeReads(response);
  const end = () => body.destroy(watch.signal.reason);
  watch.signal.addEventListener("abort", end, { once: true });
  body.on("error", () => undefined); // Who reads is told; who does not read must not crash of it.
  pipeline(response, body, () => {
    watch.signal.removeEventListener("abort", end);
    watch.end();
    keepReads();
    // What is not whole cannot serve another request.
    if (!response.complete || !request.writableFinished) request.destroy();
  });
  return body;
}

/**
 * Gives the memory of what the connection reads back at once. Node's client copies the body out of it, and
 * would leave all bytes of a layer to the garbage collector, which then takes half of the time.
 * @returns what ends it
 */
function freeReads({ socket }: IncomingMessage): () => void {
  // After all who hear of it, whichever comes first: the connection may serve the next request by then.
  const read = (bytes: Uint8Array) => queueMicrotask(() => freeMemory(bytes));
  socket.on("data", read);
  return () => void socket.off("data", read);
}

function tooLarge(watch: RequestWatch): EgressError {
  return new EgressError("TooLarge", `the answer of ${watch.origin} is too long`);
}
