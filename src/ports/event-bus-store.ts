/** What an event bus lets in, and what came to it, as narrow tables of the MetadataStore. */
import type { Registry } from "../registry/names.ts";

export interface EventBusReads {
  /** The bus's policy, as it is stored. */
  policy(registry: Registry): Promise<string | undefined>;
}

export interface EventBusWrites {
  putPolicy(registry: Registry, document: string): Promise<void>;
  removePolicy(registry: Registry): Promise<void>;
  /**
   * Remembers that the event came from another bus; false where it had come before. Who remembers
   * several does so in the order of (account, region, id).
   */
  arrive(registry: Registry, eventId: string, at: number): Promise<boolean>;
  /** Forgets arrivals from before that time; resolves to how many. */
  removeArrivalsBefore(at: number, limit: number): Promise<number>;
}
