import { BoundedCache } from "../../bounded-cache.ts";
import { advisoryLimits } from "./advisory-limits.ts";
import type { FindingOfMatch } from "./describe-finding.ts";
import type { Match } from "./match.ts";
import type { VulnerabilityFacts } from "./vulnerability-facts.ts";

/**
 * What one index says of packages and CVEs that were asked for: images share their bases. Good for one
 * index; what was asked for longest ago is let go of.
 */
export class MatchMemory {
  /** By all that decides: see `findVulnerabilities`. */
  readonly matches = new BoundedCache<string, readonly Match[]>(
    advisoryLimits.rememberedMatches,
    // One that nothing was found of is remembered too.
    (matches) => 1 + matches.length * advisoryLimits.weightOfMatch,
  );
  /** What is told of each match that is remembered. */
  readonly described = new WeakMap<Match, FindingOfMatch>();
  readonly facts = new BoundedCache<string, VulnerabilityFacts | "none">(
    advisoryLimits.rememberedFacts,
    () => 1,
  );
}
