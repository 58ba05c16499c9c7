import type { AdvisoryIndex } from "../../ports/advisories.ts";
import type { Ports } from "../../ports/ports.ts";
import type { ScanKey } from "../../ports/scan-store.ts";
import { RegistryError } from "../errors.ts";
import type { Image } from "../images/image.ts";
import type { Repository } from "../repositories/repository.ts";
import type { ImageScan } from "./image-scan.ts";
import { isOfNow } from "./request-scan.ts";
import { rematchImage } from "./scan-image.ts";
import { scanningConfiguration, scanningOf } from "./scanning-configuration.ts";
import { scanningLimits } from "./scanning-limits.ts";

/** What a round came to. */
export interface MatchedAgain {
  /** Images whose packages were held against advisories. */
  readonly matched: number;
  /** Of these, those of which something else is told now. */
  readonly changed: number;
  /** Images that are not scanned any more, since nobody pushed or pulled them for long. */
  readonly expired: number;
}

/**
 * Holds what is in images that are scanned continuously against the newest advisories, without reading
 * a layer: once for each image and index. What was not pushed or pulled for `scanningLimits.eligibleMs`
 * is not scanned any more. Source: ECR, "Enhanced scanning"; Inspector, "Scan duration".
 */
export async function matchAgain(
  ports: Ports,
  signal?: AbortSignal,
  failed: (error: unknown, repository: string) => void = () => undefined,
): Promise<MatchedAgain> {
  const total = { matched: 0, changed: 0, expired: 0 };
  const index = await ports.vulnerabilities.current();
  if (index === undefined) return total;
  let after: ScanKey | undefined;
  for (;;) {
    const limit = scanningLimits.scansPerPage;
    const page = await ports.metadata.scans.listAll({ ...(after && { after }), limit });
    for (const scan of page) {
      signal?.throwIfAborted();
      if (scan.type !== "ENHANCED" || scan.status !== "ACTIVE") continue;
      const outcome = await matchScan(ports, scan, index, failed);
      if (outcome === "expired") total.expired += 1;
      if (outcome === "same" || outcome === "changed") total.matched += 1;
      if (outcome === "changed") total.changed += 1;
    }
    after = page.at(-1);
    if (page.length < limit) return total;
  }
}

async function matchScan(
  ports: Ports,
  scan: ImageScan,
  index: AdvisoryIndex,
  failed: (error: unknown, repository: string) => void,
): Promise<"left" | "expired" | "same" | "changed"> {
  const repository = await ports.metadata.repositories.findById(scan.repository);
  const image = repository && (await ports.metadata.images.find(repository, scan.digest));
  if (repository === undefined || image?.state !== "ACTIVE" || !isOfNow(scan, image)) return "left";
  if (!(await isContinuous(ports, repository))) return "left";
  if (isIdle(image, ports.clock.now())) {
    await expire(ports, scan);
    return "expired";
  }
  if (scan.advisories === index.about.version) return "left";
  try {
    return (await rematchImage(ports, repository, image, scan, index)) ? "changed" : "same";
  } catch (error) {
    // Whose key may not be used now is looked at in the next round.
    if (!(error instanceof RegistryError)) throw error;
    failed(error, repository.name);
    return "left";
  }
}

async function isContinuous(ports: Ports, repository: Repository): Promise<boolean> {
  const configuration = await scanningConfiguration(ports, repository.registry);
  const { type, frequency } = scanningOf(configuration, repository);
  return type === "ENHANCED" && frequency === "CONTINUOUS_SCAN";
}

function isIdle({ pushedAt, pulledAt = 0, activatedAt = 0 }: Image, now: number): boolean {
  return now > Math.max(pushedAt, pulledAt, activatedAt) + scanningLimits.eligibleMs;
}

async function expire({ metadata }: Ports, scan: ImageScan): Promise<void> {
  const description =
    "The image was neither pushed nor pulled for long: push it to have it scanned.";
  await metadata.transaction(async (change) => {
    const current = await change.scans.find(scan);
    if (current?.status !== "ACTIVE") return;
    await change.scans.put({ ...current, status: "SCAN_ELIGIBILITY_EXPIRED", description });
  });
}
