import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Image } from "../images/image.ts";
import { activeOnly } from "../images/list-images.ts";
import { isIndexType } from "../images/parse-manifest.ts";
import { isSchema1Type } from "../images/schema1.ts";
import { newJob } from "../jobs/job.ts";
import type { Repository, RepositoryRef } from "../repositories/repository.ts";
import { chartTypes } from "./charts.ts";
import { type ArtifactKind, facetBits } from "./facets.ts";
import { galleryLimits } from "./gallery-limits.ts";
import { everyWord, weighWords } from "./gallery-words.ts";
import { primaryOf } from "./registries.ts";

const none = {
  ...{ description: undefined, aboutText: undefined, usageText: undefined },
  ...{ architectures: [], operatingSystems: [], logoDigest: undefined },
} as const;

/** Writes anew what the gallery knows of a public repository, as it is in this transaction. */
export async function indexRepository(
  change: MetadataChange,
  repository: Repository,
  now: number,
): Promise<void> {
  const { publicRegistries } = change;
  const { account } = repository.registry;
  const registry = await publicRegistries.registry(account);
  const alias = primaryOf(await publicRegistries.aliases(account));
  if (registry === undefined || alias === undefined) return;
  const catalog = (await publicRegistries.catalog(repository)) ?? none;
  const kinds = await kindsIn(change, repository);
  const isVerified = registry.verifiedAt !== undefined;
  const publisher = isVerified ? registry.displayName : undefined;
  const { description, aboutText, usageText } = catalog;
  const facets = [...catalog.operatingSystems, ...catalog.architectures];
  const texts = { name: repository.name, alias: alias.name, publisher, facets };
  const words = new Map(weighWords({ ...texts, description, aboutText, usageText }));
  words.set(everyWord, 0);
  await publicRegistries.putGalleryRow({
    entry: {
      repository: { registry: repository.registry, id: repository.id },
      ...{ name: repository.name, alias: alias.name, publisher, description, kinds },
      bits: facetBits({ isVerified, ...catalog, kinds }),
      // Source: ECR 11.3: others' logos are kept, and not shown.
      logoDigest: isVerified ? catalog.logoDigest : undefined,
      updatedAt: now,
    },
    words,
  });
}

/** What the repository holds, by the first of its images: signatures and the like are about others. */
async function kindsIn(
  { images }: Pick<MetadataChange, "images">,
  repository: RepositoryRef,
): Promise<ArtifactKind[]> {
  const page = { limit: galleryLimits.imagesLookedAt };
  const found = await images.list(repository, page, { states: activeOnly });
  return [...new Set(found.filter(({ subject }) => subject === undefined).map(kindOf))].sort();
}

const imageConfigs: ReadonlySet<string | undefined> = new Set([
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
]);

function kindOf({ mediaType, configMediaType, artifactType }: Image): ArtifactKind {
  if (configMediaType === chartTypes.config) return "HELM_CHART";
  if (artifactType !== undefined) return "ARTIFACT";
  const isImage = imageConfigs.has(configMediaType) || isSchema1Type(mediaType);
  return isImage || isIndexType(mediaType) ? "IMAGE" : "ARTIFACT";
}

export const galleryRepositoryKind = "gallery-repository";

/** Has the gallery told what is in a repository now. */
export function queueRepository(
  { jobs }: Pick<MetadataChange, "jobs">,
  { registry, id }: RepositoryRef,
  now: number,
): Promise<unknown> {
  const wanted = { kind: galleryRepositoryKind, key: id, registry, payload: { repositoryId: id } };
  return jobs.enqueue(newJob({ ...wanted, runAt: now }, now));
}

/** Nothing where the repository is gone meanwhile. */
export async function indexById(
  ports: Pick<Ports, "metadata" | "clock">,
  repository: RepositoryRef,
): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    const found = await change.repositories.findById(repository);
    const locked = found && (await change.repositories.lock(repository.registry, found.name));
    // One that lies in the trash goes by a hidden name.
    if (locked?.id !== repository.id || locked.name.startsWith("~")) return;
    await indexRepository(change, locked, ports.clock.now());
  });
}
