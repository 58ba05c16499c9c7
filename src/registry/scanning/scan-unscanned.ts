import type { Ports } from "../../ports/ports.ts";
import type { ImageWithTags } from "../images/image.ts";
import { activeOnly } from "../images/list-images.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { isScannable } from "./inventory-image.ts";
import { isOfNow, queueScan } from "./request-scan.ts";
import { isIdle, type RescanDuration, rescanDuration } from "./rescan-duration.ts";
import { scanningConfiguration, scanningOf } from "./scanning-configuration.ts";
import { scanningLimits } from "./scanning-limits.ts";

/**
 * Queues scans of images that enhanced scanning wants and has no result of: those that were there before
 * it was set, and those that were not scanned any more and are again. Source: Inspector, "Enabling scans
 * of container images"; spec 8.3. Resolves to how many.
 */
export async function scanUnscanned(
  ports: Ports,
  registry: Registry,
  signal?: AbortSignal,
): Promise<number> {
  const configuration = await scanningConfiguration(ports, registry);
  if (configuration.type !== "ENHANCED") return 0;
  const duration = await rescanDuration(ports, registry);
  let queued = 0;
  let after: RepositoryName | undefined;
  for (;;) {
    const limit = scanningLimits.scansPerPage;
    const page = { ...(after && { after }), limit };
    const repositories = await ports.metadata.repositories.list(registry, page);
    for (const repository of repositories) {
      const { frequency } = scanningOf(configuration, repository);
      if (frequency === undefined || frequency === "MANUAL") continue;
      queued += await scanRepository(ports, repository, duration, signal);
    }
    after = repositories.at(-1)?.name;
    if (repositories.length < limit) return queued;
  }
}

async function scanRepository(
  ports: Ports,
  repository: Repository,
  duration: RescanDuration,
  signal: AbortSignal | undefined,
): Promise<number> {
  const limit = scanningLimits.scansPerPage;
  let queued = 0;
  let after: Digest | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const page = { ...(after && { after }), limit };
    const images = await ports.metadata.images.list(repository, page, { states: activeOnly });
    const wanted = await unscanned(ports, repository, images, duration);
    await ports.metadata.transaction(async (change) => {
      const now = ports.clock.now();
      for (const { digest } of wanted) {
        await queueScan(change, repository, digest, "ENHANCED", now);
      }
    });
    queued += wanted.length;
    after = images.at(-1)?.digest;
    if (images.length < limit) return queued;
  }
}

async function unscanned(
  { metadata, clock }: Ports,
  repository: Repository,
  images: readonly ImageWithTags[],
  duration: RescanDuration,
): Promise<ImageWithTags[]> {
  const now = clock.now();
  const candidates = images.filter((image) => isScannable(image) && !isIdle(image, duration, now));
  const digests = candidates.map(({ digest }) => digest);
  const scans = await metadata.scans.findMany(repository, "ENHANCED", digests);
  const known = new Map(scans.map((scan) => [scan.digest, scan]));
  return candidates.filter((image) => {
    const scan = known.get(image.digest);
    const isCurrent = scan !== undefined && isOfNow(scan, image);
    return !isCurrent || scan.status === "SCAN_ELIGIBILITY_EXPIRED";
  });
}
