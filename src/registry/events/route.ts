import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { RegistryEvent } from "./event.ts";

/**
 * Notes, in the transaction that takes them out of the outbox, which targets the events are to be
 * delivered to. The events are in the order in which they happened.
 */
export type Route = (change: MetadataChange, events: readonly RegistryEvent[]) => Promise<void>;
