import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { addTrashEvent } from "../events/trash-event.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import { lockRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import { purgeTrashed } from "../trash/purge.ts";
import { noteRepository } from "../usage/note-repository.ts";
import { layersNotFound } from "./find-layer.ts";
import { unlinkLayer } from "./unlink-layer.ts";

/**
 * Takes a layer that no manifest names out of the repository, for good; other repositories keep theirs.
 * Images in the trash that need it go with it: who deletes bytes by their digest wants them gone.
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
    noteRepository(ports, repository);
    const [layer] = await change.layers.lock(repository, [digest]);
    if (layer === undefined) throw layersNotFound(registry, name, digest);
    if (await change.layers.isReferenced(repository, digest)) throw inUse(repository, digest);
    await giveUpTrash(change, repository, digest, now);
    await unlinkLayer(change, repository, layer, now);
  });
}

/** @throws LayerInUse where more images need it than one transaction sees to */
async function giveUpTrash(
  change: MetadataChange,
  repository: Repository,
  digest: Digest,
  now: number,
): Promise<void> {
  const trashed = await change.trash.needing(repository, digest, limits.purgeBatch);
  if (trashed.length === limits.purgeBatch) throw inUse(repository, digest);
  for (const image of trashed) {
    const gone = await purgeTrashed(change, repository, image, now);
    // That its time was over is told by nobody.
    if (gone === undefined || gone.expiresAt <= now) continue;
    const { tags } = gone;
    await addTrashEvent(change, repository, {
      ...{ action: "EMPTY", image: { digest: image, tags }, at: now },
    });
  }
}

function inUse({ name }: Repository, digest: Digest): RegistryError {
  return new RegistryError(
    "LayerInUse",
    `The layer with digest '${digest}' is referenced by an image in the repository with name '${name}'`,
  );
}
