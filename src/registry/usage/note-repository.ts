import type { Caller } from "../identity/principal.ts";
import type { CountedRepository } from "./request-subject.ts";

/** Notes the repository that the request turned out to be about. */
export function noteRepository(
  { onBehalfOf }: { readonly onBehalfOf?: Caller | undefined },
  repository: CountedRepository,
): void {
  const subject = onBehalfOf?.subject;
  if (subject !== undefined) subject.repository = repository;
}
