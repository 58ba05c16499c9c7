import type { MetadataChange } from "../../ports/metadata-store.ts";
import { invalidParameter, RegistryError } from "../errors.ts";
import type { Layer } from "../layers/layer.ts";
import { limits } from "../limits.ts";
import type { Digest } from "../names.ts";
import type { Repository, RepositoryRef } from "../repositories/repository.ts";
import type { Image, ImageReference } from "./image.ts";
import type { Manifest } from "./parse-manifest.ts";

/** The layers and the config that are here, in digest order; they stay until the transaction ends. */
export async function lockLayers(
  change: MetadataChange,
  repository: RepositoryRef,
  manifest: Manifest,
): Promise<Layer[]> {
  const named = manifest.references.filter(({ kind }) => kind === "config" || kind === "layer");
  if (named.length === 0) return [];
  const digests = [...new Set(named.map(({ digest }) => digest))].sort();
  return change.layers.lock(repository, digests);
}

/**
 * Config and layers are all here.
 * @param held what `lockLayers` found
 * @returns their bytes together, and the foreign layers that are not stored here
 * @throws LayersNotFound with all that are missing
 */
export async function requireLayers(
  change: MetadataChange,
  repository: Repository,
  manifest: Manifest,
  held: readonly Layer[],
): Promise<{ bytes: number; absent: ReadonlySet<Digest> }> {
  const named = manifest.references.filter(({ kind }) => kind === "config" || kind === "layer");
  if (named.length === 0) return { bytes: 0, absent: new Set() };
  const digests = [...new Set(named.map(({ digest }) => digest))].sort();
  const sizes = new Map(held.map(({ digest, sizeBytes }) => [digest, sizeBytes]));
  const absent = digests.filter((digest) => !sizes.has(digest));
  const missing = absent.filter((digest) => !manifest.foreign.has(digest));
  if (missing.length > 0) {
    throw new RegistryError(
      "LayersNotFound",
      `Layers with digests '[${missing.join(", ")}]' required for pushing image into repository with name '${repository.name}' in the registry with id '${repository.registry.account}' do not exist`,
    );
  }
  const typed = new Map(held.map(({ digest, mediaType }) => [digest, mediaType]));
  for (const { digest, mediaType } of named) {
    if (typed.has(digest) && typed.get(digest) !== mediaType) {
      await change.layers.setMediaType(repository, digest, mediaType);
    }
  }
  const bytes = digests.reduce((sum, digest) => sum + (sizes.get(digest) ?? 0), 0);
  return { bytes, absent: new Set(absent) };
}

/** Layers as large as those that are here, of a manifest that does not say it. */
export function sizedBy(
  references: readonly ImageReference[],
  held: readonly Layer[],
): ImageReference[] {
  const sizes = new Map(held.map(({ digest, sizeBytes }) => [digest, sizeBytes]));
  return references.map((each) => ({ ...each, sizeBytes: sizes.get(each.digest) ?? 0 }));
}

/** Of an index, what is here. */
export interface ChildrenHere {
  /** Of the largest. */
  readonly bytes: number;
  readonly absent: ReadonlySet<Digest>;
}

/**
 * The children of an index are all here, but for those that it may lack, and below them nothing is
 * nested too deep.
 * @throws ReferencedImagesNotFound with all that are missing
 * @throws InvalidParameter when indexes nest too deep or hold too many manifests
 */
export async function requireChildren(
  change: MetadataChange,
  repository: Repository,
  manifest: Manifest,
  mayLack: ReadonlySet<Digest> = nothing,
): Promise<ChildrenHere> {
  const named = manifest.references.filter(({ kind }) => kind === "child");
  if (named.length === 0) return { bytes: 0, absent: nothing };
  const found: Image[] = [];
  const absent: Digest[] = [];
  for (const { digest } of named) {
    const child = await change.images.find(repository, digest);
    if (child?.state !== "ACTIVE") absent.push(digest);
    else found.push(child);
  }
  const missing = absent.filter((digest) => !mayLack.has(digest));
  if (missing.length > 0) {
    throw new RegistryError(
      "ReferencedImagesNotFound",
      `Images with digests '[${missing.join(", ")}]' required for pushing image into repository with name '${repository.name}' in the registry with id '${repository.registry.account}' do not exist`,
    );
  }
  await requireShallow(
    change,
    repository,
    found.map(({ digest }) => digest),
  );
  const bytes = Math.max(0, ...found.map(({ sizeBytes }) => sizeBytes));
  return { bytes, absent: new Set(absent) };
}

const nothing: ReadonlySet<Digest> = new Set();

/**
 * An index that came without some of what it lists (ADR-0075) refers from now on to what is here of
 * that.
 * @returns whether there was any
 * @throws as `requireChildren`
 */
export async function completeChildren(
  change: MetadataChange,
  repository: Repository,
  digest: Digest,
  manifest: Manifest,
  mayLack: ReadonlySet<Digest> | undefined,
): Promise<boolean> {
  const named = manifest.references.filter(({ kind }) => kind === "child");
  if (named.length === 0) return false;
  const known = await change.images.references(repository, digest);
  const listed = new Set(known.filter(({ kind }) => kind === "child").map((each) => each.digest));
  const lacking = named.filter((each) => !listed.has(each.digest));
  if (lacking.length === 0) return false;
  const { absent } = await requireChildren(change, repository, manifest, mayLack);
  const arrived = lacking.filter((each) => !absent.has(each.digest));
  await change.images.addReferences(repository, digest, arrived, known.length);
  return arrived.length > 0;
}

/** Level by level, each manifest once, however many indexes share it. */
async function requireShallow(
  change: MetadataChange,
  repository: RepositoryRef,
  children: readonly Digest[],
): Promise<void> {
  const seen = new Set<Digest>();
  let level = new Set(children);
  // The new index is the first level of nesting.
  for (let depth = 1; level.size > 0; depth++) {
    const below = new Set<Digest>();
    for (const digest of level) {
      seen.add(digest);
      if (seen.size > limits.indexWalkNodes) {
        throw invalidParameter(
          "ImageManifest",
          `an index holds at most ${limits.indexWalkNodes} manifests`,
        );
      }
      for (const reference of await change.images.references(repository, digest)) {
        if (reference.kind === "child") below.add(reference.digest);
      }
    }
    // A manifest seen before counts again only for depth, which its first visit has decided unless
    // it is nested deeper here; content addressing rules out cycles, so this ends.
    if (below.size > 0 && depth >= limits.indexNesting) {
      throw invalidParameter("ImageManifest", `indexes nest at most ${limits.indexNesting} deep`);
    }
    level = below;
  }
}
