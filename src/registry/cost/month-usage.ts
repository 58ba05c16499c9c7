import type { Ports } from "../../ports/ports.ts";
import type { KmsKey } from "../kms/kms-key.ts";
import type { Registry, RepositoryName } from "../names.ts";
import type { UsageCounts, UsageLevels, UsageRange } from "../usage/usage.ts";
import { noCounts, wholeRegistry } from "../usage/usage.ts";
import { costLimits } from "./cost-limits.ts";
import {
  countedQuantities,
  nothing,
  type Quantities,
  type StoredPoint,
  storedOver,
} from "./cost-usage.ts";

type MetadataPorts = Pick<Ports, "metadata">;

/** What a registry as a whole used in a time. Requests are those of whole days. */
export async function registryUsage(
  { metadata }: MetadataPorts,
  registry: Registry,
  range: UsageRange,
): Promise<Quantities> {
  const counts = await metadata.usage.counts.sum(
    { registry, repository: wholeRegistry },
    "day",
    range,
  );
  return {
    ...countedQuantities(counts),
    ...storedOver(await registryPoints({ metadata }, registry, range), range),
    keys: await keyTime({ metadata }, registry, range),
  };
}

/** What the registry stored, from the range's begin on: unique sealed bytes. */
export async function registryPoints(
  { metadata }: MetadataPorts,
  registry: Registry,
  range: UsageRange,
): Promise<StoredPoint[]> {
  const scope = { registry, repository: wholeRegistry };
  const points = await metadata.usage.levels.points(scope, range, costLimits.registryPoints);
  return points.map(({ at, levels }) => ({ at, ...storedOf(levels) }));
}

/** Archived content is counted as repositories count it, so that shared content may be in it twice. */
export function storedOf({
  storedBytes,
  archivedBytes: archived,
}: Pick<UsageLevels, "storedBytes" | "archivedBytes">): Omit<StoredPoint, "at"> {
  const archivedBytes = Math.min(archived, storedBytes);
  return { standardBytes: storedBytes - archivedBytes, archivedBytes };
}

/**
 * Milliseconds that KMS keys of customers were there, together, of those that are there now. One that
 * waits for its deletion costs nothing. Source: AWS KMS pricing.
 */
export async function keyTime(
  { metadata }: MetadataPorts,
  registry: Registry,
  { from, to }: UsageRange,
): Promise<bigint> {
  let time = 0n;
  for (let after: string | undefined; ; ) {
    const page = { after, limit: costLimits.keysAtOnce };
    const keys = await metadata.kms.keys.list(registry, page);
    for (const key of keys.filter(isCharged)) {
      time += BigInt(Math.max(0, to - Math.max(from, key.createdAt)));
    }
    after = keys.at(-1)?.id;
    if (keys.length < costLimits.keysAtOnce) return time;
  }
}

function isCharged({ manager, state }: KmsKey): boolean {
  return manager === "CUSTOMER" && state !== "PendingDeletion";
}

/** What one repository used, of a registry. */
export interface RepositoryUsage {
  readonly repository: string;
  readonly name: RepositoryName;
  /** Storage: of what it alone holds. */
  readonly used: Quantities;
  /** The value of the resource tag that was asked for. */
  readonly tag: string | undefined;
}

/**
 * What each repository used, also ones that are gone by now: page by page, by id. What it alone held is
 * a part of what it held: the part that it was when it was looked at last. One that was never looked at
 * has nothing alone.
 */
export async function* repositoryUsage(
  { metadata }: MetadataPorts,
  registry: Registry,
  range: UsageRange,
  tagKey?: string,
): AsyncGenerator<readonly RepositoryUsage[]> {
  const limit = costLimits.repositoriesAtOnce;
  for (let after = ""; ; ) {
    const known = await metadata.usage.repositories.list(registry, { after, limit });
    const last = known.at(-1)?.repository;
    if (last === undefined) return;
    const ids = { after, last };
    const counts = await countsOf(
      { metadata },
      registry,
      range,
      known.map(({ repository }) => repository),
    );
    const points = grouped(await metadata.costs.points(registry, ids, range));
    const assessed = new Map(
      (await metadata.costs.assessments(registry, ids)).map((each) => [each.repository.id, each]),
    );
    const tags = new Map(
      tagKey === undefined
        ? []
        : (await metadata.costs.tagValues(registry, tagKey, ids)).map((each) => [
            each.repository,
            each.value,
          ]),
    );
    yield known.map(({ repository, name }) => {
      const held = storedOver(points.get(repository) ?? [], range);
      const { sizeBytes = 0, ownBytes = 0 } = assessed.get(repository) ?? {};
      return {
        ...{ repository, name, tag: tags.get(repository) },
        used: {
          ...(counts.get(repository) ?? nothing),
          storage: partOf(held.storage, ownBytes, sizeBytes),
          archiveStorage: partOf(held.archiveStorage, ownBytes, sizeBytes),
        },
      };
    });
    if (known.length < limit) return;
    after = last;
  }
}

async function countsOf(
  { metadata }: MetadataPorts,
  registry: Registry,
  range: UsageRange,
  repositories: readonly string[],
): Promise<ReadonlyMap<string, Quantities>> {
  const sums = await metadata.usage.counts.sums(registry, "day", range, repositories);
  return new Map(
    sums.map(({ repository, counts }) => [repository, countedQuantities(ofRepository(counts))]),
  );
}

/** Keys are used for registries. */
function ofRepository(counts: UsageCounts): UsageCounts {
  return { ...counts, keyOperations: noCounts.keyOperations };
}

function grouped(
  points: Awaited<ReturnType<MetadataPorts["metadata"]["costs"]["points"]>>,
): ReadonlyMap<string, StoredPoint[]> {
  const groups = new Map<string, StoredPoint[]>();
  for (const { repository, at, sizeBytes, archivedBytes } of points) {
    const group = groups.get(repository) ?? [];
    const archived = Math.min(archivedBytes, sizeBytes);
    group.push({ at, standardBytes: sizeBytes - archived, archivedBytes: archived });
    groups.set(repository, group);
  }
  return groups;
}

function partOf(whole: bigint, part: number, of: number): bigint {
  return of <= 0 ? 0n : (whole * BigInt(part)) / BigInt(of);
}
