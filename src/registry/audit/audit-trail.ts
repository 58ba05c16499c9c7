import type { AuditRow } from "../../ports/audit-store.ts";
import type { MetadataStore } from "../../ports/metadata-store.ts";
import type { Caller } from "../identity/principal.ts";
import type { Registry } from "../names.ts";
import type { AuditEntry } from "./audit-entry.ts";
import type { AuditKind, AuditRetention } from "./audit-kinds.ts";
import { auditLimits } from "./audit-limits.ts";
import {
  OpenSegment,
  partOf,
  type RecordText,
  type SharedPart,
  textPart,
} from "./audit-segment.ts";
import { actorKey, actorOf, isSameActor } from "./user-identity.ts";

/**
 * Records that wait to be written: of what changed nothing, and what could be known of a change only
 * after it. Written every `auditLimits.flushMs` and at a graceful stop; what a killed process had is
 * lost, at most that much. Records of changes are not here: they are in the change (I14).
 */
export class AuditTrail {
  readonly retention: AuditRetention;
  readonly #open = new Map<string, OpenSegment>();
  #waiting: AuditRow[] = [];
  #waitingCharacters = 0;
  #dropped = 0;
  #flushing: Promise<void> | undefined;
  /** Of those that are open, the one that the last record went to. */
  #lastSegment: OpenSegment | undefined;
  #lastActor: (SharedPart & { readonly caller: Caller }) | undefined;

  constructor(retention: AuditRetention) {
    this.retention = retention;
  }

  keeps(kind: AuditKind): boolean {
    return this.retention[kind] > 0;
  }

  /** Remembers a record for the next batch. */
  remember(entry: AuditEntry): void {
    const { registry, kind, at, actor, action } = entry;
    this.#segment(registry, kind, at)?.add(at, partOf(actor), partOf(action), entry);
  }

  /** The same of one that is JSON already. */
  rememberText(text: RecordText): void {
    const { registry, kind, at, actor, action } = text;
    this.#segment(registry, kind, at)?.add(at, textPart(actor), textPart(action), text);
  }

  /** The same where actor and action are likely to be those of other records too; it gets ids itself. */
  share(
    { registry, kind, at }: Pick<AuditEntry, "registry" | "kind" | "at">,
    caller: Caller,
    action: SharedPart,
  ): void {
    this.#segment(registry, kind, at)?.add(at, this.#actorOf(caller), action);
  }

  /** Who asks, as JSON. */
  actorText(caller: Caller): string {
    return this.#actorOf(caller).json();
  }

  /** Requests in a row are often the same caller's. */
  #actorOf(caller: Caller): SharedPart {
    const last = this.#lastActor;
    if (last !== undefined && isSameActor(last.caller, caller)) return last;
    const text = JSON.stringify(actorOf(caller));
    const actor = { caller, key: actorKey(caller), json: () => text };
    this.#lastActor = actor;
    return actor;
  }

  #segment(registry: Registry, kind: AuditKind, at: number): OpenSegment | undefined {
    if (!this.keeps(kind)) return undefined;
    const last = this.#lastSegment;
    if (last?.isOf(registry, kind) && !last.isFullFor(at)) return last;
    const key = `${registry.account} ${registry.region} ${kind}`;
    let open = this.#open.get(key);
    if (open?.isFullFor(at)) {
      this.#close(key, open);
      open = undefined;
    }
    if (open === undefined) {
      this.#makeRoom();
      open = new OpenSegment(registry, kind);
      this.#open.set(key, open);
    }
    this.#lastSegment = open;
    return open;
  }

  /** Writes these rows with the next batch, over what was written under the same ids. */
  replace(rows: readonly AuditRow[]): void {
    for (const row of rows) this.#wait(row);
  }

  /** How much waits, in characters or so; 0 where nothing does. */
  get size(): number {
    let size = this.#waitingCharacters;
    for (const segment of this.#open.values()) size += segment.characters;
    return size;
  }

  /** How many records could not be kept since this was asked last. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  /** Writes what waits, one caller at a time. What fails goes on waiting. */
  async flush(metadata: Pick<MetadataStore, "transaction">): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing.catch(() => undefined);
    this.#flushing = this.#flush(metadata);
    try {
      await this.#flushing;
    } finally {
      this.#flushing = undefined;
    }
  }

  async #flush(metadata: Pick<MetadataStore, "transaction">): Promise<void> {
    for (const [key, segment] of this.#open) this.#close(key, segment);
    while (this.#waiting.length > 0) {
      const some = this.#waiting.slice(0, auditLimits.rowsAtOnce);
      await metadata.transaction(({ audit }) => audit.put(some));
      this.#waiting = this.#waiting.slice(some.length);
      for (const { body } of some) this.#waitingCharacters -= body.length;
    }
  }

  #close(key: string, segment: OpenSegment): void {
    this.#open.delete(key);
    if (segment === this.#lastSegment) this.#lastSegment = undefined;
    this.#wait(segment.close());
  }

  #makeRoom(): void {
    const [oldest] = this.#open;
    if (this.#open.size >= auditLimits.segmentsOpen && oldest !== undefined) {
      this.#close(...oldest);
    }
  }

  #wait(row: AuditRow): void {
    // The database was away for long: what is counted then is how many could not be kept.
    if (this.#waitingCharacters + row.body.length > auditLimits.waitingCharacters) {
      this.#dropped += row.records;
      return;
    }
    this.#waiting.push(row);
    this.#waitingCharacters += row.body.length;
  }
}
