import type { EventEnvelope } from "../../../registry/events/event.ts";
import { Refusal } from "../call-server.ts";
import type { Server } from "../server.ts";

export interface FollowOptions {
  /** Opens the server anew for each connection, as credentials end. */
  readonly server: () => Promise<Server>;
  /** Parameters of `GET /events`. */
  readonly wanted: Readonly<Record<string, string>>;
  /** The last event that was seen; without, what comes from now on. */
  readonly after: number | undefined;
  readonly show: (event: EventEnvelope) => void;
  /** Told why nothing comes for now. */
  readonly lost: (error: Error, nextInMs: number) => void;
  readonly pause: (milliseconds: number) => Promise<unknown>;
  readonly stopped: AbortSignal;
}

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** As large as an event can be, with room. */
const mostCharacters = 4 * 1024 * 1024;

/**
 * Shows events as they happen until stopped, and goes on where it was after a cut.
 * @throws Refusal, which waiting does not mend
 */
export async function followEvents(options: FollowOptions): Promise<void> {
  const { server, wanted, show, lost, pause, stopped } = options;
  let { after } = options;
  let pauseMs = firstPauseMs;
  while (!stopped.aborted) {
    try {
      const stream = await (await server()).openEvents(wanted, after, stopped);
      for await (const { id, event } of framesOf(stream)) {
        pauseMs = firstPauseMs;
        after = id;
        if (event !== undefined) show(event);
      }
    } catch (error) {
      if (stopped.aborted) return;
      if (error instanceof Refusal && error.code !== "ThrottlingException") throw error;
      lost(error as Error, pauseMs);
    }
    // A server that stops ends its streams; another one may be there at once.
    if (stopped.aborted) return;
    await pause(pauseMs);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

/** Server-sent events. One without data only says how far it is. */
async function* framesOf(
  stream: AsyncIterable<string>,
): AsyncGenerator<{ id: number; event: EventEnvelope | undefined }> {
  let text = "";
  for await (const piece of stream) {
    text += piece;
    if (text.length > mostCharacters) throw new Error("an event is too long");
    const frames = text.split("\n\n");
    text = frames.pop() ?? "";
    for (const frame of frames) {
      const fields = new Map(frame.split("\n").map((line) => splitField(line)));
      const data = fields.get("data");
      const id = Number(fields.get("id") ?? Number.NaN);
      if (!Number.isSafeInteger(id)) continue;
      yield { id, event: data === undefined ? undefined : (JSON.parse(data) as EventEnvelope) };
    }
  }
}

function splitField(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
}
