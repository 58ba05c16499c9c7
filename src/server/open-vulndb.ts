/** Where the advisories of a deployment are: of the composition root, the part of server and commands. */
import { join } from "node:path";
import { IndexDirectory } from "../adapters/advisories/index-directory.ts";
import { SharedIndexes } from "../adapters/advisories/shared-indexes.ts";
import type { Config } from "../config.ts";
import type { Clock } from "../ports/clock.ts";
import type { MetadataStore } from "../ports/metadata-store.ts";

/** Of the package: what there is before anything was imported. */
const snapshotFile = join(import.meta.dirname, "..", "..", "data", "advisories", "snapshot.db.zst");

export function vulndbDirectory({ dataDirectory }: Pick<Config, "dataDirectory">): string {
  return join(dataDirectory, "vulndb");
}

/** The deployment's advisories, as its server and its commands see them. */
export function openVulndb(
  config: Pick<Config, "dataDirectory">,
  snapshot: string = snapshotFile,
): IndexDirectory {
  return new IndexDirectory(vulndbDirectory(config), snapshot);
}

export interface SharedVulndb {
  readonly metadata: MetadataStore;
  readonly clock: Clock;
  readonly warn: (sentence: string) => void;
}

/** The same of a fleet: all replicas have the one that was imported last, wherever that was. */
export function openSharedVulndb(
  config: Pick<Config, "dataDirectory" | "account">,
  { metadata, clock, warn }: SharedVulndb,
  snapshot?: string,
): SharedIndexes {
  return new SharedIndexes({
    ...{ local: openVulndb(config, snapshot), metadata, clock, account: config.account },
    failed: (error) => warn(`The fleet's advisories could not be taken: ${error}`),
  });
}
