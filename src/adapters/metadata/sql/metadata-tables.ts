import type { MetadataChange } from "../../../ports/metadata-store.ts";
import { SqlImages } from "./images.ts";
import { SqlJobs } from "./jobs.ts";
import { SqlLayers } from "./layers.ts";
import { SqlLeases } from "./leases.ts";
import { SqlObjects } from "./objects.ts";
import { SqlReclaim } from "./reclaim.ts";
import { SqlRepositories } from "./repositories.ts";
import { SqlServiceKeys } from "./service-keys.ts";
import type { SqlSession } from "./session.ts";
import { SqlSettings } from "./settings.ts";
import { SqlTags } from "./tags.ts";
import { SqlUploads } from "./uploads.ts";

/** All tables over one connection. */
export function metadataTables(session: SqlSession): MetadataChange {
  return {
    repositories: new SqlRepositories(session),
    images: new SqlImages(session),
    tags: new SqlTags(session),
    layers: new SqlLayers(session),
    objects: new SqlObjects(session),
    uploads: new SqlUploads(session),
    settings: new SqlSettings(session),
    serviceKeys: new SqlServiceKeys(session),
    reclaim: new SqlReclaim(session),
    leases: new SqlLeases(session),
    jobs: new SqlJobs(session),
  };
}
