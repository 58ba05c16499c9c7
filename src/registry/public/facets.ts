/**
 * What the gallery narrows a search by, as bits of one number, so that a row of the index carries all of
 * it. Bits are never given another meaning: rows that are stored keep theirs.
 */
export const facets = {
  verified: { verified: 1 },
  operatingSystem: { Linux: 2, Windows: 4 },
  architecture: { ARM: 8, "ARM 64": 16, x86: 32, "x86-64": 64 },
  kind: { IMAGE: 128, HELM_CHART: 256, ARTIFACT: 512 },
} as const;

export type FacetName = keyof typeof facets;
export type FacetValue<Name extends FacetName> = keyof (typeof facets)[Name] & string;
export type ArtifactKind = FacetValue<"kind">;

export const operatingSystems = Object.keys(
  facets.operatingSystem,
) as FacetValue<"operatingSystem">[];
export const architectures = Object.keys(facets.architecture) as FacetValue<"architecture">[];
export const artifactKinds = Object.keys(facets.kind) as ArtifactKind[];

/** What is asked for: of each facet any of these values. Absent: all. */
export interface FacetWish {
  readonly verified?: boolean | undefined;
  readonly operatingSystem?: readonly FacetValue<"operatingSystem">[] | undefined;
  readonly architecture?: readonly FacetValue<"architecture">[] | undefined;
  readonly kind?: readonly ArtifactKind[] | undefined;
}

/** Of a repository: values that the gallery knows; others that a publisher gave are shown and not counted. */
export function facetBits(of: {
  readonly isVerified: boolean;
  readonly operatingSystems: readonly string[];
  readonly architectures: readonly string[];
  readonly kinds: readonly ArtifactKind[];
}): number {
  return (
    (of.isVerified ? facets.verified.verified : 0) |
    bitsOf(facets.operatingSystem, of.operatingSystems) |
    bitsOf(facets.architecture, of.architectures) |
    bitsOf(facets.kind, of.kinds)
  );
}

/** A row passes when it has a bit of each of these. */
export function masksOf(wish: FacetWish): ReadonlyMap<FacetName, number> {
  const masks = new Map<FacetName, number>();
  if (wish.verified === true) masks.set("verified", facets.verified.verified);
  for (const name of ["operatingSystem", "architecture", "kind"] as const) {
    const wanted = wish[name];
    if (wanted !== undefined && wanted.length > 0) masks.set(name, bitsOf(facets[name], wanted));
  }
  return masks;
}

/** The values of one facet that the bits have. */
export function valuesIn<Name extends FacetName>(name: Name, bits: number): FacetValue<Name>[] {
  const values = Object.entries(facets[name]) as [FacetValue<Name>, number][];
  return values.filter(([, bit]) => (bits & bit) !== 0).map(([value]) => value);
}

/** How many there are of each value. */
export type FacetCounts = {
  readonly [Name in FacetName]: { readonly [Value in FacetValue<Name>]: number };
};

/**
 * Counts each facet among what the other facets let through: so that a value's count says how many there
 * would be with it.
 */
export function countFacets(
  groups: readonly { readonly bits: number; readonly count: number }[],
  masks: ReadonlyMap<FacetName, number>,
): FacetCounts {
  const names = Object.keys(facets) as FacetName[];
  const counted = names.map((name) => {
    const others = [...masks].filter(([other]) => other !== name).map(([, mask]) => mask);
    const passing = groups.filter(({ bits }) => others.every((mask) => (bits & mask) !== 0));
    const values = Object.entries(facets[name]).map(([value, bit]) => [
      value,
      passing.reduce((sum, { bits, count }) => sum + ((bits & bit) === 0 ? 0 : count), 0),
    ]);
    return [name, Object.fromEntries(values)];
  });
  return Object.fromEntries(counted) as FacetCounts;
}

function bitsOf(values: Readonly<Record<string, number>>, names: readonly string[]): number {
  return names.reduce((bits, name) => bits | (Object.hasOwn(values, name) ? values[name]! : 0), 0);
}
