import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { ImageWithTags } from "../images/image.ts";
import type { Digest, Registry, Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { isHiddenName } from "../trash/trash.ts";
import { aliveAt } from "./alive-at.ts";
import { queueReplication } from "./queue-replication.ts";
import { destinationsOfRemovals } from "./record-removal.ts";
import type { RestoredPayload } from "./record-repository-removal.ts";
import { replicationLimits } from "./replication-limits.ts";

/**
 * Of a repository that came back from the trash: all that it has is there since then, and is copied to
 * where its deletion went. As good the second time as the first.
 */
export async function replicateRestored(
  ports: Ports,
  registry: Registry,
  { repositoryId: id, at }: RestoredPayload,
  signal: AbortSignal,
): Promise<void> {
  const limit = replicationLimits.imagesAtOnce;
  for (let after = {}; ; ) {
    signal.throwIfAborted();
    const images = await ports.metadata.images.list({ registry, id }, { ...after, limit });
    const isThere = await ports.metadata.transaction(async (change) => {
      const repository = await change.repositories.lockById({ registry, id });
      if (repository === undefined || isHiddenName(repository.name)) return false;
      const destinations = await destinationsOfRemovals(change, repository, undefined);
      for (const image of images) {
        const tags = await revive(change, repository, image, at);
        if (tags === undefined) continue;
        for (const destination of destinations) {
          const wanted = { digest: image.digest, tags };
          await queueReplication(change, repository, wanted, destination, ports.clock.now());
        }
      }
      return true;
    });
    const last: Digest | undefined = images.at(-1)?.digest;
    if (!isThere || last === undefined || images.length < limit) return;
    after = { after: last };
  }
}

/** @returns the tags that it has; `undefined` where it can not be copied now */
async function revive(
  change: MetadataChange,
  repository: Repository,
  { digest, tags }: ImageWithTags,
  at: number,
): Promise<readonly Tag[] | undefined> {
  const image = await change.images.find(repository, digest);
  if (image === undefined) return undefined;
  if (aliveAt(image) < at) await change.images.setAliveAt(repository, digest, at);
  const still: Tag[] = [];
  for (const tag of tags) {
    if ((await change.tags.find(repository, tag)) !== digest) continue;
    const [last] = await change.tags.history(repository, tag, { limit: 1 });
    if ((last?.at ?? 0) < at) await change.tags.put(repository, { tag, digest, at });
    still.push(tag);
  }
  return image.state === "ACTIVE" && image.hold === undefined ? still : undefined;
}
