import type { Ports } from "../../ports/ports.ts";
import type { ScanCount } from "../../ports/search-store.ts";
import type { Registry } from "../names.ts";
import { scanningConfiguration } from "../scanning/scanning-configuration.ts";
import { severityOfRank } from "../scanning/severity/severity-rank.ts";
import { type ImageAge, type ImageAgeCounts, imageAges } from "./image-census.ts";
import { periodStart, usagePeriodMs } from "./usage.ts";

/** Of scans with a result alone: of others nothing is known. */
export function worstCounts(scans: readonly ScanCount[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, worst, images } of scans) {
    if (status !== "COMPLETE" && status !== "ACTIVE") continue;
    const severity = severityOfRank(worst) ?? "NONE";
    counts[severity] = (counts[severity] ?? 0) + images;
  }
  return counts;
}

/** As things are now. */
export async function imageAgeCounts(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
): Promise<ImageAgeCounts> {
  const now = clock.now();
  const names = Object.keys(imageAges) as ImageAge[];
  const bounds = names.filter((name) => name !== "OLDER");
  const since = bounds.map((name) => now - imageAges[name] * usagePeriodMs.day);
  const counts = await metadata.search.imageAges(registry, since);
  return Object.fromEntries(names.map((name, place) => [name, counts[place] ?? 0])) as Record<
    ImageAge,
    number
  >;
}

/** Notes of every registry how its images stand: the last look of a day is what is kept of it. */
export async function takeCensus(
  ports: Pick<Ports, "metadata" | "clock">,
  signal: AbortSignal,
): Promise<void> {
  const { metadata, clock } = ports;
  const at = periodStart("day", clock.now());
  for (const { registry, levels } of await metadata.usage.levels.registries()) {
    signal.throwIfAborted();
    if (levels.images === 0) continue;
    const { type } = await scanningConfiguration(ports, registry);
    const worst = worstCounts(await metadata.search.scanCounts(registry, type));
    const ages = await imageAgeCounts(ports, registry);
    await metadata.transaction(({ usage }) => usage.census.put(registry, { at, worst, ages }));
  }
}
