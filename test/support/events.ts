import type { Ports } from "../../src/ports/ports.ts";
import type { RegistryEvent } from "../../src/registry/events/event.ts";
import { type EventEnvelope, envelopeOf } from "../../src/registry/events/event.ts";

/** Takes what waits out of the outbox, in order. */
export async function takeEvents({ metadata }: Pick<Ports, "metadata">): Promise<RegistryEvent[]> {
  const waiting = await metadata.outbox.first(10_000);
  await metadata.transaction(({ outbox }) =>
    outbox.remove(waiting.map(({ sequence }) => sequence)),
  );
  return waiting.map(({ event }) => event);
}

/** The same as receivers are given them. */
export async function takeEnvelopes(ports: Pick<Ports, "metadata">): Promise<EventEnvelope[]> {
  return (await takeEvents(ports)).map(envelopeOf);
}
