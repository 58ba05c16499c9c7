import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { type Digest, isDigest, type Registry, type RepositoryName } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

export interface NamedImage {
  readonly name: RepositoryName;
  /** Of any algorithm and length: what cannot be here is not here. */
  readonly digest: string;
}

export interface Report {
  readonly reporter: string;
  readonly images: readonly NamedImage[];
  readonly lifeSeconds: number;
}

/** An image of a report that the registry does not have. */
export interface UnknownImage extends NamedImage {
  readonly missing: "repository" | "image";
}

/**
 * Has the images count as in use for so long, in the place of what the reporter said of them before.
 * What is not there is answered and the rest recorded: a node may well run what was deleted. Images of
 * an index are none of the index's use: whoever runs one of them says so, or keeps them for their index.
 */
export async function reportImages(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  { reporter, images, lifeSeconds }: Report,
): Promise<{ readonly unknown: readonly UnknownImage[]; readonly expiresAt: number }> {
  const reportedAt = clock.now();
  const expiresAt = reportedAt + lifeSeconds * 1000;
  const unknown = await metadata.transaction(async (change) => {
    const missing: UnknownImage[] = [];
    // In one order, so that two reports at once never wait for each other in a circle.
    for (const [name, digests] of [...byRepository(images)].sort(byKey)) {
      const repository = await change.repositories.find(registry, name);
      const there = repository && (await presentOf(change, repository, digests));
      for (const digest of digests) {
        if (there === undefined) missing.push({ name, digest, missing: "repository" });
        else if (!there.has(digest as Digest)) missing.push({ name, digest, missing: "image" });
      }
      if (repository === undefined || there === undefined) continue;
      const said = { repository, reporter, reportedAt, expiresAt };
      await change.inUse.put([...there].sort().map((digest) => ({ ...said, digest })));
    }
    return missing;
  });
  return { unknown, expiresAt };
}

/**
 * Takes back what the reporter said of the images; of others and in repositories that are not there it
 * said nothing.
 */
export async function withdrawImages(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  { reporter, images }: Pick<Report, "reporter" | "images">,
): Promise<void> {
  await metadata.transaction(async ({ repositories, inUse }) => {
    for (const [name, digests] of [...byRepository(images)].sort(byKey)) {
      const repository = await repositories.find(registry, name);
      if (repository === undefined) continue;
      await inUse.remove(repository, reporter, [...digests].filter(isDigest).sort());
    }
  });
}

function byRepository(images: readonly NamedImage[]): Map<RepositoryName, Set<string>> {
  const digests = new Map<RepositoryName, Set<string>>();
  for (const { name, digest } of images) {
    const known = digests.get(name);
    if (known === undefined) digests.set(name, new Set([digest]));
    else known.add(digest);
  }
  return digests;
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

async function presentOf(
  { images }: Pick<MetadataChange, "images">,
  repository: RepositoryRef,
  digests: ReadonlySet<string>,
): Promise<Set<Digest>> {
  const links = await images.linksOf(repository, [...digests].filter(isDigest));
  return new Set(links.map(({ digest }) => digest));
}
