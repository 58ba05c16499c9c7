import type { Ports } from "../../ports/ports.ts";
import { type Digest, isRepositoryName, type RepositoryName, type Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { architectures } from "./architecture-tags.ts";
import { costLimits } from "./cost-limits.ts";
import type { ArchitectureRepositories, CostSaving } from "./cost-saving.ts";

type MetadataPorts = Pick<Ports, "metadata">;
type Found = Pick<CostSaving, "items" | "affectedBytes" | "estimatedBytes" | "together">;

const suffix = new RegExp(`^(.+)([-_./])(${Object.keys(architectures).join("|")})$`);

/**
 * Repositories such as `app-amd64` and `app-arm64`, or `app/amd64`, that have tags in common, where an
 * index in `app` could be for each. The one whose name sorts first tells it for all of them. What an
 * image is for, names alone say. The estimate is of layers that each of them holds a copy of its own
 * of, as repositories with different keys do: in one repository there is one.
 * @throws when `signal` is aborted
 */
export async function findArchitectureRepositories(
  ports: MetadataPorts,
  repository: Repository,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const siblings = await siblingsOf(ports, repository);
  const [first, ...others] = siblings;
  if (first?.id !== repository.id || others.length === 0) return undefined;
  const name = baseOf(repository.name);
  if (name === undefined) return undefined;
  const { tags, seen } = await sharedTags(ports, repository, siblings.slice(1), signal);
  if (tags.length === 0 || tags.length * 2 < seen) return undefined;
  const repositories = siblings.map(({ id, name: own }) => ({ id, name: own }));
  return {
    items: tags.length,
    affectedBytes: siblings.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    estimatedBytes: await copiedBytes(ports, repository, siblings.slice(1), signal),
    together: { name, repositories, tags: tags.slice(0, costLimits.indexTags) },
  };
}

/** Of the finding, the tags that still all of them have and for which there is no index yet. */
export async function tagsLeft(
  { metadata }: MetadataPorts,
  { registry }: Repository,
  { name, repositories, tags }: ArchitectureRepositories,
): Promise<{ readonly isBaseThere: boolean; readonly tags: readonly string[] }> {
  const base = await metadata.repositories.find(registry, name);
  const found = await Promise.all(
    repositories.map((each) => metadata.repositories.find(registry, each.name)),
  );
  const isSame = found.every((each, index) => each?.id === repositories[index]?.id);
  const left: string[] = [];
  for (const tag of isSame ? tags : []) {
    if (base !== undefined && (await metadata.tags.find(base, tag as Tag))) continue;
    const digests = await Promise.all(found.map((each) => metadata.tags.find(each!, tag as Tag)));
    if (digests.every((digest) => digest !== undefined)) left.push(tag);
  }
  return { isBaseThere: base !== undefined, tags: left };
}

function baseOf(name: RepositoryName): RepositoryName | undefined {
  const [, base = ""] = suffix.exec(name) ?? [];
  return isRepositoryName(base) ? base : undefined;
}

/** With itself, by name, one for each architecture. */
async function siblingsOf(
  { metadata }: MetadataPorts,
  { registry, name }: Repository,
): Promise<Repository[]> {
  const [, base = "", separator = ""] = suffix.exec(name) ?? [];
  if (base === "") return [];
  const found = new Map<string, Repository>();
  for (const [alias, architecture] of Object.entries(architectures)) {
    const wanted = `${base}${separator}${alias}` as RepositoryName;
    const sibling = await metadata.repositories.find(registry, wanted);
    if (sibling !== undefined && !found.has(architecture)) found.set(architecture, sibling);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Tags of images that are others in each of them, of so many tags that were looked at. */
async function sharedTags(
  { metadata }: MetadataPorts,
  repository: Repository,
  others: readonly Repository[],
  signal: AbortSignal,
): Promise<{ readonly tags: Tag[]; readonly seen: number }> {
  const limit = costLimits.layersAtOnce;
  const tags: Tag[] = [];
  let seen = 0;
  for (let after: Tag | undefined; seen < costLimits.architectureTags; ) {
    signal.throwIfAborted();
    const page = await metadata.tags.list(repository, { after, limit });
    for (const { tag, digest } of page) {
      const digests = new Set<Digest | undefined>([digest]);
      for (const other of others) digests.add(await metadata.tags.find(other, tag));
      const isForEach = digests.size === others.length + 1 && !digests.has(undefined);
      const image = isForEach ? await metadata.images.find(repository, digest) : undefined;
      if (image?.configMediaType !== undefined) tags.push(tag); // Not an index.
    }
    seen += page.length;
    after = page.at(-1)?.tag;
    if (page.length < limit) break;
  }
  return { tags, seen };
}

async function copiedBytes(
  { metadata }: MetadataPorts,
  repository: Repository,
  others: readonly Repository[],
  signal: AbortSignal,
): Promise<number> {
  const limit = costLimits.layersAtOnce;
  let bytes = 0;
  for (let after: Digest | undefined; ; ) {
    signal.throwIfAborted();
    const page = await metadata.layers.list(repository, { after, limit });
    const objects = new Map(page.map(({ digest, object }) => [digest, new Set([object])]));
    const digests = [...objects.keys()];
    for (const other of others) {
      for (const { digest, object } of await metadata.layers.findMany(other, digests)) {
        objects.get(digest)?.add(object);
      }
    }
    for (const { digest, sizeBytes } of page) {
      bytes += sizeBytes * ((objects.get(digest)?.size ?? 1) - 1);
    }
    after = page.at(-1)?.digest;
    if (page.length < limit) return bytes;
  }
}
