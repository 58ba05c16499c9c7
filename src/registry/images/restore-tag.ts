import type { Ports } from "../../ports/ports.ts";
import { addPushEvents } from "../events/image-action-event.ts";
import { holdArrival, readArrivalFacts } from "../gates/hold-arrival.ts";
import { addPushers, pushersOf } from "../gates/pusher.ts";
import { hastenLifecycle } from "../lifecycle/hasten-lifecycle.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import { imagesQuota, serviceQuotaValue } from "../quotas/service-quotas.ts";
import { lockRepository } from "../repositories/find-repository.ts";
import { restoreImage } from "../trash/restore-images.ts";
import { imageNotFound } from "./get-image.ts";
import { requireMovable } from "./movable-tag.ts";
import { tagMoveTime } from "./tag-time.ts";

/**
 * Points a tag at an image where it once pointed, or at any other image of the repository; one in the
 * trash is brought back for it, without the other tags that it had. All of it or nothing.
 * @throws RepositoryNotFound
 * @throws ImageNotFound when the image is not there and not in the trash
 * @throws ImageTagAlreadyExists when the tag names another image and is immutable
 */
export async function restoreTag(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  tag: Tag,
  digest: Digest,
): Promise<{ readonly broughtBack: boolean }> {
  const now = ports.clock.now();
  const mostImages = await serviceQuotaValue(ports, registry, imagesQuota);
  return ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    const held = await change.tags.find(repository, tag);
    if (held === digest) return { broughtBack: false };
    if (held !== undefined) requireMovable(repository, tag);
    const stored = await change.images.findStored(repository, digest);
    if (stored === undefined) throw imageNotFound();
    if (stored.isTrashed) {
      await restoreImage(change, repository, digest, { now, mostImages, tags: new Set() });
    }
    const at = held === undefined ? now : await tagMoveTime(change, repository, tag, now);
    await change.tags.put(repository, { tag, digest, at });
    await addPushers(change, repository, digest, pushersOf(ports.onBehalfOf?.principal));
    const untagged = held === undefined ? [] : [held];
    const arrival = { image: stored.image, what: "tagged", tags: [tag], untagged, now } as const;
    await holdArrival(
      change,
      repository,
      arrival,
      await readArrivalFacts(change, repository, digest),
    );
    await addPushEvents(change, repository, stored.image, [tag], now);
    await hastenLifecycle(change, repository, now, "taken");
    return { broughtBack: stored.isTrashed };
  });
}
