import type { RepositoryName } from "../names.ts";
import { fitsFilter } from "../scanning/scanning-configuration.ts";
import { matchesWildcard } from "../wildcard.ts";
import type { Gate } from "./gate.ts";

/** The gates that speak of a repository, whatever the tag. Filters are those of scanning rules. */
export function gatesOf(gates: readonly Gate[], name: RepositoryName): readonly Gate[] {
  return gates.filter(({ rule }) => rule.repositories.some((filter) => fitsFilter(filter, name)));
}

/** Whether the gate speaks of an image with these tags. A tag is matched as a whole. */
export function fitsTags({ rule }: Gate, tags: readonly string[]): boolean {
  if (rule.tags.length === 0) return true;
  return rule.tags.some((pattern) => tags.some((tag) => matchesWildcard(pattern, tag)));
}
