import type {
  PutEventsRequest,
  PutEventsRequestEntry,
  PutEventsResponse,
} from "@aws-sdk/client-eventbridge";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { busResource } from "../../registry/events/event-bus-policy.ts";
import { eventLimits } from "../../registry/events/event-limits.ts";
import { busOfEntry, putEvents as put } from "../../registry/events/put-events.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { Registry } from "../../registry/names.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { ownRegistry } from "./event-target.ts";

const latestSeconds = 253_402_300_799;

const entry = z.object({
  Time: z.number().min(0).max(latestSeconds).optional(),
  // What each entry lacks or has wrong is told of it alone.
  Source: z.string().optional(),
  Resources: z.array(z.string().max(2048)).max(1_000).default([]),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().min(1).max(1600).optional(),
  /** For AWS X-Ray, which is not here. */
  TraceHeader: z.string().min(1).max(500).optional(),
} satisfies Members<PutEventsRequestEntry>);

const input = request({
  Entries: z.array(entry).min(1).max(eventLimits.putEntries),
  EndpointId: z.string().min(1).max(50).optional(),
} satisfies Members<PutEventsRequest>);

/** The buses that entries name, without those that there can not be. */
function busesOf({ Entries }: z.output<typeof input>, caller: Caller): Registry[] {
  const buses = new Map<string, Registry>();
  for (const { EventBusName } of Entries) {
    const bus = busOfEntry(EventBusName, ownRegistry(caller));
    if (bus !== undefined) buses.set(bus.account, bus);
  }
  return [...buses.values()];
}

/**
 * Events of the caller's own, onto the event bus of the registry, or those of other accounts whose
 * policies allow it.
 */
export const putEvents = operation("events:PutEvents", {
  input,
  resource: (given, caller, { ports }) => {
    const [first = ownRegistry(caller)] = busesOf(given, caller);
    return busResource(ports, first);
  },
  further: (given, caller, { ports }) =>
    Promise.all(
      busesOf(given, caller)
        .slice(1)
        .map(async (bus) => ({
          action: "events:PutEvents",
          resource: await busResource(ports, bus),
        })),
    ),
  // What a policy says of sources is asked of each entry once more.
  conditions: ({ Entries }) => ({
    "events:source": Entries.map(({ Source = "" }) => Source),
    "events:detail-type": Entries.map(({ DetailType = "" }) => DetailType),
  }),
  access: "Write",
  errors: ["Validation"],
  async handle(given, { ports, caller, deployment }): Promise<Wire<PutEventsResponse>> {
    if (given.EndpointId !== undefined) {
      throw new RegistryError("Validation", "There are no global endpoints.");
    }
    const entries = given.Entries.map((each) => ({
      time: each.Time === undefined ? undefined : Math.round(each.Time * 1000),
      source: each.Source,
      resources: each.Resources,
      detailType: each.DetailType,
      detail: each.Detail,
      bus: each.EventBusName,
    }));
    const { regions } = deployment;
    const outcomes = await put(ports, entries, { caller, registry: ownRegistry(caller), regions });
    return {
      FailedEntryCount: outcomes.filter((outcome) => "code" in outcome).length,
      Entries: outcomes.map((outcome) =>
        "id" in outcome
          ? { EventId: outcome.id }
          : { ErrorCode: outcome.code, ErrorMessage: outcome.message },
      ),
    };
  },
});
