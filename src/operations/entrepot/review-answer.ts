import type { Review } from "../../registry/gates/gate.ts";
import { gateLimits } from "../../registry/gates/gate-limits.ts";
import type { Evidence } from "../../registry/gates/review-evidence.ts";
import type { WeighedFinding } from "../../registry/scanning/weighed-finding.ts";
import { signersOf } from "../../registry/signing/verify/image-signatures.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { type VerdictAnswer, verdictAnswer } from "./gate-answer.ts";

/** A review as it is told of. Times are epoch seconds. */
export interface ReviewAnswer {
  readonly imageDigest: string;
  readonly reviewer: string;
  readonly decision: Review["decision"];
  readonly comment: string;
  readonly at: number;
  readonly until?: number;
  readonly ended?: { readonly at: number; readonly because: string };
}

export function reviewAnswer(review: Review): ReviewAnswer {
  const { digest, reviewer, decision, comment, at, until, ended } = review;
  return {
    ...{ imageDigest: digest, reviewer, decision, comment, at: epochSeconds(at) },
    ...(until === undefined ? {} : { until: epochSeconds(until) }),
    ...(ended === undefined
      ? {}
      : { ended: { at: epochSeconds(ended.at), because: ended.because } }),
  };
}

interface FindingAnswer {
  readonly vulnerabilityId: string;
  readonly packageName: string;
  readonly packageVersion: string;
  readonly severity: string;
  readonly priority: number;
  readonly knownExploited: boolean;
  readonly fixedVersion?: string;
}

function findingAnswer(finding: WeighedFinding): FindingAnswer {
  const { vulnerabilityId, package: of, severity, priority, kev, fixedVersion } = finding;
  return {
    ...{ vulnerabilityId, packageName: of.name, packageVersion: of.version, severity },
    ...{ priority: priority.number, knownExploited: kev !== undefined },
    ...(fixedVersion === undefined ? {} : { fixedVersion }),
  };
}

const sbomTypes: ReadonlySet<string> = new Set([
  "application/spdx+json",
  "application/vnd.cyclonedx+json",
]);

/** What GetReview answers. */
export interface EvidenceAnswer {
  readonly repositoryName: string;
  readonly imageDigest: string;
  readonly imageTags: readonly string[];
  readonly imagePushedAt: number;
  readonly pushedBy: readonly string[];
  readonly verdict?: VerdictAnswer;
  readonly quarantine?: { readonly reason: string; readonly by: string; readonly at: number };
  readonly reviews: readonly ReviewAnswer[];
  /** The worst findings of what blocks, at most `gateLimits.findingsNamed` of each gate. */
  readonly gates: readonly {
    readonly name: string;
    readonly mode: string;
    readonly blocking: number;
    readonly findings: readonly FindingAnswer[];
  }[];
  readonly findings: {
    readonly total: number;
    readonly suppressed: number;
    /** Without suppressed ones, as are the next. */
    readonly bySeverity: Readonly<Record<string, number>>;
    /** By the ten below which a priority begins: `90` for 90 to 100. */
    readonly byPriority: Readonly<Record<string, number>>;
    readonly knownExploited: number;
    readonly fixable: number;
  };
  readonly sbom: { readonly packages?: number; readonly attached: readonly string[] };
  readonly signatures: {
    /** VERIFIED: at least one is good, and by somebody whom the registry trusts. */
    readonly state: "VERIFIED" | "PRESENT_NOT_VERIFIED" | "ABSENT";
    readonly digests: readonly string[];
    /** Names of trusted signers. */
    readonly signedBy: readonly string[];
  };
  readonly advice?: Readonly<Record<string, number>>;
  readonly difference?: DifferenceAnswer;
}

interface DifferenceAnswer {
  readonly approved: ReviewAnswer;
  readonly addedFindings: Names;
  readonly goneFindings: Names;
  readonly addedPackages: Names;
  readonly gonePackages: Names;
}

/** At most `gateLimits.differencesNamed` of them by name. */
interface Names {
  readonly total: number;
  readonly names: readonly string[];
}

