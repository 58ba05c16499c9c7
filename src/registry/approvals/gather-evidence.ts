import type { MetadataReads } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { gateLimits } from "../gates/gate-limits.ts";
import { treeOf } from "../gates/request-judgement.ts";
import { type Evidence, reviewEvidence } from "../gates/review-evidence.ts";
import type { Image } from "../images/image.ts";
import type { Digest } from "../names.ts";
import type { Repository, RepositoryRef } from "../repositories/repository.ts";
import { parseImageConfig } from "../scanning/advice/image-config.ts";
import { FileRefused } from "../scanning/file-analyzer.ts";
import { isScannable, readConfig } from "../scanning/inventory-image.ts";
import { isOfNow } from "../scanning/request-scan.ts";
import { scanningConfiguration } from "../scanning/scanning-configuration.ts";
import type { WeighedFinding } from "../scanning/weighed-finding.ts";
import type { ImageSignature } from "../signing/verify/image-signatures.ts";
import type { CheckResult, EvidenceSummary, VerifiedSignature } from "./approval.ts";
import { approvalLimits } from "./approval-limits.ts";
import type { CheckedFacts } from "./evaluate-checks.ts";

/**
 * What is known of an image, and of all that it lists, as checks need it and as it is kept.
 * @throws ImageNotFound
 * @throws Kms where the repository's key may not be used
 */
export async function gatherEvidence(
  ports: Ports,
  repository: Repository,
  digest: Digest,
): Promise<CheckedFacts> {
  const { registry, name } = repository;
  const evidence = await reviewEvidence(ports, registry, name, { digest });
  const { findings, verdict, packages, referrers, difference, quarantine } = evidence;
  const named = referrers.slice(0, approvalLimits.evidenceNamed);
  const tree = await treeOf(ports.metadata, repository, digest);
  return {
    findings,
    isWhole: tree.length <= gateLimits.platformsShown,
    isQuarantined: quarantine !== undefined,
    evidence: {
      gatheredAt: ports.clock.now(),
      scan: await worstScan(ports, repository, digest),
      findings: countsOf(findings),
      verdict: verdict?.state,
      packages,
      referrers: named.map((each) => ({ digest: each.digest, artifactType: typeOf(each) })),
      signedBy: await signersOf(ports.metadata, repository, digest),
      signatures: evidence.signatures.flatMap(verifiedBy).slice(0, approvalLimits.evidenceNamed),
      builtAt: await builtAt(ports, repository, digest),
      difference: difference && summaryOf(difference),
    },
  };
}

function typeOf({ artifactType, configMediaType }: Image): string {
  return artifactType ?? configMediaType ?? "";
}

function countsOf(findings: readonly WeighedFinding[]): EvidenceSummary["findings"] {
  const open = findings.filter(({ suppression }) => suppression === undefined);
  const bySeverity: Record<string, number> = {};
  for (const { severity } of open) bySeverity[severity] = (bySeverity[severity] ?? 0) + 1;
  return {
    ...{ total: findings.length, suppressed: findings.length - open.length, bySeverity },
    knownExploited: open.filter(({ kev }) => kev !== undefined).length,
  };
}

function summaryOf(difference: NonNullable<Evidence["difference"]>): EvidenceSummary["difference"] {
  const { to, addedFindings, goneFindings, addedPackages, gonePackages } = difference;
  return {
    to: to.digest,
    findings: addedFindings.length + goneFindings.length,
    packages: addedPackages.length + gonePackages.length,
  };
}

/** Of an index, the one of its platforms that speaks against it most: none is worse than one that failed. */
async function worstScan(
  { metadata }: Ports,
  repository: Repository,
  digest: Digest,
): Promise<EvidenceSummary["scan"]> {
  const { type } = await scanningConfiguration({ metadata }, repository.registry);
  let worst: EvidenceSummary["scan"];
  for (const each of await treeOf(metadata, repository, digest)) {
    const image = await metadata.images.find(repository, each);
    if (image === undefined || !isScannable(image)) continue;
    const scan = await metadata.scans.find({ repository, digest: each, type });
    if (scan === undefined || !isOfNow(scan, image)) return undefined;
    const isBad = scan.status !== "ACTIVE" && scan.status !== "COMPLETE";
    if (worst === undefined || isBad) worst = { status: scan.status, endedAt: scan.endedAt };
    if (isBad) return worst;
  }
  return worst;
}

/** Profiles whose signatures were made here, and are still attached. */
export async function signersOf(
  { signings, images }: Pick<MetadataReads, "signings" | "images">,
  repository: RepositoryRef,
  digest: Digest,
): Promise<readonly string[]> {
  const signers: string[] = [];
  for (const { profileArn, status, signature } of await signings.ofImage(repository, digest)) {
    if (status !== "COMPLETE" || signature === undefined) continue;
    if ((await images.find(repository, signature))?.state === "ACTIVE") signers.push(profileArn);
  }
  return signers;
}

/** Once for each name that what has verified it is trusted under. */
function verifiedBy(signature: ImageSignature): VerifiedSignature[] {
  const { verification, predicateType, format, manifest, about, certificateSubject } = signature;
  // A statement about something else than that it is signed.
  if (verification.signer === undefined || predicateType !== undefined) return [];
  return [verification, ...verification.others].map(({ signer, fingerprint }) => ({
    ...{ signer, fingerprint, format, manifest, about },
    ...(certificateSubject === undefined ? {} : { certificateSubject }),
  }));
}

/** When the oldest of what it lists was built, by its own word; `undefined` where one does not say. */
async function builtAt(
  ports: Ports,
  repository: Repository,
  digest: Digest,
): Promise<number | undefined> {
  const times: number[] = [];
  for (const each of await treeOf(ports.metadata, repository, digest)) {
    const image = await ports.metadata.images.find(repository, each);
    if (image === undefined || !isScannable(image)) continue;
    const at = await createdAt(ports, repository, image);
    if (at === undefined) return undefined;
    times.push(at);
  }
  return times.length === 0 ? undefined : Math.min(...times);
}

async function createdAt(
  ports: Ports,
  repository: Repository,
  { digest }: Image,
): Promise<number | undefined> {
  const references = await ports.metadata.images.references(repository, digest);
  const config = references.find(({ kind }) => kind === "config");
  if (config === undefined) return undefined;
  try {
    const { created = "" } = parseImageConfig(await readConfig(ports, repository, config.digest));
    const at = Date.parse(created);
    return Number.isNaN(at) ? undefined : at;
  } catch (error) {
    if (error instanceof FileRefused) return undefined;
    throw error;
  }
}

/** What was attached to an image when that was recorded, and is there no more: a check that failed for each. */
export async function lostEvidence(
  { images }: Pick<MetadataReads, "images">,
  repository: RepositoryRef,
  { referrers, signatures = [] }: EvidenceSummary,
): Promise<readonly CheckResult[]> {
  const named = new Map<Digest, string>(signatures.map((each) => [each.manifest, each.format]));
  for (const { digest, artifactType } of referrers) named.set(digest, artifactType);
  const lost: CheckResult[] = [];
  for (const [digest, type] of named) {
    if ((await images.find(repository, digest))?.state === "ACTIVE") continue;
    const sentence = `The evidence ${digest} (${type}), which was there when it was asked for, is gone: ask anew`;
    lost.push({ check: "Evidence", passed: false, sentence });
  }
  return lost;
}
