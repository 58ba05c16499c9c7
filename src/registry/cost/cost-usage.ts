import type { UsageCounts, UsageRange } from "../usage/usage.ts";
import type { PriceName } from "./price-table.ts";

/** What is measured and has a price. */
export const costKinds = [
  "storage",
  "archiveStorage",
  "requests",
  "transferRegion",
  "transferOtherRegion",
  "transferInternet",
  "keys",
  "keyRequests",
] as const satisfies readonly PriceName[];
export type CostKind = (typeof costKinds)[number];

/** Of these, equal content of several repositories is there once. */
export const storageKinds = ["storage", "archiveStorage"] as const satisfies readonly CostKind[];

export function isCostKind(text: string): text is CostKind {
  return (costKinds as readonly string[]).includes(text);
}

export function isStorage(kind: CostKind): boolean {
  return kind === "storage" || kind === "archiveStorage";
}

/**
 * What was used in a month. Storage in bytes times milliseconds, requests and key requests by number,
 * transfer in bytes, keys in milliseconds of all keys together.
 */
export type Quantities = Readonly<Record<CostKind, bigint>>;

export const nothing: Quantities = {
  ...{ storage: 0n, archiveStorage: 0n, requests: 0n },
  ...{ transferRegion: 0n, transferOtherRegion: 0n, transferInternet: 0n },
  ...{ keys: 0n, keyRequests: 0n },
};

export function quantities(of: (kind: CostKind) => bigint): Quantities {
  return Object.fromEntries(costKinds.map((kind) => [kind, of(kind)])) as Record<CostKind, bigint>;
}

export function added(a: Quantities, b: Quantities): Quantities {
  return quantities((kind) => a[kind] + b[kind]);
}

/** What counters say; key requests are of registries alone. */
export function countedQuantities(counts: UsageCounts): Quantities {
  const requests =
    counts.manifestReads +
    counts.manifestWrites +
    counts.layerReads +
    counts.layerWrites +
    counts.lists +
    counts.deletes +
    counts.otherRequests;
  return {
    ...nothing,
    requests: BigInt(requests),
    transferRegion: BigInt(counts.sentRegionBytes),
    transferOtherRegion: BigInt(counts.sentOtherRegionBytes),
    transferInternet: BigInt(counts.sentInternetBytes),
    keyRequests: BigInt(counts.keyOperations),
  };
}

/** Bytes that were there from a time on, standard and archived ones. */
export interface StoredPoint {
  readonly at: number;
  readonly standardBytes: number;
  readonly archivedBytes: number;
}

/** Bytes times milliseconds of a range. Before the first point there was nothing. */
export function storedOver(
  points: readonly StoredPoint[],
  { from, to }: UsageRange,
): Pick<Quantities, (typeof storageKinds)[number]> {
  let [storage, archiveStorage] = [0n, 0n];
  for (const [index, { at, standardBytes, archivedBytes }] of points.entries()) {
    const begin = Math.max(at, from);
    const end = Math.min(points[index + 1]?.at ?? to, to);
    if (end <= begin) continue;
    storage += wholeBytes(standardBytes) * BigInt(end - begin);
    archiveStorage += wholeBytes(archivedBytes) * BigInt(end - begin);
  }
  return { storage, archiveStorage };
}

/** Points of days are averages, and those are not whole. */
export function wholeBytes(bytes: number): bigint {
  return BigInt(Math.max(0, Math.round(bytes)));
}
