/** Archives of events and their replays, as narrow tables of the MetadataStore: the same promises. */
import type { EventArchive, EventReplayRun } from "../registry/events/archive.ts";
import type { Registry } from "../registry/names.ts";
import type { LoggedEvent } from "./event-store.ts";
import type { PageRequest } from "./page-request.ts";

type ArchiveRef = Pick<EventArchive, "registry" | "id">;

/** Events of a time (`fromAt <= at < toAt`) between two positions (`after < position <= upTo`). */
export interface ArchiveRange {
  readonly after: number;
  readonly upTo: number;
  readonly fromAt: number;
  readonly toAt: number;
}

export interface ArchivePlace {
  readonly position: number;
  /** When it happened. */
  readonly at: number;
  readonly bytes: number;
}

export interface EventArchiveReads {
  find(registry: Registry, name: string): Promise<EventArchive | undefined>;
  /** By name. */
  list(registry: Registry, page: PageRequest<string>): Promise<EventArchive[]>;
  /** Of every registry, by (account, region, name). */
  listAll(page: PageRequest<Pick<EventArchive, "registry" | "name">>): Promise<EventArchive[]>;
  /** What is in it, in the order of the log. */
  events(archive: ArchiveRef, range: ArchiveRange, limit: number): Promise<LoggedEvent[]>;
  /** Where they are, in the same order, without what they say. */
  places(archive: ArchiveRef, page: PageRequest<number>): Promise<ArchivePlace[]>;
}
export interface EventArchiveWrites {
  /** Like `find`, and nobody else changes it until this transaction ends. */
  lock(registry: Registry, name: string): Promise<EventArchive | undefined>;
  /** False when there is one of that name. */
  insertIfAbsent(archive: EventArchive): Promise<boolean>;
  /** Pattern, description and retention. */
  replace(archive: EventArchive): Promise<void>;
  /** What is in it stays, until it is purged. False when there was none. */
  remove(registry: Registry, name: string): Promise<boolean>;
  /** Adds and counts them, where that very archive is still there. */
  addEvents(archive: EventArchive, events: readonly LoggedEvent[]): Promise<void>;
  /** Removes the oldest that came before `at`, and counts that; resolves to how many. */
  removeBefore(archive: EventArchive, at: number, limit: number): Promise<number>;
  /** Removes what is left of an archive that is gone; resolves to how many. */
  purge(archive: ArchiveRef, limit: number): Promise<number>;
}

export interface EventReplayReads {
  find(registry: Registry, name: string): Promise<EventReplayRun | undefined>;
  /** By name. */
  list(registry: Registry, page: PageRequest<string>): Promise<EventReplayRun[]>;
}
export interface EventReplayWrites {
  /** Like `find`, and nobody else changes it until this transaction ends. */
  lock(registry: Registry, name: string): Promise<EventReplayRun | undefined>;
  /** False when there is one of that name. */
  insertIfAbsent(replay: EventReplayRun): Promise<boolean>;
  /** How far it is. */
  replace(replay: EventReplayRun): Promise<void>;
  remove(registry: Registry, name: string): Promise<void>;
}
