import type { Registry } from "../names.ts";
import { eventsArn } from "./rule.ts";

/** Keeps copies of events of the bus, to be told again. */
export interface EventArchive {
  readonly registry: Registry;
  readonly name: string;
  /** Made anew under its name, an archive has another one. */
  readonly id: string;
  /** Which events; all of them without. */
  readonly pattern: string | undefined;
  readonly description: string | undefined;
  /** 0: for ever. */
  readonly retentionDays: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly eventCount: number;
  readonly sizeBytes: number;
}

export type EventReplayState = "STARTING" | "RUNNING" | "COMPLETED" | "CANCELLED" | "FAILED";

/** Events of an archive are told again. */
export interface EventReplayRun {
  readonly registry: Registry;
  readonly name: string;
  readonly description: string | undefined;
  /** The name of the archive, and its id. */
  readonly archive: string;
  readonly archiveId: string;
  /** ARNs of the rules that they are told to; empty: all. */
  readonly rules: readonly string[];
  /** Of the events' own times, from the first on and before the second. */
  readonly fromAt: number;
  readonly toAt: number;
  readonly state: EventReplayState;
  readonly stateReason: string | undefined;
  /** Of the last event that was looked at; 0 at the start. */
  readonly position: number;
  /** The time of the last event that was told again. */
  readonly lastAt: number | undefined;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
}

export function archiveArn({ registry, name }: Pick<EventArchive, "registry" | "name">): string {
  return `${eventsArn(registry)}:archive/${name}`;
}

export function replayArn({ registry, name }: Pick<EventReplayRun, "registry" | "name">): string {
  return `${eventsArn(registry)}:replay/${name}`;
}
