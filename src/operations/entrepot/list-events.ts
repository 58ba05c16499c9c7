import { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import { type EventEnvelope, envelopeOf } from "../../registry/events/event.ts";
import { eventFilter } from "../../registry/events/event-filter.ts";
import { eventRuleLimits } from "../../registry/events/event-rule-limits.ts";
import { type EventReading, readEvents } from "../../registry/events/read-events.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import type { Registry } from "../../registry/names.ts";
import { registryResource } from "../ecr/resource.ts";
import { maxResults, nextToken, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";

interface Events {
  readonly events: readonly {
    /** Where a stream goes on after it. */
    readonly position: number;
    readonly event: EventEnvelope;
  }[];
  /** How far this page has looked: a stream goes on after it. Not where the newest come first. */
  readonly position?: number;
  /** There may be more, also where this page found none. */
  readonly nextToken?: string;
}

const epochSeconds = z.number().min(0).max(253_402_300_799).optional();

/**
 * What happened in the caller's registry, as far back as events are kept, and as far as the caller may
 * see it. Times are those at which events were routed, about a second after they happened.
 */
export const listEvents = operation("entrepot:ListEvents", {
  input: request({
    repositoryName: repositoryName.optional(),
    detailType: z.string().min(1).max(128).optional(),
    eventPattern: z.string().min(1).max(eventRuleLimits.patternCharacters).optional(),
    /** From this time on. */
    startTime: epochSeconds,
    /** Before this time. */
    endTime: epochSeconds,
    newestFirst: z.boolean().optional(),
    maxResults,
    nextToken,
  }),
  resource: registryResource,
  access: "Read",
  errors: ["InvalidParameter", "InvalidEventPattern"],
  async handle(input, { ports, caller }): Promise<Events> {
    const registry = registryOf(caller);
    const { repositoryName: repository, detailType, eventPattern: pattern } = input;
    const filter = eventFilter({ repository, detailType, pattern });
    const range = rangeOf(input);
    const narrowedBy = [repository, detailType, pattern, JSON.stringify(range)];
    const listing = { operation: "ListEvents", registry, narrowedBy };
    const token = openPosition(ports, listing, input.nextToken);
    const { isBackwards } = range;
    const start =
      token === undefined ? await startOf(ports, registry, range) : { after: Number(token) };
    if ("noneUpTo" in start) return { events: [], position: start.noneUpTo };
    const reading: EventReading = {
      ...{ registry, filter, after: start.after, isBackwards },
      isOver: ({ loggedAt }) => (isBackwards ? loggedAt < range.from : loggedAt >= range.to),
      size: input.maxResults ?? limits.pageDefault,
    };
    const { events, position, isMore } = await readEvents(ports, caller, reading);
    return {
      events: events.map(({ position, event }) => ({ position, event: envelopeOf(event) })),
      ...(isBackwards ? {} : { position: position ?? 0 }),
      ...(isMore && position !== undefined
        ? { nextToken: sealPosition(ports, listing, String(position)) }
        : {}),
    };
  },
});

/** In milliseconds since the epoch. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly isBackwards: boolean;
}

const endless = Number.MAX_SAFE_INTEGER;

function rangeOf(input: {
  readonly startTime?: number | undefined;
  readonly endTime?: number | undefined;
  readonly newestFirst?: boolean | undefined;
}): Range {
  return {
    from: Math.ceil((input.startTime ?? 0) * 1000),
    to: input.endTime === undefined ? endless : Math.ceil(input.endTime * 1000),
    isBackwards: input.newestFirst === true,
  };
}

/** The position that the first page comes after, or how far the log has nothing for it. */
type Start = { readonly after: number | undefined } | { readonly noneUpTo: number };

async function startOf(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  { from, to, isBackwards }: Range,
): Promise<Start> {
  if (isBackwards) {
    return { after: to === endless ? undefined : await metadata.eventLog.firstSince(registry, to) };
  }
  if (from === 0) return { after: undefined };
  // First: what is logged meanwhile comes after it.
  const end = await metadata.eventLog.end();
  const first = await metadata.eventLog.firstSince(registry, from);
  return first === undefined ? { noneUpTo: end } : { after: first - 1 };
}
