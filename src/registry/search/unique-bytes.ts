import type { MetadataStore } from "../../ports/metadata-store.ts";
import type { FoldedChild, FoundImage } from "../../ports/search-store.ts";
import { lifecycleLimits } from "../lifecycle/lifecycle-limits.ts";
import type { Digest } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

/**
 * Of each image, the bytes that nothing needs any more once it is gone for good with what it lists: of
 * manifests, and of layers that no image beside these refers to and no other repository stands on. What
 * two of the images share is neither's. In few reads, whatever the number of images.
 */
export async function uniqueBytes(
  metadata: Pick<MetadataStore, "search" | "layers" | "objects">,
  repository: RepositoryRef,
  found: readonly FoundImage[],
  children: readonly FoldedChild[],
): Promise<ReadonlyMap<Digest, number>> {
  const listed = Map.groupBy(children, ({ parent }) => parent);
  const trees = found.map(({ image }) => {
    const below = listed.get(image.digest) ?? [];
    const manifests = below.reduce((sum, each) => sum + each.manifestBytes, image.manifestBytes);
    return {
      root: image.digest,
      all: [image.digest, ...below.map(({ digest }) => digest)],
      manifests,
    };
  });
  const contents = Map.groupBy(
    await metadata.search.contents(repository, [...new Set(trees.flatMap(({ all }) => all))]),
    ({ image }) => image,
  );
  const digests = new Set([...contents.values()].flat().map(({ digest }) => digest));
  // One more than a tree has images: as many are not all of that tree.
  const most = Math.max(...trees.map(({ all }) => all.length), 0) + 1;
  const counted = await contentCounts(metadata, repository, [...digests], most);
  return new Map(
    trees.map(({ root, all, manifests }) => {
      const uses = new Map<Digest, number>();
      for (const image of new Set(all)) {
        for (const { digest } of contents.get(image) ?? []) {
          uses.set(digest, (uses.get(digest) ?? 0) + 1);
        }
      }
      let bytes = manifests;
      for (const [digest, times] of uses) {
        const content = counted.get(digest);
        if (content?.references === times && !content.isElsewhere) bytes += content.sizeBytes;
      }
      return [root, bytes];
    }),
  );
}

interface ContentCount {
  readonly sizeBytes: number;
  /** Images of the repository that refer to it, as far as they were counted. */
  readonly references: number;
  /** Whether another repository stands on the same object. */
  readonly isElsewhere: boolean;
}

async function contentCounts(
  { search, layers, objects }: Pick<MetadataStore, "search" | "layers" | "objects">,
  repository: RepositoryRef,
  digests: readonly Digest[],
  most: number,
): Promise<ReadonlyMap<Digest, ContentCount>> {
  const counted = new Map<Digest, ContentCount>();
  for (let start = 0; start < digests.length; start += lifecycleLimits.page) {
    const some = digests.slice(start, start + lifecycleLimits.page);
    const [references, held] = await Promise.all([
      search.contentUses(repository, some, most),
      layers.findMany(repository, some),
    ]);
    const elsewhere = new Set(
      await objects.linkedElsewhere(
        repository,
        held.map(({ object }) => object),
      ),
    );
    for (const { digest, object, sizeBytes } of held) {
      const isElsewhere = elsewhere.has(object);
      counted.set(digest, { sizeBytes, references: references.get(digest) ?? 0, isElsewhere });
    }
  }
  return counted;
}
