import type { AuditKind } from "../registry/audit/audit-kinds.ts";
import type { Registry } from "../registry/names.ts";

/** A place in a trail, of a row or of a record. */
export interface AuditPosition {
  readonly at: number;
  readonly id: string;
}

/** Records of one trail and one kind that were written at once: see `audit-segment`. */
export interface AuditRow extends AuditPosition {
  readonly registry: Registry;
  readonly kind: AuditKind;
  /** How many records it holds. `at` and `id` are those of the newest. */
  readonly records: number;
  readonly body: string;
}

export interface AuditReads {
  /** Rows before that position and not from before `since`, the newest first. */
  list(
    registry: Registry,
    page: { readonly before: AuditPosition; readonly since: number; readonly limit: number },
  ): Promise<AuditRow[]>;
  /** Where the oldest row is; `undefined` where there is none. */
  oldest(registry: Registry): Promise<AuditPosition | undefined>;
}

export interface AuditWrites {
  /**
   * Writes the rows, over those that were written under the same registry, time and id. What is new is
   * noted for the trails that are to have it.
   */
  put(rows: readonly AuditRow[]): Promise<void>;
  /**
   * Removes rows of a kind from before that time that wait for no trail, at most `limit`; resolves to how
   * many.
   */
  removeBefore(kind: AuditKind, at: number, limit: number): Promise<number>;
}
