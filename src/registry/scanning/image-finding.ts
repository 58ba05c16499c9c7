import { createHash } from "node:crypto";
import type { Image } from "../images/image.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import type { Finding } from "./finding.ts";
import type { SeverityCounts } from "./image-scan.ts";
import { type ChosenSeverity, chooseSeverity } from "./severity/choose-severity.ts";
import {
  type RatingSource,
  ratingSources,
  type Severity,
  severities,
} from "./severity/severity.ts";

/** A finding as it is kept of an image. Times are milliseconds since the epoch. */
export interface ImageFinding extends Finding {
  /** 32 hexadecimal digits, the same as long as it is about the same package of the same image. */
  readonly id: string;
  readonly severity: Severity;
  readonly firstObservedAt: number;
  readonly lastObservedAt: number;
  /** When anything of it was another than before. */
  readonly changedAt: number;
}

/** The ARN of a finding. Source: Inspector, "Finding". */
export function findingArn({ registry }: RepositoryRef, id: string): string {
  return `arn:aws:inspector2:${registry.region}:${registry.account}:finding/${id}`;
}

/** The findings of a scan, with what is known of those that were there before. */
export function observe(
  image: Image,
  findings: readonly Finding[],
  before: readonly ImageFinding[],
  now: number,
): ImageFinding[] {
  const known = new Map(before.map((finding) => [finding.id, finding]));
  const observed = findings.map((finding) => {
    const id = idOf(image, finding);
    const { severity } = severityChoice(finding);
    const last = known.get(id);
    const isSame = last !== undefined && toldAlike(last, { ...finding, severity });
    return {
      ...{ ...finding, id, severity },
      firstObservedAt: last?.firstObservedAt ?? now,
      lastObservedAt: now,
      changedAt: isSame ? last.changedAt : now,
    };
  });
  return observed.toSorted(worstFirst);
}

/** Exploited ones first, then by severity, then by the likelihood that they will be. */
function worstFirst(one: ImageFinding, other: ImageFinding): number {
  return (
    Number(other.kev !== undefined) - Number(one.kev !== undefined) ||
    severities.indexOf(one.severity) - severities.indexOf(other.severity) ||
    (other.epss?.score ?? 0) - (one.epss?.score ?? 0) ||
    (one.vulnerabilityId < other.vulnerabilityId ? -1 : 1)
  );
}

/** Which of the ratings counts. */
export function severityChoice({
  ratings,
  source,
  vulnerabilityId,
  advisories,
}: Finding): ChosenSeverity {
  const [advisoryId = vulnerabilityId] = advisories;
  const known = ratings.map((rating) => ({ ...rating, source: ratingSource(rating.source) }));
  return chooseSeverity(known, { raisedBy: ratingSource(source), advisoryId });
}

/** `DEBIAN` of `DEBIAN_CVE`: who says it, whatever kind of page it stands on. */
function ratingSource(source: string): RatingSource {
  const known = ratingSources.find((each) => source === each || source.startsWith(`${each}_`));
  return known ?? "OTHER";
}

/** EPSS moves every day by a little: that alone is no change. */
function toldAlike(one: Told, other: Told): boolean {
  return JSON.stringify(told(one)) === JSON.stringify(told(other));
}

type Told = Finding & Pick<ImageFinding, "severity">;

function told({ vulnerabilityId, state, fixedVersion, ratings, severity, kev }: Told) {
  return { vulnerabilityId, state, fixedVersion, ratings, severity, kev };
}

function idOf({ repository, digest }: Image, { vulnerabilityId, package: of }: Finding): string {
  const { type, name, version, architecture } = of;
  const parts = [repository.id, digest, vulnerabilityId, type, name, version, architecture ?? ""];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}

/** How many there are of each severity that there is. */
export function countSeverities(
  findings: readonly Pick<ImageFinding, "severity">[],
): SeverityCounts {
  const counts: Record<string, number> = {};
  for (const { severity } of findings) counts[severity] = (counts[severity] ?? 0) + 1;
  return counts;
}
