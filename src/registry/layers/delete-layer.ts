import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import { lockRepository } from "../repositories/find-repository.ts";
import { layersNotFound } from "./find-layer.ts";
import { unlinkLayer } from "./unlink-layer.ts";

/**
 * Takes a layer that no manifest names out of the repository; other repositories keep theirs.
 * Source: OCI 1.1, "Deleting blobs".
 * @throws RepositoryNotFound, LayersNotFound
 * @throws LayerInUse while a manifest of the repository names it (I2)
 */
export function deleteLayer(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  digest: Digest,
): Promise<void> {
  const now = ports.clock.now();
  return ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    const [layer] = await change.layers.lock(repository, [digest]);
    if (layer === undefined) throw layersNotFound(registry, name, digest);
    if (await change.layers.isReferenced(repository, digest)) {
      throw new RegistryError(
        "LayerInUse",
        `The layer with digest '${digest}' is referenced by an image in the repository with name '${name}'`,
      );
    }
    await unlinkLayer(change, repository, layer, now);
  });
}
