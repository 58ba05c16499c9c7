import type { EventDeliverer } from "./deliver-events.ts";

export interface DeliveryWorker {
  /** Begins nothing more, and resolves when what was being sent is given back, or after `withinMs`. */
  stop(withinMs: number): Promise<void>;
}

/** How often a worker without deliveries looks for some. */
const pollMs = 500;
/** The longest wait while the database cannot be asked. */
const longestMs = 30_000;

/**
 * Delivers events until stopped: looks again at once while there is something to do, else every now and
 * then, which costs one read.
 * @param failed told that deliveries could not be looked for
 */
export function startDeliveries(
  deliverer: EventDeliverer,
  failed: (error: unknown) => void,
): DeliveryWorker {
  let stopping = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    let begun = 0;
    try {
      begun = await deliverer.tick();
      failures = 0;
    } catch (error) {
      failures += 1;
      failed(error);
    }
    if (stopping) return;
    const waitMs = begun > 0 ? 0 : Math.min(pollMs * 2 ** failures, longestMs);
    timer = setTimeout(() => {
      looking = look();
    }, waitMs);
    timer.unref();
  };
  let looking = look();
  return {
    async stop(withinMs) {
      stopping = true;
      clearTimeout(timer);
      deliverer.quit();
      let late: NodeJS.Timeout | undefined;
      const tooLate = new Promise<void>((resolve) => {
        late = setTimeout(resolve, withinMs);
      });
      await Promise.race([looking.then(() => deliverer.settled()), tooLate]);
      clearTimeout(late);
    },
  };
}
