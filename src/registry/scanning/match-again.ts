import type { Ports } from "../../ports/ports.ts";
import type { ScanKey, SketchedScan } from "../../ports/scan-store.ts";
import { RegistryError } from "../errors.ts";
import type { Repository } from "../repositories/repository.ts";
import type { ImageScan } from "./image-scan.ts";
import { MatchRound } from "./match-round.ts";
import { rematchImage } from "./rematch-image.ts";
import { isOfNow } from "./request-scan.ts";
import { isIdle } from "./rescan-duration.ts";
import { newestOf } from "./scan-image.ts";
import { scanningOf } from "./scanning-configuration.ts";
import { scanningLimits } from "./scanning-limits.ts";
import { sketchLimits } from "./sketch-limits.ts";

/** What a round came to. */
export interface MatchedAgain {
  /** Images that hold for the newest advisories now. */
  readonly matched: number;
  /** Of these, those whose packages were held against them: of the others it is known that nothing changed. */
  readonly opened: number;
  /** Of these, those of which something else is told now. */
  readonly changed: number;
  /** Images that are not scanned any more, since nobody pushed or pulled them for long. */
  readonly expired: number;
}

/** What is told when an image can not be matched: it is looked at in the next round. */
type Failed = (error: unknown, repository: string) => void;

type Outcome = "left" | "expired" | "same" | "kept" | "changed" | "moved";

/**
 * Has images that are scanned continuously hold for the newest advisories, without reading a layer: once
 * for each image and index. What is in an image is opened where advisories of a name that it may hold
 * changed, or facts of a vulnerability that it may have; of all others it is only written down that nothing
 * did, by the page. What was not pushed or pulled for the registry's rescan duration is not scanned any more.
 * Source: ECR, "Enhanced scanning"; Inspector, "Scan duration".
 */
export async function matchAgain(
  ports: Ports,
  signal?: AbortSignal,
  failed: Failed = () => undefined,
): Promise<MatchedAgain> {
  const total = { matched: 0, opened: 0, changed: 0, expired: 0 };
  const index = await ports.vulnerabilities.current();
  if (index === undefined) return total;
  const round = new MatchRound(ports, index);
  let after: ScanKey | undefined;
  for (;;) {
    const limit = scanningLimits.scansPerPage;
    // What is found to hold for a page is so now, and not when the last image of it was looked at.
    const now = ports.clock.now();
    const page = await ports.metadata.scans.listSketched("ENHANCED", {
      ...{ ...(after && { after }), limit },
    });
    const outcomes = await matchPage(ports, round, page, { failed, signal });
    await moveOn(
      ports,
      round,
      page.filter((_, at) => outcomes[at] === "same" || outcomes[at] === "moved"),
      now,
    );
    for (const outcome of outcomes) {
      if (outcome === "expired") total.expired += 1;
      if (outcome !== "expired" && outcome !== "left") total.matched += 1;
      if (outcome === "same" || outcome === "kept" || outcome === "changed") total.opened += 1;
      if (outcome === "changed") total.changed += 1;
    }
    after = page.at(-1)?.scan;
    if (page.length < limit) return total;
  }
}

async function matchPage(
  ports: Ports,
  round: MatchRound,
  page: readonly SketchedScan[],
  { failed, signal }: { readonly failed: Failed; readonly signal: AbortSignal | undefined },
): Promise<readonly Outcome[]> {
  const outcomes = new Array<Outcome>(page.length).fill("left");
  const waiting = page.entries();
  // Each takes the next one from the same iterator; the first that throws ends the others.
  let isOver = false;
  const work = async () => {
    for (const [at, each] of waiting) {
      if (isOver) return;
      signal?.throwIfAborted();
      outcomes[at] = await matchScan(ports, round, each, failed);
    }
  };
  const workers = Array.from({ length: sketchLimits.imagesAtOnce }, () => work());
  try {
    await Promise.all(workers);
  } finally {
    isOver = true;
    await Promise.allSettled(workers);
  }
  return outcomes;
}

async function matchScan(
  ports: Ports,
  round: MatchRound,
  each: SketchedScan,
  failed: Failed,
): Promise<Outcome> {
  const { scan, image } = each;
  if (image.state !== "ACTIVE" || !isOfNow(scan, image)) return "left";
  const repository = await round.repository(scan.repository);
  if (repository === undefined || !(await isContinuous(round, repository))) return "left";
  if (isIdle(image, await round.rescanDuration(repository.registry), ports.clock.now())) {
    await expire(ports, scan);
    return "expired";
  }
  if (scan.advisories === round.index.about.version) return "left";
  if (!(await round.mayChange(each))) return "moved";
  try {
    const needed = await round.sketchesNeeded(each);
    const changes = await round.changesSince(scan);
    const isByNames = !(await round.mayHaveChangedFindings(each));
    const wanted = { index: round.index, looking: round, changes, isByNames };
    const { isKept, isChanged } = await rematchImage(ports, repository, each, wanted, needed);
    if (isKept) return "same";
    return isChanged ? "changed" : "kept";
  } catch (error) {
    // Whose key may not be used now is looked at in the next round.
    if (!(error instanceof RegistryError)) throw error;
    failed(error, repository.name);
    return "left";
  }
}

/**
 * Says that these scans hold for the index too: in one transaction, a statement for the scans of
 * each repository that ended at one time. What ended anew since it was read is left to the next round.
 */
async function moveOn(
  ports: Ports,
  { index }: MatchRound,
  page: readonly SketchedScan[],
  now: number,
): Promise<void> {
  if (page.length === 0) return;
  const scans = page.map(({ scan }) => scan);
  const groups = Map.groupBy(scans, ({ repository: { registry, id }, advisories, endedAt }) =>
    JSON.stringify([registry.account, registry.region, id, advisories, endedAt]),
  );
  const to = {
    ...{ advisories: index.about.version, sourceUpdatedAt: newestOf(index) },
    endedAt: now,
  };
  await ports.metadata.transaction(async (change) => {
    for (const group of groups.values()) {
      const { repository, type, advisories, endedAt } = group[0]!;
      if (advisories === undefined || endedAt === undefined) continue;
      const digests = group.map(({ digest }) => digest);
      await change.scans.setAdvisories(repository, type, digests, {
        ...{ from: { advisories, endedAt }, to },
      });
    }
  });
}

async function isContinuous(round: MatchRound, repository: Repository): Promise<boolean> {
  const configuration = await round.configuration(repository.registry);
  const { type, frequency } = scanningOf(configuration, repository);
  return type === "ENHANCED" && frequency === "CONTINUOUS_SCAN";
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
