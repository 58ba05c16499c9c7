import type { Ports } from "../../ports/ports.ts";
import type { ArchivedUsage, UsageSample } from "../../ports/usage-store.ts";
import type { Registry } from "../names.ts";
import { isHiddenName } from "../trash/trash.ts";
import {
  noLevels,
  type UsageLevels,
  type UsagePoint,
  type UsageRepository,
  type UsageScope,
  usageLevels,
  usagePeriodMs,
  wholeRegistry,
} from "./usage.ts";
import { averageOver } from "./usage-average.ts";
import { usageLimits } from "./usage-limits.ts";

type SamplingPorts = Pick<Ports, "metadata" | "clock">;

/** A look that found something else than the one before. */
interface Found extends UsageRepository {
  readonly levels: UsageLevels;
}

/**
 * Looks at what every repository and registry holds, and notes what changed since the last look: from
 * now on it counts as being there. So what came and went between two looks is not in any average, and
 * what comes at any time is counted from the next look on.
 */
export async function sampleUsage(ports: SamplingPorts, signal: AbortSignal): Promise<void> {
  const at = ports.clock.now();
  const archived = await archivedBytes(ports, signal);
  await sampleRepositories(ports, archived, at, signal);
  await noteGone(ports, at, signal);
  await sampleRegistries(ports, archived, at);
}

/** By repository, of those that have any. */
async function archivedBytes(
  { metadata }: SamplingPorts,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ArchivedUsage>> {
  const all = new Map<string, ArchivedUsage>();
  await eachPage(
    (after) => metadata.usage.levels.archived({ after, limit: usageLimits.repositoriesAtOnce }),
    signal,
    async (found) => {
      for (const each of found) all.set(each.repository, each);
    },
  );
  return all;
}

async function sampleRepositories(
  ports: SamplingPorts,
  archived: Awaited<ReturnType<typeof archivedBytes>>,
  at: number,
  signal: AbortSignal,
): Promise<void> {
  const { repositories } = ports.metadata.usage;
  await eachPage(
    (after) => repositories.samples({ after, limit: usageLimits.repositoriesAtOnce }),
    signal,
    async (samples) => {
      const found = samples.flatMap((sample) => {
        const bytes = archived.get(sample.repository)?.bytes ?? 0;
        return hasChanged(sample, bytes) ? [foundIn(sample, bytes)] : [];
      });
      if (found.length > 0) await note(ports, found, at);
    },
  );
}

function foundIn({ registry, repository, name, now }: UsageSample, archivedBytes: number): Found {
  return { registry, repository, name, levels: { ...noLevels, ...now, archivedBytes } };
}

function hasChanged({ name, now, seen }: UsageSample, archivedBytes: number): boolean {
  if (seen === undefined) {
    // One that is in the trash has another name than it had, and was never looked at before.
    return !isHiddenName(name) && (now.sizeBytes > 0 || now.images > 0);
  }
  return (
    seen.sizeBytes !== now.sizeBytes ||
    seen.images !== now.images ||
    seen.archivedBytes !== archivedBytes
  );
}

function note({ metadata }: SamplingPorts, found: readonly Found[], at: number): Promise<void> {
  return metadata.transaction(async ({ usage }) => {
    await usage.repositories.know(found);
    await usage.repositories.setSeen(found);
    await usage.levels.see(found.map(({ levels, ...scope }) => ({ ...scope, at, levels })));
  });
}

async function noteGone(ports: SamplingPorts, at: number, signal: AbortSignal): Promise<void> {
  const { metadata } = ports;
  await eachPage(
    (after) => metadata.usage.repositories.known({ after, limit: usageLimits.repositoriesAtOnce }),
    signal,
    async (known) => {
      const gone = known.filter(({ isThere }) => !isThere);
      if (gone.length === 0) return;
      await metadata.transaction(async ({ usage }) => {
        await usage.levels.see(gone.map((scope) => ({ ...scope, at, levels: noLevels })));
        await usage.repositories.setGone(gone, at);
      });
    },
  );
}

function keyOf({ account, region }: Registry): string {
  return `${account} ${region}`;
}

/** Of the whole registry: what lies in its archive is what its repositories have there. */
async function sampleRegistries(
  { metadata }: SamplingPorts,
  archived: Awaited<ReturnType<typeof archivedBytes>>,
  at: number,
): Promise<void> {
  const points: (UsageScope & UsagePoint)[] = [];
  const sums = new Map<string, number>();
  for (const { registry, bytes } of archived.values()) {
    const key = keyOf(registry);
    sums.set(key, (sums.get(key) ?? 0) + bytes);
  }
  for (const { registry, levels: counted } of await metadata.usage.levels.registries()) {
    const archivedBytes = sums.get(keyOf(registry)) ?? 0;
    const levels = { ...counted, archivedBytes };
    const scope = { registry, repository: wholeRegistry };
    const { levels: seen = noLevels } = (await metadata.usage.levels.last(scope)) ?? {};
    if (usageLevels.some((level) => seen[level] !== levels[level])) {
      points.push({ ...scope, at, levels });
    }
  }
  if (points.length > 0) await metadata.transaction(({ usage }) => usage.levels.see(points));
}

/**
 * Makes the points of days that are long past two at most: what was there on average, and what was
 * there at the end. Averages over whole days stay as they are.
 */
export async function thinUsage(
  { metadata }: SamplingPorts,
  before: number,
  signal: AbortSignal,
): Promise<void> {
  const { levels } = metadata.usage;
  for (;;) {
    signal.throwIfAborted();
    const days = await levels.unthinned(before, usageLimits.repositoriesAtOnce);
    if (days.length === 0) return;
    const thinned: { scope: UsageScope; day: number; points: UsagePoint[] }[] = [];
    for (const { day, ...scope } of days) {
      const range = { from: day, to: day + usagePeriodMs.day };
      const points = await levels.points(scope, range, usageLimits.pointsRead);
      thinned.push({ scope, day, points: thinnedPoints(points, range) });
    }
    await metadata.transaction(async ({ usage }) => {
      for (const { scope, day, points } of thinned) await usage.levels.thin(scope, day, points);
    });
  }
}

function thinnedPoints(
  points: readonly UsagePoint[],
  range: { readonly from: number; readonly to: number },
): UsagePoint[] {
  const { levels: last = noLevels } = points.at(-1) ?? {};
  const average: Record<keyof UsageLevels, number> = { ...averageOver(points, range) };
  for (const level of usageLevels) average[level] = Math.round(average[level]);
  const isSame = usageLevels.every((level) => average[level] === last[level]);
  const day = { at: range.from, levels: average };
  return isSame ? [day] : [day, { at: range.to, levels: last }];
}

async function eachPage<Row extends UsageScope>(
  read: (after: UsageScope | undefined) => Promise<readonly Row[]>,
  signal: AbortSignal,
  work: (rows: readonly Row[]) => Promise<void>,
): Promise<void> {
  let after: UsageScope | undefined;
  for (;;) {
    signal.throwIfAborted();
    const rows = await read(after);
    await work(rows);
    after = rows.at(-1);
    if (rows.length < usageLimits.repositoriesAtOnce) return;
  }
}
