import { createHash } from "node:crypto";
import type { AuditRow } from "../../ports/audit-store.ts";
import type { AuditEntry } from "../audit/audit-entry.ts";
import { entriesOf, newestFirst } from "../audit/audit-segment.ts";
import { toRecord } from "../audit/cloudtrail-record.ts";
import { hasTime, type Trail, type TrailSettings, type WrittenFile } from "./trail.ts";

/** Services that are in no region: CloudTrail leaves them out where a trail says so. */
const globalSources: ReadonlySet<string> = new Set([
  "iam.amazonaws.com",
  "organizations.amazonaws.com",
  "sts.amazonaws.com",
]);

/** Whether a trail with these settings has the record. All records here are management events. */
export function isSelected(
  { selectors, includesGlobalEvents }: Pick<TrailSettings, "selectors" | "includesGlobalEvents">,
  { action: { eventSource, readOnly } }: Pick<AuditEntry, "action">,
): boolean {
  if (!includesGlobalEvents && globalSources.has(eventSource)) return false;
  if (selectors === undefined) return true;
  return selectors.some(
    ({ readWriteType, includesManagementEvents, excludedSources }) =>
      includesManagementEvents &&
      !excludedSources.includes(eventSource) &&
      (readWriteType === "All" || (readWriteType === "ReadOnly") === readOnly),
  );
}

export interface LogFile extends Pick<WrittenFile, "hash" | "oldest" | "newest"> {
  readonly content: Uint8Array;
}

/** The records of these rows that a trail has, the oldest first; `undefined` where it has none of them. */
export function logFileOf(trail: Trail, rows: readonly AuditRow[]): LogFile | undefined {
  const entries = rows
    .flatMap(entriesOf)
    .filter((entry) => hasTime(trail, entry.at) && isSelected(trail.settings, entry))
    .sort((one, other) => newestFirst(other, one));
  const [first, last] = [entries.at(0), entries.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const content = Buffer.from(
    `{"Records":[${entries.map((entry) => JSON.stringify(toRecord(entry))).join(",")}]}`,
  );
  return { content, hash: sha256(content), oldest: first.at, newest: last.at };
}

/** In hexadecimal. */
export function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
