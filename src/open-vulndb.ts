/** Where the advisories of a deployment are: of the composition root, the part of server and commands. */
import { join } from "node:path";
import { IndexDirectory } from "./adapters/advisories/index-directory.ts";
import type { Config } from "./config.ts";

/** Of the package: what there is before anything was imported. */
const snapshotFile = join(import.meta.dirname, "..", "data", "advisories", "snapshot.db.zst");

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
