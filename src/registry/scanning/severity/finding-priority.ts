import type { Ports } from "../../../ports/ports.ts";
import { invalidParameter } from "../../errors.ts";
import { judgeAllAgain } from "../../gates/request-judgement.ts";
import type { Registry } from "../../names.ts";
import { matchesWildcard } from "../../wildcard.ts";
import { defaultPriorityWeights, type PriorityWeights } from "./priority-weights.ts";
import { PriorityError, readPriorityWeights } from "./read-priority-weights.ts";

/** By what a registry reckons how soon a finding is to be seen to. */
export interface FindingPriority {
  readonly weights: PriorityWeights;
  /** Patterns of tags with `*`: an image under one of these is taken to be in production. */
  readonly productionTags: readonly string[];
}

/** A registry's until one is put. */
export const initialFindingPriority: FindingPriority = {
  weights: defaultPriorityWeights,
  productionTags: ["prod", "prod-*", "*-prod", "production", "production-*", "*-production"],
};

/** Bounds of what a registry says of priorities. */
export const findingPriorityLimits = {
  productionTags: 20,
  /** As many as a tag has. */
  patternCharacters: 128,
} as const;

// Among the account's settings, but of a name that PutAccountSetting does not have.
const settingName = "finding priority";

/** What is in force in a registry. */
export async function findingPriority(
  { metadata }: { readonly metadata: Pick<Ports["metadata"], "settings"> },
  registry: Registry,
): Promise<FindingPriority> {
  const text = await metadata.settings.find(registry, settingName);
  return text === undefined ? initialFindingPriority : (JSON.parse(text) as FindingPriority);
}

/**
 * Replaces what is in force. What is left out, also of the weights, is the default.
 * @throws InvalidParameter for weights that `readPriorityWeights` refuses
 */
export async function putFindingPriority(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  wanted: { readonly weights?: unknown; readonly productionTags?: readonly string[] | undefined },
): Promise<FindingPriority> {
  const { productionTags = initialFindingPriority.productionTags } = wanted;
  const priority = { weights: checkedWeights(wanted.weights ?? {}), productionTags };
  await metadata.transaction(async (change) => {
    await change.settings.put(registry, settingName, JSON.stringify(priority));
    await judgeAllAgain(change, registry, clock.now());
  });
  return priority;
}

function checkedWeights(value: unknown): PriorityWeights {
  try {
    return readPriorityWeights(value);
  } catch (error) {
    if (error instanceof PriorityError) throw invalidParameter("weights", error.message);
    throw error;
  }
}

/** Whether one of the tags is of production. */
export function hasProductionTag(
  { productionTags }: Pick<FindingPriority, "productionTags">,
  tags: readonly string[],
): boolean {
  return tags.some((tag) => productionTags.some((pattern) => matchesWildcard(pattern, tag)));
}
