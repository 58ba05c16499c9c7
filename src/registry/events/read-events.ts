import type { LoggedEvent } from "../../ports/event-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Caller } from "../identity/principal.ts";
import type { Registry } from "../names.ts";
import { RepositorySight } from "../policy/repository-sight.ts";
import { type EventFilter, repositoryOf } from "./event-filter.ts";
import { eventLimits } from "./event-limits.ts";

export interface EventReading {
  readonly registry: Registry;
  readonly filter: EventFilter;
  /** Not this one but those after it; where `isBackwards`, those before it. Else all. */
  readonly after: number | undefined;
  readonly isBackwards?: boolean;
  /** The first one that is not meant any more, and with it all that come after. */
  readonly isOver?: (event: LoggedEvent) => boolean;
  /** Events at most. */
  readonly size: number;
}

export interface ReadEvents {
  readonly events: readonly LoggedEvent[];
  /** How far was looked: whoever goes on, does so after this one. */
  readonly position: number | undefined;
  /** Whether there may be more. */
  readonly isMore: boolean;
}

/**
 * Some events of the log that the caller may see: an event about a repository is for those who may look
 * at its images. Looks at so many that it costs a bounded time, whatever is wanted; so it may find none
 * although there are more.
 */
export async function readEvents(
  ports: Pick<Ports, "metadata" | "clock" | "memory">,
  caller: Caller,
  reading: EventReading,
): Promise<ReadEvents> {
  const { registry, filter, isBackwards = false, isOver = () => false, size } = reading;
  const { eventLog } = ports.metadata;
  const list = isBackwards ? eventLog.listBack.bind(eventLog) : eventLog.list.bind(eventLog);
  const sight = new RepositorySight(ports, caller);
  const events: LoggedEvent[] = [];
  let position = reading.after;
  let characters = 0;
  for (let looks = 0; looks < eventLimits.listLooks; looks += eventLimits.logPage) {
    const page = await list(registry, { after: position, limit: eventLimits.logPage });
    for (const logged of page) {
      if (isOver(logged)) return { events, position, isMore: false };
      position = logged.position;
      if (!filter(logged.event) || !(await maySee(sight, logged))) continue;
      events.push(logged);
      characters += JSON.stringify(logged.event.detail).length;
      const isFull = events.length >= size || characters >= eventLimits.listCharacters;
      if (isFull) return { events, position, isMore: true };
    }
    if (page.length < eventLimits.logPage) return { events, position, isMore: false };
  }
  return { events, position, isMore: true };
}

async function maySee(sight: RepositorySight, { event }: LoggedEvent): Promise<boolean> {
  const name = repositoryOf(event);
  if (name === undefined) return true;
  return sight.may("ecr:DescribeImages", { registry: event.registry, name });
}
