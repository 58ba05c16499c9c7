import type { SourceReference, SourceRepository } from "../../ports/takeover-source.ts";
import { isIndexType, type Manifest, parseManifest } from "../images/parse-manifest.ts";
import { inParallel } from "../in-parallel.ts";
import type { Digest } from "../names.ts";
import type { BundledContent, BundledRepository, Inventory } from "./bundle-document.ts";
import { type Pause, persevere } from "./persevere.ts";
import { takeoverLimits } from "./takeover-limits.ts";
import type { TakeoverSettings } from "./takeover-settings.ts";

/** Where a content of a bundle is read. */
export interface ContentOrigin {
  readonly repository: SourceRepository;
  readonly isManifest: boolean;
}

/** What a bundle is to have, and where it is. */
export interface BundlePlan {
  readonly repositories: readonly BundledRepository[];
  readonly contents: readonly BundledContent[];
  readonly origins: ReadonlyMap<Digest, ContentOrigin>;
  /** `repository@digest` of images that no bundle can have: of Docker's schema 1. */
  readonly leftOut: readonly string[];
}

/** A repository, or some images of it: then what is about them comes along. */
export interface WantedRepository {
  readonly repository: SourceRepository;
  /** Absent: all. */
  readonly references?: readonly SourceReference[];
}

/**
 * Lists everything that has to go along, each content once, without what the other side has. Of a repository that
 * is wanted whole, images are listed that the other side has, too, so that it may tell what is missing.
 * @throws TakeoverFailure if something can not be read: a bundle is whole, or there is none
 */
export async function planBundle(
  wanted: AsyncIterable<WantedRepository>,
  other: Inventory | undefined,
  pause: Pause,
): Promise<BundlePlan> {
  const draft = new BundleDraft(other, pause);
  const repositories: BundledRepository[] = [];
  for await (const each of wanted) repositories.push(await draft.repository(each));
  const contents = [...draft.sizes].map(([digest, sizeBytes]) => ({ digest, sizeBytes }));
  return { repositories, contents, origins: draft.origins, leftOut: draft.leftOut };
}

/** Everything that a registry holds, as the other side is told. @throws TakeoverFailure */
export async function takeInventory(
  repositories: AsyncIterable<{ readonly name: string; readonly repository: SourceRepository }>,
  pause: Pause,
): Promise<Inventory> {
  const draft = new BundleDraft(undefined, pause);
  const listed = new Map<string, ReadonlySet<Digest>>();
  for await (const { name, repository } of repositories) {
    const { references } = await draft.repository({ repository });
    listed.set(name, new Set(references.flatMap(({ digest }) => digest ?? [])));
  }
  const isLayer = ([, { isManifest }]: [Digest, ContentOrigin]) => !isManifest;
  const layers = [...draft.origins].filter(isLayer).map(([digest]) => digest);
  return { repositories: listed, layers: new Set(layers) };
}

class BundleDraft {
  readonly sizes = new Map<Digest, number>();
  readonly origins = new Map<Digest, ContentOrigin>();
  readonly leftOut: string[] = [];
  readonly #unsized = new Set<Digest>();
  readonly #other: Inventory | undefined;
  readonly #pause: Pause;

  constructor(other: Inventory | undefined, pause: Pause) {
    this.#other = other;
    this.#pause = pause;
  }

  async repository({ repository, references }: WantedRepository): Promise<BundledRepository> {
    const { untranslated: _, ...settings }: TakeoverSettings = await this.#try(() =>
      repository.settings(),
    );
    const listed = references === undefined ? await all(repository) : [...references];
    const seen = new Set<Digest>();
    const found: SourceReference[] = [];
    await inParallel(listed, takeoverLimits.parallel, async ({ digest }) => {
      if (digest === undefined) return;
      await this.#image(repository, digest, seen);
      if (references !== undefined) await this.#about(repository, digest, seen, found, 0);
    });
    const kept = [...listed, ...found].filter(
      ({ digest }) => digest === undefined || !this.#unsized.has(digest),
    );
    return { name: repository.name ?? "", settings, references: kept };
  }

  /** What is about an image, and about that. */
  async #about(
    repository: SourceRepository,
    digest: Digest,
    seen: Set<Digest>,
    found: SourceReference[],
    depth: number,
  ): Promise<void> {
    if (depth === takeoverLimits.referrerDepth) return;
    for (const referrer of await this.#try(() => repository.referrers(digest))) {
      if (seen.has(referrer)) continue;
      await this.#image(repository, referrer, seen);
      found.push({ digest: referrer });
      await this.#about(repository, referrer, seen, found, depth + 1);
    }
  }

  async #image(repository: SourceRepository, digest: Digest, seen: Set<Digest>): Promise<void> {
    if (seen.has(digest)) return;
    seen.add(digest);
    if (this.#other?.repositories.get(repository.name ?? "")?.has(digest)) return;
    const { bytes, mediaType } = await this.#try(() => repository.manifest(digest));
    const manifest = parseManifest(bytes, mediaType);
    if (!manifest.isSized) return this.#leaveOut(repository, digest);
    this.#put(digest, bytes.length, { repository, isManifest: true });
    if (isIndexType(manifest.mediaType)) {
      for (const { kind, digest: child } of manifest.references) {
        if (kind === "child") await this.#image(repository, child, seen);
      }
    } else this.#layers(repository, manifest);
  }

  /** A bundle is read by sizes that manifests tell, and by digests that are those of files. */
  #leaveOut(repository: SourceRepository, digest: Digest): void {
    this.#unsized.add(digest);
    this.leftOut.push(`${repository.name ?? ""}@${digest}`);
  }

  #layers(repository: SourceRepository, { references, foreign }: Manifest): void {
    for (const { kind, digest, sizeBytes } of references) {
      if (kind === "subject" || foreign.has(digest)) continue;
      if (this.#other?.layers.has(digest)) continue;
      this.#put(digest, sizeBytes, { repository, isManifest: false });
    }
  }

  #put(digest: Digest, sizeBytes: number, origin: ContentOrigin): void {
    if (this.origins.has(digest)) return;
    this.sizes.set(digest, sizeBytes);
    this.origins.set(digest, origin);
  }

  #try<Result>(work: () => Promise<Result>): Promise<Result> {
    return persevere(work, this.#pause);
  }
}

async function all(repository: SourceRepository): Promise<SourceReference[]> {
  const references: SourceReference[] = [];
  for await (const reference of repository.references()) references.push(reference);
  return references;
}
