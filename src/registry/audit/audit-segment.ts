/**
 * How records lie in rows. One row holds one record or many: what they have in common, who asked and
 * what for, stands in it once, so that a pull costs it some fifty characters.
 */
import type { AuditRow } from "../../ports/audit-store.ts";
import type { Registry } from "../names.ts";
import type { AuditAction, AuditActor, AuditEntry } from "./audit-entry.ts";
import type { AuditKind } from "./audit-kinds.ts";
import { auditLimits } from "./audit-limits.ts";

/** A part of a record that others may have, too: the same key, the same JSON. */
export interface SharedPart {
  readonly key: string;
  json(): string;
}

interface Body {
  readonly actors: readonly AuditActor[];
  readonly actions: readonly AuditAction[];
  /** `[id, request's id or 0 where it is the same, milliseconds before the row's time, actor, action]` */
  readonly records: readonly (readonly [string, string | 0, number, number, number])[];
}

class Dictionary {
  readonly #places = new Map<string, number>();
  readonly texts: string[] = [];
  characters = 0;

  place({ key, json }: SharedPart): number {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const text = json();
    const place = this.texts.length;
    this.#places.set(key, place);
    this.texts.push(text);
    this.characters += text.length;
    return place;
  }
}

/** A row that still takes records. */
export class OpenSegment {
  readonly #registry: Registry;
  readonly #kind: AuditKind;
  readonly #actors = new Dictionary();
  readonly #actions = new Dictionary();
  /** Everything of a record but its time, which is told from the newest one's. */
  readonly #heads: string[] = [];
  readonly #tails: string[] = [];
  readonly #times: number[] = [];
  #oldest = Number.POSITIVE_INFINITY;
  #newest = Number.NEGATIVE_INFINITY;
  #newestId = "";

  constructor(registry: Registry, kind: AuditKind) {
    this.#registry = registry;
    this.#kind = kind;
  }

  add(
    { at, id, requestId }: Pick<AuditEntry, "at" | "id" | "requestId">,
    actor: SharedPart,
    action: SharedPart,
  ): void {
    const actorPlace = this.#actors.place(actor);
    const actionPlace = this.#actions.place(action);
    this.#heads.push(requestId === id ? `["${id}",0,` : `["${id}",${JSON.stringify(requestId)},`);
    this.#tails.push(`,${actorPlace},${actionPlace}]`);
    this.#times.push(at);
    if (at < this.#oldest) this.#oldest = at;
    if (at < this.#newest || (at === this.#newest && id < this.#newestId)) return;
    this.#newest = at;
    this.#newestId = id;
  }

  get characters(): number {
    return this.#actors.characters + this.#actions.characters + this.#times.length * 64;
  }

  /** Whether a record of that time would be too many. */
  isFullFor(at: number): boolean {
    const { segmentRecords, segmentSpanMs, segmentCharacters } = auditLimits;
    if (this.#times.length === 0) return false;
    const span = Math.max(this.#newest, at) - Math.min(this.#oldest, at);
    return (
      this.#times.length >= segmentRecords ||
      span > segmentSpanMs ||
      this.characters > segmentCharacters
    );
  }

  /** The row. */
  close(): AuditRow {
    const at = this.#newest;
    const records = this.#times.map(
      (time, index) => `${this.#heads[index]}${at - time}${this.#tails[index]}`,
    );
    return {
      registry: this.#registry,
      kind: this.#kind,
      at,
      id: this.#newestId,
      records: records.length,
      body: `{"actors":[${this.#actors.texts}],"actions":[${this.#actions.texts}],"records":[${records}]}`,
    };
  }
}

/** A row of one record. */
export function rowOf(entry: AuditEntry): AuditRow {
  const segment = new OpenSegment(entry.registry, entry.kind);
  segment.add(entry, partOf(entry.actor), partOf(entry.action));
  return segment.close();
}

export function partOf(value: AuditActor | AuditAction): SharedPart {
  const text = JSON.stringify(value);
  return { key: text, json: () => text };
}

/** The records of a row, the newest first. */
export function entriesOf({ registry, kind, at, body }: AuditRow): AuditEntry[] {
  const { actors, actions, records } = JSON.parse(body) as Body;
  return records
    .map(([id, requestId, before, actor, action]) => ({
      ...{ kind, registry, id, at: at - before, requestId: requestId === 0 ? id : requestId },
      ...{ actor: actors[actor]!, action: actions[action]! },
    }))
    .sort(newestFirst);
}

/** By time and id, the newest first. */
export function newestFirst(
  one: Pick<AuditEntry, "at" | "id">,
  other: Pick<AuditEntry, "at" | "id">,
): number {
  if (one.at !== other.at) return other.at - one.at;
  return one.id < other.id ? 1 : one.id > other.id ? -1 : 0;
}
