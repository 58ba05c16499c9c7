import type { Caller } from "../identity/principal.ts";
import type { CountedRepository } from "./usage-tally.ts";

/** What a request turns out to be about, for whoever counts it when it ends. */
export interface RequestSubject {
  repository: CountedRepository | undefined;
  /** Bytes that the client was sent elsewhere for. */
  redirectedBytes: number;
}

export function newSubject(): RequestSubject {
  return { repository: undefined, redirectedBytes: 0 };
}

/** Notes the repository that the request turned out to be about. */
export function noteRepository(
  { onBehalfOf }: { readonly onBehalfOf?: Caller | undefined },
  repository: CountedRepository,
): void {
  const subject = onBehalfOf?.subject;
  if (subject !== undefined) subject.repository = repository;
}
