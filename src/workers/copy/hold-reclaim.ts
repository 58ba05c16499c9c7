import type { ReclaimHold } from "../../registry/reclaim-hold.ts";

/** How long a hold lasts that nobody renews, and how often it is renewed. */
const holdSeconds = 120;
const renewMs = 40_000;
/** How often who waits for a collection to end asks, and for how long. */
const pollMs = 500;
const patienceMs = 900_000;

/** Holds for so many seconds from now on; 0 ends the hold. */
export type AskForHold = (seconds: number) => Promise<ReclaimHold>;

/**
 * Runs the work while no garbage is collected.
 * @throws when another backup or migration is under way, or a collection does not end
 */
export async function withReclaimHeld<T>(ask: AskForHold, work: () => Promise<T>): Promise<T> {
  for (let waited = 0; ; waited += pollMs) {
    const hold = await ask(holdSeconds);
    if (hold === "held") break;
    if (hold === "taken") {
      throw new Error("Another backup or migration is under way, or broke off two minutes ago");
    }
    if (waited >= patienceMs) throw new Error("A garbage collection does not end");
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  // One that does not come through is made up for by the next. Without any, an object that is collected
  // meanwhile is missed, and the work fails.
  const timer = setInterval(() => void Promise.allSettled([ask(holdSeconds)]), renewMs);
  timer.unref();
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await Promise.allSettled([ask(0)]); // It ends by itself as well.
  }
}
