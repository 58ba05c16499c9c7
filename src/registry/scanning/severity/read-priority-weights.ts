import { lowProbability, type PriorityFacts, priorityOf } from "./priority.ts";
import { defaultPriorityWeights, type PriorityWeights } from "./priority-weights.ts";

/** What is wrong with weights, as the end of a sentence. */
export class PriorityError extends Error {
  override readonly name = "PriorityError";
}

const largestWeight = 1000;

function isFactor(name: string): name is keyof PriorityWeights {
  return Object.hasOwn(defaultPriorityWeights, name);
}

/**
 * Weights as somebody wrote them; those that are left out are the defaults.
 * @param value parsed JSON
 * @throws PriorityError if they are not weights, or would put what is merely severe and not likely to be
 *   exploited before what is known to be and has a fix
 */
export function readPriorityWeights(value: unknown): PriorityWeights {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new PriorityError("must be an object");
  }
  const weights: { -readonly [factor in keyof PriorityWeights]: number } = {
    ...defaultPriorityWeights,
  };
  for (const [name, weight] of Object.entries(value)) {
    if (!isFactor(name)) throw new PriorityError(`has a factor that there is none of: ${name}`);
    if (typeof weight !== "number" || !(weight >= 0 && weight <= largestWeight)) {
      throw new PriorityError(`must have a number from 0 to ${largestWeight} as ${name}`);
    }
    weights[name] = weight;
  }
  if (weights.likelyExploited > weights.knownExploited) {
    throw new PriorityError("must not have likelyExploited above knownExploited");
  }
  if (priorityOf(leastExploited, weights).number <= priorityOf(mostSevere, weights).number) {
    throw new PriorityError(
      "must have a knownExploited that outweighs severity, reach and use together",
    );
  }
  return weights;
}

/** Known to be exploited and fixed, with nothing else that adds to it. */
const leastExploited: PriorityFacts = {
  severity: "INFORMATIONAL",
  score: 0,
  attackVector: "PHYSICAL",
  exploited: { isRansomware: false },
  hasFix: true,
  runsAsRoot: false,
  exposesPorts: false,
  hasProductionTag: false,
  isInUse: false,
};

/** Not likely to be exploited, with everything else that adds to it. */
const mostSevere: PriorityFacts = {
  severity: "UNDEFINED",
  score: 10,
  attackVector: "NETWORK",
  epss: { probability: lowProbability },
  hasFix: true,
  runsAsRoot: true,
  exposesPorts: true,
  hasProductionTag: true,
  pulledDaysAgo: 0,
  isInUse: true,
};
