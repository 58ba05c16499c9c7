/** What the store and the writer's thread say to each other: one answer to each request, in order. */
import type { SqlResult } from "../sql/session.ts";
import type { SqlCommand } from "../sql/statement.ts";
import type { SqliteFailure } from "./sqlite-error.ts";

export interface WriterSettings {
  readonly path: string;
  readonly busyTimeoutMs: number;
}

export interface WriterRequest {
  /** Begins, cuts and ends transactions; run before `commands` and without results. */
  readonly control: readonly string[];
  readonly commands: readonly SqlCommand[];
}

export type WriterAnswer =
  | { readonly results: readonly SqlResult[] }
  | {
      readonly failure: SqliteFailure;
      /** Whether nothing is left of the transaction; false where one statement failed alone. */
      readonly transactionLost: boolean;
    };

/** The last request: checkpoint, close, end the thread. */
export const closeRequest = "close";
