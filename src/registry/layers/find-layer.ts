import type { Ports } from "../../ports/ports.ts";
import type { StoredObject } from "../encryption/stored-object.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import { ReadOnlyRefusal } from "../read-only.ts";
import { findRepository, repositoryNotFound } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import { noteRepository } from "../usage/note-repository.ts";
import type { Layer } from "./layer.ts";
import { lookAgain } from "./queue-storage.ts";

export interface FoundLayer {
  readonly repository: Repository;
  readonly layer: Layer;
  readonly object: StoredObject;
  /** Whether a manifest of the repository names it. */
  readonly referenced: boolean;
  /** Whether one does that no verdict holds back, and as what it is. */
  readonly isPullable: boolean;
}

export function layersNotFound(registry: Registry, name: string, digest: string): RegistryError {
  return new RegistryError(
    "LayersNotFound",
    `The layer with digest '${digest}' does not exist within the repository with name '${name}' in the registry with id '${registry.account}'`,
  );
}

/**
 * The layer as this repository holds it. One that no manifest names yet is leased again, so that who
 * heard of it can still refer to it (I11); one in the archive comes back if an image in use has it.
 * @throws RepositoryNotFound
 * @throws LayersNotFound also when other repositories have it: rights attach to (repository, digest)
 */
export async function findLayer(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  digest: Digest,
): Promise<FoundLayer> {
  const found = await ports.metadata.layers.resolve(registry, name, digest);
  if (found === undefined) throw repositoryNotFound(registry, name);
  const { repository, layer, object } = found;
  noteRepository(ports, repository);
  if (layer === undefined || object === undefined) throw layersNotFound(registry, name, digest);
  const { layers } = ports.metadata;
  const isPullable = await layers.isPullable(repository, digest);
  const referenced = isPullable || (await layers.isReferenced(repository, digest));
  if (!referenced && !(await renewLease(ports, layer)))
    throw layersNotFound(registry, name, digest);
  await lookAgain(ports, object);
  return { repository, layer, object, referenced, isPullable };
}

/**
 * The layers of these digests that the repository holds, leased like `findLayer` does.
 * @throws RepositoryNotFound
 */
export async function findLayers(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  digests: readonly Digest[],
): Promise<Layer[]> {
  const repository = await findRepository(ports, registry, name);
  const layers = await ports.metadata.layers.findMany(repository, digests);
  const kept: Layer[] = [];
  for (const layer of layers) {
    const referenced = await ports.metadata.layers.isReferenced(repository, layer.digest);
    if (referenced || (await renewLease(ports, layer))) kept.push(layer);
  }
  return kept;
}

/** Those of a repository's layers that its archived images alone refer to. */
export async function archivedAmong(
  { metadata }: Pick<Ports, "metadata">,
  layers: readonly Layer[],
): Promise<Digest[]> {
  const [first] = layers;
  if (first === undefined) return [];
  const digests = layers.map(({ digest }) => digest);
  return metadata.layers.archivedAmong(first.repository, digests);
}

/**
 * Leases the layer for the whole time again, unless somebody has just done so; false when it went in the
 * meantime.
 */
async function renewLease(ports: Ports, layer: Layer): Promise<boolean> {
  const until = ports.clock.now() + limits.layerLeaseMs;
  if (layer.leasedUntil !== undefined && layer.leasedUntil > until - limits.layerLeaseSlackMs)
    return true;
  try {
    return await ports.metadata.transaction(async (change) => {
      const [current] = await change.layers.lock(layer.repository, [layer.digest]);
      if (current === undefined) return false;
      await change.layers.lease(layer.repository, layer.digest, until);
      return true;
    });
  } catch (error) {
    // Nothing is collected while nothing can be written, so that it needs no lease.
    if (error instanceof ReadOnlyRefusal) return true;
    throw error;
  }
}
