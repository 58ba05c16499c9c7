import type { SuppressorOf } from "../scanning/suppressor.ts";
import { filterArn } from "./finding-filter.ts";
import { inspectorLimits } from "./inspector-limits.ts";
import { partsFor, passesFinding, passesImage, subjectOf } from "./registry-finding.ts";

/**
 * What filters of the registry suppress. Of findings of enhanced scanning alone are they asked by
 * Inspector, and so they hold for whatever is weighed here.
 */
export const suppressedByFilter: SuppressorOf = async (ports, repository, image, known) => {
  const { registry } = repository;
  const { filters: limit } = inspectorLimits;
  const filters = await ports.metadata.findingFilters.suppressing(registry, limit);
  if (filters.length === 0) return () => undefined;
  const parts = new Set(filters.flatMap(({ criteria }) => [...partsFor(criteria)]));
  const subject = await subjectOf(ports, repository, image, parts, async () => known);
  const fitting = filters.filter(({ criteria }) => passesImage(criteria, subject));
  return (finding) => {
    const filter = fitting.find(({ criteria }) =>
      passesFinding(criteria, subject, finding, "ACTIVE"),
    );
    if (filter === undefined) return undefined;
    const { name, reason, description } = filter;
    return { kind: "FILTER", id: filterArn(filter), reason: reason ?? description ?? name };
  };
};
