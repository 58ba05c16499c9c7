/** How advisories are fetched: of the composition root, what the command and the job have in common. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fetchFeeds } from "../adapters/advisories/fetch-feeds.ts";
import type { IndexDirectory } from "../adapters/advisories/index-directory.ts";
import type { SharedIndexes } from "../adapters/advisories/shared-indexes.ts";
import { HttpEgress } from "../adapters/egress/http-egress.ts";
import type { Config } from "../config.ts";
import type { UpdateWish, VulndbUpdate } from "../doors/cli/vulndb/vulndb.ts";
import type { Clock } from "../ports/clock.ts";
import { vulndbDirectory } from "./open-vulndb.ts";

/** Changes are fetched with what came just before: clocks and archives of others lag. */
const overlapMs = 86_400_000;

/** Fetches what was published, or changed since, and makes an index of it over the one that is there. */
export async function updateVulndb(
  config: Config,
  indexes: IndexDirectory | SharedIndexes,
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
