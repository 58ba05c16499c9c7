import type { Ports } from "../../ports/ports.ts";
import type { Image } from "../images/image.ts";
import { limits } from "../limits.ts";
import type { Digest } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import type { ImageConfig } from "./image-config.ts";
import { type ImageFinding, severityChoice } from "./image-finding.ts";
import { knownInventory, type ScannedImage } from "./inventory-image.ts";
import { findingsOf } from "./scan-image.ts";
import type { ScanType } from "./scan-type.ts";
import { scanningLimits } from "./scanning-limits.ts";
import { type AttackVector, parseCvss } from "./severity/cvss.ts";
import {
  type FindingPriority,
  findingPriority,
  hasProductionTag,
} from "./severity/finding-priority.ts";
import { type Priority, type PriorityFacts, priorityOf } from "./severity/priority.ts";
import type { Suppression, Suppressor } from "./suppressor.ts";
import { suppressors } from "./suppressors.ts";

export type { Suppression } from "./suppressor.ts";

/** A finding, with how soon it is to be seen to and what suppresses it, as of now. */
export interface WeighedFinding extends ImageFinding {
  readonly priority: Priority;
  readonly suppression?: Suppression | undefined;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * What the last scan of that type found in an image: as it is kept, with priority and suppression
 * reckoned now. In the order in which it is kept, suppressed ones in their places.
 * @throws Kms when the repository's key may not be used
 */
export async function weighedFindings(
  ports: Ports,
  repository: Repository,
  image: Image,
  type: ScanType,
): Promise<readonly WeighedFinding[]> {
  const { digest } = image;
  const findings = await findingsOf(ports, repository, image, { repository, digest, type });
  if (findings.length === 0) return [];
  return weigh(ports, repository, image, findings, await knownInventory(ports, repository, image));
}

/** The same of findings and a look into the image that were read already. */
export async function weigh(
  ports: Ports,
  repository: Repository,
  image: Image,
  findings: readonly ImageFinding[],
  known: ScannedImage | undefined,
): Promise<readonly WeighedFinding[]> {
  const priority = await findingPriority(ports, repository.registry);
  const use = await useOf(ports, repository, image, priority);
  const facts = { ...configFacts(known?.config), ...use };
  const suppressionOf = await suppressionIn(ports, repository, image, known);
  return findings.map((finding) => ({
    ...finding,
    priority: priorityOf({ ...findingFacts(finding), ...facts }, priority.weights),
    suppression: suppressionOf(finding),
  }));
}

/** What suppresses findings of an image now: of several, the first kind in the list of suppressors. */
export async function suppressionIn(
  ports: Ports,
  repository: Repository,
  image: Image,
  known: ScannedImage | undefined,
): Promise<Suppressor> {
  const ready = await Promise.all(suppressors.map((of) => of(ports, repository, image, known)));
  return (finding) => {
    for (const suppressor of ready) {
      const suppression = suppressor(finding);
      if (suppression !== undefined) return suppression;
    }
    return undefined;
  };
}

type FindingFacts = Pick<
  PriorityFacts,
  "severity" | "score" | "attackVector" | "exploited" | "epss" | "hasFix"
>;
type ConfigFacts = Pick<PriorityFacts, "runsAsRoot" | "exposesPorts">;
type UseFacts = Pick<PriorityFacts, "hasProductionTag" | "pulledDaysAgo" | "isInUse">;

export function findingFacts(finding: ImageFinding): FindingFacts {
  const { severity, kev, epss, fixedVersion } = finding;
  const { score } = severityChoice(finding);
  const attackVector = attackVectorOf(finding, score?.vector);
  return {
    severity,
    ...(score !== undefined && { score: score.value }),
    ...(attackVector !== undefined && { attackVector }),
    ...(kev && { exploited: { since: kev.addedOn, isRansomware: kev.isUsedByRansomware } }),
    ...(epss && { epss: { probability: epss.score, percentile: epss.percentile } }),
    hasFix: fixedVersion !== undefined,
  };
}

/** Of the vector that counts, or where it has none, the first that can be read. */
function attackVectorOf(
  { ratings }: ImageFinding,
  chosen: string | undefined,
): AttackVector | undefined {
  for (const vector of [chosen, ...ratings.map((rating) => rating.vector)]) {
    const cvss = vector === undefined ? undefined : parseCvss(vector);
    if (cvss !== undefined) return cvss.attackVector;
  }
  return undefined;
}

/** A config that could not be read adds nothing. */
export function configFacts(config: ImageConfig | undefined): ConfigFacts {
  return {
    runsAsRoot: config?.runsAsRoot ?? false,
    exposesPorts: config?.exposesPorts ?? false,
  };
}

/** An image of one platform is tagged, pulled and used by the index that it is in, too. */
async function useOf(
  { metadata, clock }: Ports,
  repository: Repository,
  image: Image,
  priority: FindingPriority,
): Promise<UseFacts> {
  const now = clock.now();
  const parents = await metadata.images.parents(
    repository,
    image.digest,
    scanningLimits.weighedParents,
  );
  const digests: Digest[] = [image.digest, ...parents];
  const tags: string[] = [];
  let pulledAt = image.pulledAt;
  for (const digest of digests) {
    tags.push(...(await metadata.tags.of(repository, digest, limits.tagsPerImage)));
    if (digest === image.digest) continue;
    const parent = await metadata.images.find(repository, digest);
    if (parent?.pulledAt !== undefined) pulledAt = Math.max(parent.pulledAt, pulledAt ?? 0);
  }
  const inUse = await metadata.inUse.among(repository, digests, now);
  return {
    hasProductionTag: hasProductionTag(priority, tags),
    ...(pulledAt !== undefined && { pulledDaysAgo: (now - pulledAt) / dayMs }),
    isInUse: inUse.length > 0,
  };
}
