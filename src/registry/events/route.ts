import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { RegistryEvent } from "./event.ts";

/**
 * Notes, in the transaction that takes them out of the outbox, which targets the events are to be
 * delivered to. The events are in the order in which they happened.
 * Resolves to how many of them, from the first on and at least one, where that were not all: the others
 * wait for the next transaction.
 */
export type Route = (
  change: MetadataChange,
  events: readonly RegistryEvent[],
) => Promise<number | undefined>;
