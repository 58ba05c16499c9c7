import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { currentRegion } from "./api/call.ts";
import { isConnectionLost } from "./api/connection.ts";
import { currentKeys, sessionState } from "./api/session.ts";
import { sendSigned } from "./api/signature.ts";

const waitMs = 2_000;
const mostWaitMs = 30_000;
/** What happens within it is one reason to look again. */
const gatherMs = 500;
/** The same of what is much work for the server. */
const heavyGatherMs = 2_000;
const heavy: readonly string[] = ["findings", "overview"];
/** Without a stream. */
const pollMs = 2_500;

/** What else may be otherwise after an event of some kind, besides the repository that it names. */
const touched: readonly (readonly [kind: RegExp, key: string])[] = [
  [/./, "repositories"],
  [/./, "overview"],
  [/scan|finding|waiver|vex/i, "findings"],
  [/gallery|approval/i, "gallery"],
  [/^KMS/, "keys"],
  [/pull through/i, "pull-through"],
];

/** What every registry's event says of what it is about. */
interface RegistryEvent {
  readonly "detail-type": string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * Follows the events of the region: what is shown of a repository is asked for anew when something happened
 * in it. Begins again when the stream ends. While none comes, because something in between holds it back or
 * the person may not follow events, lists of repositories and images are asked for every few seconds.
 */
export function LiveEvents() {
  const queries = useQueryClient();
  useEffect(() => {
    const over = new AbortController();
    const looks = new Looks(queries);
    let isHeard = false;
    let hasMissed = false;
    const poll = setInterval(() => {
      const isIn = sessionState().kind === "in" && !isConnectionLost();
      if (!isHeard && isIn && document.visibilityState === "visible") lookAtLists(queries);
    }, pollMs);
    const follow = async () => {
      let pauseMs = waitMs;
      for (let isAllowed = true; isAllowed && !over.signal.aborted; ) {
        isAllowed = await read(over.signal, {
          heard() {
            // What happened since the last stream ended is in none.
            if (hasMissed) for (const key of ["repositories", "repository"]) looks.at(key);
            [isHeard, hasMissed, pauseMs] = [true, false, waitMs];
          },
          told: (event) => tell(looks, event),
        }).catch(() => true);
        [isHeard, hasMissed] = [false, true];
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        pauseMs = Math.min(2 * pauseMs, mostWaitMs);
      }
    };
    void follow();
    return () => {
      clearInterval(poll);
      looks.end();
      over.abort();
    };
  }, [queries]);
  return null;
}

function tell(looks: Looks, event: RegistryEvent): void {
  const name = event.detail["repository-name"];
  for (const [kind, key] of touched) if (kind.test(event["detail-type"])) looks.at(key);
  if (typeof name === "string") looks.at("repository", name);
}

function lookAtLists(queries: QueryClient): void {
  void queries.invalidateQueries({
    predicate: ({ queryKey: [first, , what] }) => first === "repositories" || what === "images",
  });
}

/** Many events are one reason to ask again. */
class Looks {
  readonly #queries: QueryClient;
  readonly #waiting = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(queries: QueryClient) {
    this.#queries = queries;
  }

  /** @param queryKey the beginning of it */
  at(...queryKey: readonly string[]): void {
    const name = queryKey.join("\n");
    if (this.#waiting.has(name)) return;
    const look = () => {
      this.#waiting.delete(name);
      void this.#queries.invalidateQueries({ queryKey });
    };
    const pauseMs = heavy.includes(name) ? heavyGatherMs : gatherMs;
    this.#waiting.set(name, setTimeout(look, pauseMs));
  }

  end(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
  }
}

interface Listener {
  /** Something came, if only that nothing happened. */
  readonly heard: () => void;
  readonly told: (event: RegistryEvent) => void;
}

/** Says whether to begin again: not where the one who is signed in may not follow events. */
async function read(signal: AbortSignal, { heard, told }: Listener): Promise<boolean> {
  const scope = { region: currentRegion(), service: "entrepot" };
  const response = await sendSigned(
    await currentKeys(),
    scope,
    { method: "GET", path: "/events" },
    signal,
  );
  if (!response.ok || response.body === null) {
    return response.headers.get("x-amzn-errortype") !== "AccessDeniedException";
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return true;
    heard();
    const parts = (text + value).split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      const data = part
        .split("\n")
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(5).trimStart())
        .join("\n");
      if (data !== "") told(JSON.parse(data) as RegistryEvent);
    }
  }
}
