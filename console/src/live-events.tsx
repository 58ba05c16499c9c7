import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { currentRegion } from "./api/call.ts";
import { currentKeys } from "./api/session.ts";
import { sendSigned } from "./api/signature.ts";

const waitMs = 2_000;
/** Events after which findings of all repositories may be others. */
const aboutFindings = /scan|finding|waiver/i;
/** To look through all of them is much work for the server: several events are one reason to. */
const findingsWaitMs = 2_000;

/** What every registry's event says of what it is about. */
interface RegistryEvent {
  readonly "detail-type": string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * Follows the registry's events: what is shown of a repository is asked for anew when something
 * happened in it. Begins again when the stream ends.
 */
export function LiveEvents() {
  const queries = useQueryClient();
  useEffect(() => {
    const over = new AbortController();
    let looksAgain: ReturnType<typeof setTimeout> | undefined;
    const lookAgain = () => {
      looksAgain ??= setTimeout(() => {
        looksAgain = undefined;
        void queries.invalidateQueries({ queryKey: ["findings"] });
      }, findingsWaitMs);
    };
    const follow = async () => {
      for (let isAllowed = true; isAllowed && !over.signal.aborted; ) {
        isAllowed = await read(over.signal, (event) => {
          const name = event.detail["repository-name"];
          void queries.invalidateQueries({ queryKey: ["repositories"] });
          if (aboutFindings.test(event["detail-type"])) lookAgain();
          if (typeof name === "string") {
            void queries.invalidateQueries({ queryKey: ["repository", name] });
          }
        }).catch(() => true);
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    };
    void follow();
    return () => {
      clearTimeout(looksAgain);
      over.abort();
    };
  }, [queries]);
  return null;
}

/** Says whether to begin again: not where the one who is signed in may not follow events. */
async function read(signal: AbortSignal, told: (event: RegistryEvent) => void): Promise<boolean> {
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
