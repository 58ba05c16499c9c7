import type { MetadataStore } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { metadataWith } from "../metadata-with.ts";
import type { Registry } from "../names.ts";

/**
 * The same ports for a look through many images of one registry: which waivers, imported documents and filters
 * there are is read once, and then holds for all of them. There may be a thousand, and for each image
 * they would be read anew.
 */
export function withSteadySuppressions(ports: Ports): Ports {
  const { suppressions, findingFilters } = ports.metadata;
  const steady: Pick<MetadataStore, "suppressions" | "findingFilters"> = {
    suppressions: {
      find: (key) => suppressions.find(key),
      list: once((registry, kind, page) => suppressions.list(registry, kind, page)),
      due: (now, limit) => suppressions.due(now, limit),
      vouched: (repository, digests) => suppressions.vouched(repository, digests),
    },
    findingFilters: {
      find: (registry, id) => findingFilters.find(registry, id),
      named: (registry, name) => findingFilters.named(registry, name),
      list: (registry, page) => findingFilters.list(registry, page),
      suppressing: once((registry, limit) => findingFilters.suppressing(registry, limit)),
    },
  };
  return { ...ports, metadata: Object.assign(metadataWith(ports.metadata, {}), steady) };
}

/** Asks once for the same thing; what failed is asked anew. */
function once<Asked extends readonly [Registry, ...unknown[]], Answer>(
  ask: (...asked: Asked) => Promise<Answer>,
): (...asked: Asked) => Promise<Answer> {
  const answers = new Map<string, Answer>();
  return async (...asked) => {
    const [{ account, region }, ...rest] = asked;
    const key = JSON.stringify([account, region, ...rest]);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = await ask(...asked);
    answers.set(key, answer);
    return answer;
  };
}
