import type { ServerResponse } from "node:http";
import type { LoggedEvent } from "../../ports/event-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError } from "../../registry/errors.ts";
import { envelopeOf } from "../../registry/events/event.ts";
import type { EventFilter } from "../../registry/events/event-filter.ts";
import { eventLimits } from "../../registry/events/event-limits.ts";
import { readEvents } from "../../registry/events/read-events.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { Registry } from "../../registry/names.ts";

export interface EventStream {
  readonly registry: Registry;
  readonly filter: EventFilter;
  /** The position that the first event comes after. */
  readonly after: number;
  readonly caller: Caller;
  /** @throws RegistryError when the caller may not read any more */
  renew(): Promise<Caller>;
  readonly stopping: AbortSignal;
}

/**
 * Writes what comes into the log, page by page and no faster than it is read, so that it holds one page
 * whatever happens. Ends when the reader goes, or reads nothing for too long, or may not read any more,
 * or the server stops. A client that begins again after the last id that it has seen misses nothing.
 * Source: HTML, "Server-sent events".
 */
export async function streamEvents(
  ports: Ports,
  response: ServerResponse,
  stream: EventStream,
): Promise<void> {
  const closed = new AbortController();
  response.once("close", () => closed.abort());
  const over = AbortSignal.any([closed.signal, stream.stopping]);
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no", // A proxy that collects would hold events back.
    connection: "close",
  });
  try {
    await writeAll(ports, response, stream, over);
  } catch (error) {
    // Refused from now on, or the database is away: the client hears why when it begins again.
    if (!isRegistryError(error) && !over.aborted) throw error;
  } finally {
    response.end();
  }
}

async function writeAll(
  ports: Ports,
  response: ServerResponse,
  { registry, filter, after, caller: first, renew }: EventStream,
  over: AbortSignal,
): Promise<void> {
  const { clock, memory } = ports;
  let [caller, position] = [first, after];
  // At once: who is cut off before anything comes goes on from here, and not from later.
  await write(response, placeOf(position, clock.now()), over);
  let [checkedAt, wroteAt] = [clock.now(), clock.now()];
  while (!over.aborted) {
    const waiting = new Wait((come) => memory.logGrew.listen(registry, come), over);
    try {
      if (clock.now() - checkedAt >= eventLimits.streamLoginMs) {
        caller = await renew();
        checkedAt = clock.now();
      }
      const reading = { registry, filter, after: position, size: eventLimits.logPage };
      const { events, isMore, ...read } = await readEvents(ports, caller, reading);
      position = read.position ?? position;
      const isDue = clock.now() - wroteAt >= eventLimits.streamHeartbeatMs;
      if (events.length > 0 || isDue) {
        // Nobody looks at what was left out again.
        const text = events.map(frameOf).join("");
        await write(response, `${text}${placeOf(position, clock.now())}`, over);
        wroteAt = clock.now();
      }
      if (!isMore) await waiting.upTo(eventLimits.streamPollMs);
    } finally {
      waiting.end();
    }
  }
}

/** Without data, an id only says how far the stream is. */
function placeOf(position: number, now: number): string {
  return `: ${now}\nid: ${position}\n\n`;
}

function frameOf({ position, event }: LoggedEvent): string {
  return `id: ${position}\ndata: ${JSON.stringify(envelopeOf(event))}\n\n`;
}

/** Resolves when there is room for more. @throws when the reader leaves it unread for too long */
async function write(response: ServerResponse, text: string, over: AbortSignal): Promise<void> {
  if (response.write(text) || over.aborted) return;
  await new Promise<void>((resolve) => {
    const settle = () => {
      clearTimeout(timer);
      response.off("drain", settle);
      over.removeEventListener("abort", settle);
      resolve();
    };
    const timer = setTimeout(() => {
      response.destroy();
      settle();
    }, eventLimits.streamStallMs);
    response.once("drain", settle);
    over.addEventListener("abort", settle, { once: true });
  });
}

/** Waits for something that may come from before it is looked for on. */
class Wait {
  readonly #unlisten: () => void;
  readonly #over: AbortSignal;
  #hasCome = false;
  #wake: () => void = () => {};

  constructor(listen: (listener: () => void) => () => void, over: AbortSignal) {
    this.#over = over;
    this.#unlisten = listen(() => this.#come());
    over.addEventListener("abort", this.#come, { once: true });
  }

  async upTo(milliseconds: number): Promise<void> {
    if (this.#hasCome || this.#over.aborted) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, milliseconds);
    });
    clearTimeout(timer);
  }

  end(): void {
    this.#unlisten();
    this.#over.removeEventListener("abort", this.#come);
  }

  readonly #come = () => {
    this.#hasCome = true;
    this.#wake();
  };
}
