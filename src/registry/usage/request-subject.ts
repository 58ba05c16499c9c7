import type { Repository } from "../repositories/repository.ts";

/** A repository, as far as counting goes. */
export type CountedRepository = Pick<Repository, "registry" | "id" | "name">;

/** What a request turns out to be about, for whoever counts it when it ends. */
export interface RequestSubject {
  repository: CountedRepository | undefined;
  /** Bytes that the client was sent elsewhere for. */
  redirectedBytes: number;
}

export function newSubject(): RequestSubject {
  return { repository: undefined, redirectedBytes: 0 };
}
