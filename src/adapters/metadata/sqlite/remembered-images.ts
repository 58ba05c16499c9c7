import type { ImageReads, ResolvedImage } from "../../../ports/metadata-store.ts";
import { BoundedCache } from "../../../registry/bounded-cache.ts";

const rememberedReads = 10_000;

/**
 * Image reads that remember what a pull asks for until the next commit. This process is the only one
 * that writes to its database, so between two commits an answer cannot change.
 */
export class RememberedImages implements ImageReads {
  readonly #reads: ImageReads;
  readonly find: ImageReads["find"];
  readonly findStored: ImageReads["findStored"];
  readonly list: ImageReads["list"];
  readonly links: ImageReads["links"];
  readonly linksOf: ImageReads["linksOf"];
  readonly references: ImageReads["references"];
  readonly parents: ImageReads["parents"];
  readonly listedParents: ImageReads["listedParents"];
  readonly hasActiveParent: ImageReads["hasActiveParent"];
  readonly referrers: ImageReads["referrers"];
  #resolved = newCache();

  constructor(reads: ImageReads) {
    this.#reads = reads;
    this.find = reads.find.bind(reads);
    this.findStored = reads.findStored.bind(reads);
    this.list = reads.list.bind(reads);
    this.links = reads.links.bind(reads);
    this.linksOf = reads.linksOf.bind(reads);
    this.references = reads.references.bind(reads);
    this.parents = reads.parents.bind(reads);
    this.listedParents = reads.listedParents.bind(reads);
    this.hasActiveParent = reads.hasActiveParent.bind(reads);
    this.referrers = reads.referrers.bind(reads);
  }

  async resolve(...[registry, name, reference]: Parameters<ImageReads["resolve"]>) {
    // Neither names nor tags nor digests hold a space.
    const wanted = "tag" in reference ? reference.tag : reference.digest;
    const key = `${registry.account} ${registry.region} ${name} ${wanted}`;
    const resolved = this.#resolved;
    const known = resolved.get(key);
    if (known !== undefined) return known;
    const found = await this.#reads.resolve(registry, name, reference);
    // A commit in between has put another cache in this one's place, which then nobody reads.
    if (found?.image !== undefined) resolved.set(key, found);
    return found;
  }

  /** To be called when a commit is known, before anyone is told of it. */
  forget(): void {
    this.#resolved = newCache();
  }
}

function newCache(): BoundedCache<string, ResolvedImage> {
  return new BoundedCache(rememberedReads, () => 1);
}