export function evidenceAnswer(evidence: Evidence): EvidenceAnswer {
  const { repository, image, pushers, verdict, quarantine, reviews, advice } = evidence;
  return {
    ...{ repositoryName: repository.name, imageDigest: image.digest, imageTags: image.tags },
    ...{ imagePushedAt: epochSeconds(image.pushedAt), pushedBy: pushers },
    ...(verdict === undefined ? {} : { verdict: verdictAnswer(repository.name, verdict) }),
    ...(quarantine === undefined
      ? {}
      : {
          quarantine: {
            ...{ reason: quarantine.reason, by: quarantine.by, at: epochSeconds(quarantine.at) },
          },
        }),
    reviews: reviews.map(reviewAnswer),
    gates: evidence.gates.map(({ gate, blocking }) => ({
      ...{ name: gate.name, mode: gate.rule.mode, blocking: blocking.length },
      findings: worst(blocking).map(findingAnswer),
    })),
    findings: countsOf(evidence.findings),
    ...referrersOf(evidence),
    ...(advice === undefined ? {} : { advice: countBy(advice, ({ severity }) => severity) }),
    ...differenceOf(evidence),
  };
}

function worst(findings: readonly WeighedFinding[]): readonly WeighedFinding[] {
  return findings
    .toSorted((one, other) => other.priority.number - one.priority.number)
    .slice(0, gateLimits.findingsNamed);
}

function countsOf(findings: readonly WeighedFinding[]): EvidenceAnswer["findings"] {
  const open = findings.filter(({ suppression }) => suppression === undefined);
  return {
    ...{ total: findings.length, suppressed: findings.length - open.length },
    bySeverity: countBy(open, ({ severity }) => severity),
    byPriority: countBy(open, ({ priority }) =>
      String(Math.min(90, Math.floor(priority.number / 10) * 10)),
    ),
    knownExploited: open.filter(({ kev }) => kev !== undefined).length,
    fixable: open.filter(({ fixedVersion }) => fixedVersion !== undefined).length,
  };
}

function countBy<Item>(items: readonly Item[], nameOf: (item: Item) => string) {
  const counts: Record<string, number> = {};
  for (const item of items) counts[nameOf(item)] = (counts[nameOf(item)] ?? 0) + 1;
  return counts;
}

function referrersOf({
  referrers,
  packages,
  signatures,
}: Evidence): Pick<EvidenceAnswer, "sbom" | "signatures"> {
  const ofTypes = (types: ReadonlySet<string>) =>
    referrers
      .filter(({ artifactType, configMediaType }) =>
        types.has(artifactType ?? configMediaType ?? ""),
      )
      .map(({ digest }) => digest);
  const attached = ofTypes(sbomTypes);
  return {
    sbom: { ...(packages === undefined ? {} : { packages }), attached },
    signatures: signaturesAnswer(signatures),
  };
}

function signaturesAnswer(signatures: Evidence["signatures"]): EvidenceAnswer["signatures"] {
  const digests = [...new Set(signatures.map(({ manifest }) => manifest))];
  const signedBy = signersOf(signatures).map(({ signer }) => signer);
  const present = digests.length > 0 ? "PRESENT_NOT_VERIFIED" : "ABSENT";
  return { state: signedBy.length > 0 ? "VERIFIED" : present, digests, signedBy };
}

function differenceOf({ difference }: Evidence): Pick<EvidenceAnswer, "difference"> {
  if (difference === undefined) return {};
  const { to, addedFindings, goneFindings, addedPackages, gonePackages } = difference;
  return {
    difference: {
      approved: reviewAnswer(to),
      ...{ addedFindings: named(addedFindings), goneFindings: named(goneFindings) },
      ...{ addedPackages: named(addedPackages), gonePackages: named(gonePackages) },
    },
  };
}

function named(names: readonly string[]): Names {
  return { total: names.length, names: names.slice(0, gateLimits.differencesNamed) };
}
