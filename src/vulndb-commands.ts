/** What `entrepot vulndb` opens: of the composition root, the part of these commands. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fetchFeeds } from "./adapters/advisories/fetch-feeds.ts";
import { ImportUnderWay, type IndexDirectory } from "./adapters/advisories/index-directory.ts";
import { HttpEgress } from "./adapters/egress/http-egress.ts";
import type { Config } from "./config.ts";
import { CommandError } from "./doors/cli/client.ts";
import type { UpdateWish, VulndbCommands, VulndbUpdate } from "./doors/cli/vulndb/vulndb.ts";
import { openVulndb, vulndbDirectory } from "./open-vulndb.ts";
import type { Clock } from "./ports/clock.ts";

export interface VulndbProgram {
  readonly clock: Clock;
  readonly config: Config;
  /** Other than the package's. */
  readonly snapshot?: string;
}

/** Changes are fetched with what came just before: clocks and archives of others lag. */
const overlapMs = 86_400_000;

export function vulndbCommands(program: VulndbProgram): VulndbCommands {
  const { clock, config } = program;
  const { staleMs } = config.vulnerabilityFeeds;
  return {
    import: ({ paths, replace, onProgress }) =>
      withIndexes(program, (indexes) =>
        indexes.import({
          inputs: paths,
          replaced: replace ? "those that come" : [],
          followed: {},
          builtAt: clock.now(),
          onProgress: (records) => onProgress(`${records} records`),
        }),
      ),
    update: (wish) => withIndexes(program, (indexes) => update(config, indexes, wish, clock)),
    status: () =>
      withIndexes(program, async (indexes) => {
        const index = await indexes.current();
        const [about, sizeBytes] = [index?.about, index?.sizeBytes ?? 0];
        return { about, directory: vulndbDirectory(config), sizeBytes, staleMs };
      }),
  };
}

/** @throws CommandError */
async function withIndexes<Result>(
  { config, snapshot }: VulndbProgram,
  work: (indexes: IndexDirectory) => Promise<Result>,
): Promise<Result> {
  const indexes = openVulndb(config, snapshot);
  try {
    return await work(indexes);
  } catch (error) {
    if (error instanceof ImportUnderWay) throw new CommandError(error.message);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new CommandError((error as Error).message);
  } finally {
    indexes.close();
  }
}

async function update(
  config: Config,
  indexes: IndexDirectory,
  { full, onProgress }: UpdateWish,
  clock: Clock,
): Promise<VulndbUpdate> {
  const about = (await indexes.current())?.about;
  const startedAt = clock.now();
  await mkdir(vulndbDirectory(config), { recursive: true });
  const directory = await mkdtemp(join(vulndbDirectory(config), "fetched-"));
  const egress = new HttpEgress({ isListed: config.isEgressListed });
  try {
    const feeds = await fetchFeeds(egress, config.vulnerabilityFeeds, directory, {
      followed: full ? {} : (about?.followed ?? {}),
      onFeed: (feed) => onProgress(`fetching ${feed}`),
    });
    const came = feeds.filter(({ failure }) => failure === undefined);
    if (came.length === 0) return { feeds, built: undefined };
    const { ecosystems } = config.vulnerabilityFeeds;
    const followed = came.filter(({ feed }) => ecosystems.includes(feed));
    const built = await indexes.import({
      inputs: [directory],
      replaced: followed.filter(({ isWhole }) => isWhole).map(({ feed }) => feed),
      followed: Object.fromEntries(followed.map(({ feed }) => [feed, startedAt - overlapMs])),
      builtAt: startedAt,
      onProgress: (records) => onProgress(`${records} records`),
    });
    return { feeds, built };
  } finally {
    egress.close();
    await rm(directory, { recursive: true, force: true });
  }
}
