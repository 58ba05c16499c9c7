/** What `entrepot vulndb` opens: of the composition root, the part of these commands. */
import { ImportUnderWay, type IndexDirectory } from "../adapters/advisories/index-directory.ts";
import type { SharedIndexes } from "../adapters/advisories/shared-indexes.ts";
import type { Config } from "../config.ts";
import { CommandError } from "../doors/cli/client.ts";
import type { VulndbCommands } from "../doors/cli/vulndb/vulndb.ts";
import type { Clock } from "../ports/clock.ts";
import type { MetadataStore } from "../ports/metadata-store.ts";
import { openSharedVulndb, openVulndb, vulndbDirectory } from "../server/open-vulndb.ts";
import { updateVulndb } from "../server/update-vulndb.ts";

export interface VulndbProgram {
  readonly clock: Clock;
  readonly config: Config;
  /** Opens the database of a fleet; whoever is given it closes it. */
  readonly openFleet: (config: Config) => Promise<MetadataStore>;
  /** Other than the package's. */
  readonly snapshot?: string;
}

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
    update: (wish) => withIndexes(program, (indexes) => updateVulndb(config, indexes, wish, clock)),
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
  program: VulndbProgram,
  work: (indexes: IndexDirectory | SharedIndexes) => Promise<Result>,
): Promise<Result> {
  const { config, snapshot } = program;
  const shared = config.database === undefined ? undefined : await openShared(program);
  const indexes = shared?.indexes ?? openVulndb(config, snapshot);
  try {
    return await work(indexes);
  } catch (error) {
    if (error instanceof ImportUnderWay) throw new CommandError(error.message);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new CommandError((error as Error).message);
  } finally {
    indexes.close();
    await shared?.metadata.close();
  }
}

/** Of a fleet: what is imported here reaches every replica. */
async function openShared({ config, clock, snapshot, openFleet }: VulndbProgram) {
  const warn = (sentence: string) => process.stderr.write(`entrepot: ${sentence}\n`);
  const metadata = await openFleet(config);
  return { metadata, indexes: openSharedVulndb(config, { metadata, clock, warn }, snapshot) };
}
