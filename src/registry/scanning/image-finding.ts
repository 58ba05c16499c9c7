import { hash } from "node:crypto";
import type { Image } from "../images/image.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import type { Finding } from "./finding.ts";
import type { SeverityCounts } from "./image-scan.ts";
import { isSameJson } from "./same-json.ts";
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

/** The findings of a scan, each id once, with what is known of those that were there before. */
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
  return eachOnce(observed.toSorted(worstFirst));
}

/**
 * What is looked up under several names, such as those of two sources, may be told as one package: then the worse
 * of two findings of one id counts, in the places of both.
 */
function eachOnce(findings: readonly ImageFinding[]): ImageFinding[] {
  const once = new Map<string, ImageFinding>();
  for (const finding of findings) {
    const worse = once.get(finding.id);
    once.set(finding.id, worse === undefined ? finding : inPlacesOf(worse, finding));
  }
  return [...once.values()];
}

function inPlacesOf(worse: ImageFinding, { package: { places } }: ImageFinding): ImageFinding {
  const { package: of } = worse;
  const others = places.filter((place) => !of.places.some((each) => isSameJson(each, place)));
  return { ...worse, package: { ...of, places: [...of.places, ...others] } };
}

/** Exploited ones first, then by severity, then by the likelihood that they will be. */
export function worstFirst(one: ImageFinding, other: ImageFinding): number {
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

/**
 * The word for it of who says that the package is affected; where that has none, the word that the severity
 * comes from. What another distribution calls it is none of these.
 */
export function vendorSeverityOf(finding: Finding): string | undefined {
  const raisedBy = ratingSource(finding.source);
  const { source } = severityChoice(finding);
  const words = finding.ratings.filter(({ word }) => word !== undefined);
  const own = words.filter((each) => ratingSource(each.source) === raisedBy);
  const found =
    own.find(({ isOfPackage }) => isOfPackage) ??
    own[0] ??
    words.find((each) => ratingSource(each.source) === source);
  return found?.word;
}

/** `DEBIAN` of `DEBIAN_CVE`: who says it, whatever kind of page it stands on. */
function ratingSource(source: string): RatingSource {
  const known = ratingSources.find((each) => source === each || source.startsWith(`${each}_`));
  return known ?? "OTHER";
}

/**
 * Whether it is told of the same findings, word by word, as those that are kept: but for when they were
 * seen last, and for EPSS, which is read where findings are.
 */
export function isKeptAlready(
  findings: readonly ImageFinding[],
  kept: readonly ImageFinding[],
): boolean {
  if (findings.length !== kept.length) return false;
  const known = new Map(kept.map((finding) => [finding.id, finding]));
  return findings.every((finding) => {
    const same = known.get(finding.id);
    if (same === undefined) return false;
    return isSameJson({ ...finding, ...seenLast }, { ...same, ...seenLast });
  });
}

const seenLast = { lastObservedAt: 0, epss: undefined };

/** EPSS moves every day by a little: that alone is no change. */
function toldAlike(one: Told, other: Told): boolean {
  return isSameJson(told(one), told(other));
}

type Told = Finding & Pick<ImageFinding, "severity">;

function told({ vulnerabilityId, state, fixedVersion, ratings, severity, kev }: Told) {
  return { vulnerabilityId, state, fixedVersion, ratings, severity, kev };
}

function idOf(image: Image, { vulnerabilityId, package: of }: Finding): string {
  const { type, name, version, architecture } = of;
  const own = hashed(vulnerabilityId, type, name, version, architecture ?? "");
  return imagePrefix(image) + own.slice(0, 32 - prefixDigits);
}

const prefixDigits = 12;

/** How the ids of all findings of an image begin, so that one is found again without a table of them. */
export function imagePrefix({ repository, digest }: Pick<Image, "repository" | "digest">): string {
  return hashed(repository.id, digest).slice(0, prefixDigits);
}

function hashed(...parts: readonly string[]): string {
  return hash("sha256", JSON.stringify(parts));
}

/** How many there are of each severity that there is. */
export function countSeverities(
  findings: readonly Pick<ImageFinding, "severity">[],
): SeverityCounts {
  const counts: Record<string, number> = {};
  for (const { severity } of findings) counts[severity] = (counts[severity] ?? 0) + 1;
  return counts;
}

/** All names of a finding's vulnerability, in capitals: nobody agrees on the case of `GHSA-…`. */
export function namesOf({
  vulnerabilityId,
  aliases,
  advisories,
}: Pick<Finding, "vulnerabilityId" | "aliases" | "advisories">): ReadonlySet<string> {
  return new Set([vulnerabilityId, ...aliases, ...advisories].map((name) => name.toUpperCase()));
}
