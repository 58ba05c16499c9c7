/**
 * How records lie in rows. One row holds one record or many: what they have in common, who asked and
 * what for, stands in it once, so that a pull costs it some ten
 * characters: it has an id that is made from its place, as nobody was told of its request's.
 */
import { randomUUID } from "node:crypto";
import type { AuditRow } from "../../ports/audit-store.ts";
import type { Registry } from "../names.ts";
import type { AuditAction, AuditActor, AuditEntry } from "./audit-entry.ts";
import type { AuditKind } from "./audit-kinds.ts";
import { auditLimits } from "./audit-limits.ts";

/** How a record is told from all others, and from which request it is. */
export type Ids = Pick<AuditEntry, "id" | "requestId">;

/** A record whose parts are JSON already. */
export interface RecordText extends Omit<AuditEntry, "actor" | "action"> {
  readonly actor: string;
  readonly action: string;
}

/** A part of a record that others may have, too: the same key, the same JSON. */
export interface SharedPart {
  readonly key: string;
  json(): string;
}

/** Milliseconds before the row's time; the places of actor and action. */
type Told = readonly [before: number, actor: number, action: number];

interface Body {
  readonly actors: readonly AuditActor[];
  readonly actions: readonly AuditAction[];
  /** How the ids begin that end in their place among the records. */
  readonly ids: string;
  /** The last two where a record has an id of its own: that, and the request's. */
  readonly records: readonly (Told | readonly [...Told, id: string, requestId: string])[];
}

class Dictionary {
  readonly #places = new Map<string, number>();
  readonly texts: string[] = [];
  characters = 0;
  // Records in a row often have a part in common.
  #lastKey: string | undefined;
  #lastPlace = 0;

  place(part: SharedPart): number {
    if (part.key === this.#lastKey) return this.#lastPlace;
    const place = this.#places.get(part.key) ?? this.#add(part);
    this.#lastKey = part.key;
    this.#lastPlace = place;
    return place;
  }

  #add({ key, json }: SharedPart): number {
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
  readonly #ids = randomUUID().slice(0, -placeDigits);
  readonly #actors = new Dictionary();
  readonly #actions = new Dictionary();
  /** Of each record its time, since the first one's, and the places of its actor and its action. */
  readonly #told: number[] = [];
  readonly #own = new Map<number, Ids>();
  #first = 0;
  #oldest = 0;
  #newest = 0;

  constructor(registry: Registry, kind: AuditKind) {
    this.#registry = registry;
    this.#kind = kind;
  }

  isOf({ account, region }: Registry, kind: AuditKind): boolean {
    const { account: ownAccount, region: ownRegion } = this.#registry;
    return account === ownAccount && region === ownRegion && kind === this.#kind;
  }

  /** @param own where it is to have other ids than one that is made for it */
  add(at: number, actor: SharedPart, action: SharedPart, own?: Ids): void {
    const place = this.size;
    if (place === 0) this.#first = at;
    const time = at - this.#first;
    if (time < this.#oldest) this.#oldest = time;
    if (time > this.#newest) this.#newest = time;
    this.#told.push(time, this.#actors.place(actor), this.#actions.place(action));
    if (own !== undefined) this.#own.set(place, own);
  }

  get size(): number {
    return this.#told.length / 3;
  }

  /** About how long the row would be. */
  get characters(): number {
    return (
      this.#actors.characters +
      this.#actions.characters +
      this.#told.length * 4 +
      this.#own.size * 80
    );
  }

  /** Whether a record of that time would be too many. */
  isFullFor(at: number): boolean {
    const { segmentRecords, segmentSpanMs, segmentCharacters } = auditLimits;
    if (this.#told.length === 0) return false;
    const time = at - this.#first;
    return (
      this.size >= segmentRecords ||
      Math.max(this.#newest, time) - Math.min(this.#oldest, time) > segmentSpanMs ||
      this.characters > segmentCharacters
    );
  }

  /** The row. */
  close(): AuditRow {
    const records: string[] = [];
    let newestId = "";
    for (let place = 0; place < this.size; place++) {
      const before = this.#newest - this.#told[place * 3]!;
      const own = this.#own.get(place);
      const ids =
        own === undefined ? "" : `,${JSON.stringify(own.id)},${JSON.stringify(own.requestId)}`;
      const actor = this.#told[place * 3 + 1];
      records.push(`[${before},${actor},${this.#told[place * 3 + 2]}${ids}]`);
      if (before > 0) continue;
      const id = own?.id ?? idAt(this.#ids, place);
      if (id > newestId) newestId = id;
    }
    return {
      registry: this.#registry,
      kind: this.#kind,
      at: this.#first + this.#newest,
      id: newestId,
      records: records.length,
      body: `{"ids":"${this.#ids}","actors":[${this.#actors.texts}],"actions":[${this.#actions.texts}],"records":[${records}]}`,
    };
  }
}

/** Hexadecimal digits of a made id that are its place. */
const placeDigits = 6;

function idAt(ids: string, place: number): string {
  return ids + place.toString(16).padStart(placeDigits, "0");
}

/** A row of one record. */
export function rowOf({ actor, action, ...entry }: AuditEntry): AuditRow {
  return singleRow({
    ...entry,
    actor: JSON.stringify(actor),
    action: JSON.stringify(action),
  });
}

/** The same of parts that are JSON already. */
export function singleRow(text: RecordText): AuditRow {
  const { registry, kind, at, id, requestId, actor, action } = text;
  const record = `[0,0,0,${JSON.stringify(id)},${JSON.stringify(requestId)}]`;
  const body = `{"ids":"","actors":[${actor}],"actions":[${action}],"records":[${record}]}`;
  return { registry, kind, at, id, records: 1, body };
}

export function partOf(value: AuditActor | AuditAction): SharedPart {
  return textPart(JSON.stringify(value));
}

export function textPart(text: string): SharedPart {
  return { key: text, json: () => text };
}

/** The records of a row, the newest first. */
export function entriesOf({ registry, kind, at, body }: AuditRow): AuditEntry[] {
  const { ids, actors, actions, records } = JSON.parse(body) as Body;
  return records
    .map(([before, actor, action, own, request], place) => {
      const id = own ?? idAt(ids, place);
      return {
        ...{ kind, registry, id, at: at - before, requestId: request ?? id },
        ...{ actor: actors[actor]!, action: actions[action]! },
      };
    })
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
