import type { AuditPosition } from "../../ports/audit-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Registry } from "../names.ts";
import type { AuditEntry } from "./audit-entry.ts";
import { auditLimits } from "./audit-limits.ts";
import { entriesOf, newestFirst } from "./audit-segment.ts";

export interface AuditSearch {
  readonly registry: Registry;
  /** Milliseconds since the epoch, both included. */
  readonly since: number;
  readonly until: number;
  /** Where to go on: records before this one. */
  readonly before: AuditPosition | undefined;
  readonly limit: number;
  /** Records to look at, at most; `auditLimits.recordsLookedAt` unless told. */
  readonly lookAt?: number;
  matches(entry: AuditEntry): boolean;
}

export interface AuditFound {
  readonly entries: readonly AuditEntry[];
  /** The last that was looked at, where there may be more. */
  readonly last: AuditPosition | undefined;
}

/**
 * Records of a trail, the newest first. Looks at so many of them at most, so that a page may be short,
 * and even empty, before the end. What this process remembers is written first.
 */
export async function searchAudit(
  { metadata, memory }: Pick<Ports, "metadata" | "memory">,
  search: AuditSearch,
): Promise<AuditFound> {
  // What can not be written now goes on waiting; what is stored can be told all the same.
  await memory.audit.flush(metadata).catch(() => undefined);
  const scan = new Scan(search);
  let before = scan.start;
  let sincePause = 0;
  for (;;) {
    const { registry, since } = search;
    const limit = auditLimits.rowsRead;
    const rows = await metadata.audit.list(registry, { before, since, limit });
    for (const row of rows) {
      if (!scan.emit(row)) return scan.found;
      const entries = entriesOf(row);
      scan.add(entries);
      sincePause += entries.length;
      if (sincePause < auditLimits.recordsAtOnce) continue;
      sincePause = 0;
      await new Promise(setImmediate);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) break;
    before = { at: last.at, id: last.id };
  }
  scan.emit(undefined);
  return scan.found;
}

const afterAll: AuditPosition = { at: Number.MAX_SAFE_INTEGER, id: "" };

/** Rows hold records of some seconds, so that those of one lie between those of others. */
class Scan {
  readonly #search: AuditSearch;
  readonly #entries: AuditEntry[] = [];
  #buffer: AuditEntry[] = [];
  #looked = 0;
  #last: AuditPosition | undefined;
  #isWhole = false;

  constructor(search: AuditSearch) {
    this.#search = search;
  }

  /** Rows from here on may hold what is searched. */
  get start(): AuditPosition {
    const { before, until } = this.#search;
    const at = Math.min(before?.at ?? afterAll.at, until);
    if (at === afterAll.at) return afterAll;
    return { at: at + auditLimits.segmentSpanMs + 1, id: "" };
  }

  get found(): AuditFound {
    return { entries: this.#entries, last: this.#isWhole ? undefined : this.#last };
  }

  add(entries: readonly AuditEntry[]): void {
    const { before, since, until } = this.#search;
    this.#looked += entries.length;
    for (const entry of entries) {
      if (entry.at < since || entry.at > until) continue;
      if (before !== undefined && newestFirst(entry, before) <= 0) continue;
      this.#buffer.push(entry);
    }
  }

  /** Tells what is newer than all that is still to come. False: that is enough for now. */
  emit(horizon: AuditPosition | undefined): boolean {
    this.#buffer.sort(newestFirst);
    let told = 0;
    for (const entry of this.#buffer) {
      if (horizon !== undefined && newestFirst(entry, horizon) >= 0) break;
      if (this.#entries.length === this.#search.limit) return false;
      told += 1;
      this.#last = { at: entry.at, id: entry.id };
      if (this.#search.matches(entry)) this.#entries.push(entry);
    }
    this.#buffer = this.#buffer.slice(told);
    if (horizon === undefined) {
      this.#isWhole = true;
      return true;
    }
    const { lookAt = auditLimits.recordsLookedAt } = this.#search;
    return this.#looked < lookAt || this.#last === undefined;
  }
}
