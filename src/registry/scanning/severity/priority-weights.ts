/** How much each fact can add, relative to the others. */
export interface PriorityWeights {
  /** It is known to be exploited. */
  readonly knownExploited: number;
  /** It is known to be used for ransomware: on top of the above. */
  readonly ransomware: number;
  /** It is not known to be exploited, and certain to be within 30 days. */
  readonly likelyExploited: number;
  /** It is as severe as can be. */
  readonly severity: number;
  /** There is a version without it. */
  readonly fix: number;
  /** It is attacked over a network. */
  readonly network: number;
  /** So it is, and the image exposes ports. */
  readonly ports: number;
  /** The image runs as root. */
  readonly root: number;
  /** One of the image's tags is of production. */
  readonly production: number;
  /** The image was pulled today. */
  readonly pulled: number;
  /** Containers of the image run. */
  readonly inUse: number;
}

/** They add up to 100, as what is known to be exploited is not likely besides. See ADR 0052. */
export const defaultPriorityWeights: PriorityWeights = {
  knownExploited: 50,
  ransomware: 5,
  likelyExploited: 34,
  severity: 18,
  fix: 6,
  network: 4,
  ports: 3,
  root: 2,
  production: 4,
  pulled: 2,
  inUse: 6,
};

/** What all of them can come to together. */
export function wholeWeight(weights: PriorityWeights): number {
  const { knownExploited, ransomware, likelyExploited: _, ...others } = weights;
  return Object.values(others).reduce((sum, one) => sum + one, knownExploited + ransomware);
}
