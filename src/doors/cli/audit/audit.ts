/** `entrepot audit`: who did what, and when. */
import type { AuditKind } from "../../../registry/audit/audit-kinds.ts";
import type { Answer } from "../calls.ts";
import { CommandError } from "../client.ts";
import type { Server } from "../server.ts";
import { tableText } from "../table.ts";

/** What SearchAudit is asked for. */
export interface AuditFilter {
  readonly who?: string | undefined;
  readonly what?: string | undefined;
  readonly resource?: string | undefined;
  readonly sourceAddress?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly kinds?: readonly AuditKind[] | undefined;
  readonly errorsOnly?: boolean;
  readonly readOnly?: boolean;
  /** Seconds since the epoch, as is the next. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

export type AuditRecord = Answer<"entrepot:SearchAudit">["records"][number];

const pageRecords = 1_000;
/** Pages that were looked at without a record of the kind that is searched are pages, too. */
const mostPages = 10_000;

/**
 * The newest first, at most so many.
 * @throws CommandError as `callServer` does
 */
export async function* auditRecords(
  server: Server,
  filter: AuditFilter,
  most: number,
): AsyncIterable<readonly AuditRecord[]> {
  let left = most;
  let nextToken: string | undefined;
  for (let pages = 0; pages < mostPages && left > 0; pages++) {
    const maxResults = Math.min(left, pageRecords);
    const page: Answer<"entrepot:SearchAudit"> = await server.call("entrepot:SearchAudit", {
      ...filter,
      maxResults,
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    yield page.records;
    left -= page.records.length;
    nextToken = page.nextToken;
    if (nextToken === undefined) return;
  }
}

/** Records overlap between two looks; each is told once. */
export class AuditFollower {
  readonly #server: Server;
  readonly #filter: AuditFilter;
  readonly #seen = new Map<string, number>();
  #since: number;

  constructor(server: Server, filter: AuditFilter) {
    this.#server = server;
    this.#filter = filter;
    this.#since = filter.since ?? Math.floor(server.now() / 1000);
  }

  /** What is new, the oldest first. */
  async next(): Promise<AuditRecord[]> {
    const until = Math.floor(this.#server.now() / 1000);
    const fresh: AuditRecord[] = [];
    const filter = { ...this.#filter, since: this.#since };
    for await (const some of auditRecords(this.#server, filter, mostFollowed)) {
      for (const record of some) {
        if (this.#seen.has(record.eventID)) continue;
        this.#seen.set(record.eventID, Date.parse(record.eventTime) / 1000);
        fresh.push(record);
      }
    }
    // What other replicas remember is written some seconds later.
    this.#since = Math.max(this.#since, until - overlapSeconds);
    for (const [id, at] of this.#seen) if (at < this.#since) this.#seen.delete(id);
    return fresh.reverse();
  }
}

const overlapSeconds = 30;
const mostFollowed = 100_000;

/** `2026-11-28T12:00:00Z`, or `90m`, `24h`, `7d` before now. */
export function timeOf(text: string, now: number): number {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (amount !== undefined) {
    return Math.floor(now / 1000) - Number(amount) * unitSeconds[unit as keyof typeof unitSeconds];
  }
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return Math.floor(at / 1000);
  throw new CommandError(`"${text}" is neither a time nor one before now, such as 24h`, 2);
}

const unitSeconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

export const auditFormats = ["table", "ndjson", "csv"] as const;
export type AuditFormat = (typeof auditFormats)[number];

export function recordsText(
  records: readonly AuditRecord[],
  format: AuditFormat,
  { width, hasHead }: { readonly width: number; readonly hasHead: boolean },
): string {
  if (format === "ndjson") return records.map((record) => JSON.stringify(record)).join("\n");
  const rows = records.map(cellsOf);
  if (format === "table") {
    const text = tableText(
      titles.map((title) => title.toUpperCase()),
      rows,
      width,
    );
    return hasHead ? text : text.slice(text.indexOf("\n") + 1);
  }
  const lines = hasHead ? [titles, ...rows] : rows;
  return lines.map((cells) => cells.map(csvCell).join(",")).join("\n");
}

const titles = ["time", "who", "what", "on", "from", "outcome"] as const;

function cellsOf(record: AuditRecord): readonly string[] {
  const { userIdentity, resources = [] } = record;
  const { arn, accessKeyId, invokedBy, principalId } = userIdentity as Record<string, unknown>;
  const who = arn ?? principalId ?? invokedBy ?? accessKeyId ?? "?";
  return [
    record.eventTime,
    String(who),
    record.eventName,
    resources.map(({ ARN }) => ARN.split(":").slice(5).join(":")).join(" "),
    record.sourceIPAddress,
    record.errorCode ?? "ok",
  ];
}

/** RFC 4180; and no cell that a spreadsheet takes for a formula. */
function csvCell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
