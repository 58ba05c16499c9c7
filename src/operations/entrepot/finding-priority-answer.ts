import type { FindingPriority } from "../../registry/scanning/severity/finding-priority.ts";
import type { PriorityWeights } from "../../registry/scanning/severity/priority-weights.ts";

export interface FindingPriorityAnswer {
  readonly registryId: string;
  readonly weights: PriorityWeights;
  readonly productionTags: readonly string[];
}

export function findingPriorityAnswer(
  registryId: string,
  { weights, productionTags }: FindingPriority,
): FindingPriorityAnswer {
  return { registryId, weights, productionTags };
}
