import type { MetadataChange, MetadataReads } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { addReportEvent, addReviewEvent, addVerdictEvent } from "../events/gate-event.ts";
import type { Image } from "../images/image.ts";
import { limits } from "../limits.ts";
import type { Digest, Tag } from "../names.ts";
import type { Repository, RepositoryRef } from "../repositories/repository.ts";
import type { ImageScan } from "../scanning/image-scan.ts";
import { isOfNow, queueScan } from "../scanning/request-scan.ts";
import { scanAttachedTo } from "../scanning/scan-attached.ts";
import type { ScanType } from "../scanning/scan-type.ts";
import { scanningConfiguration } from "../scanning/scanning-configuration.ts";
import { type WeighedFinding, weighedFindings } from "../scanning/weighed-finding.ts";
import type { SignedBy } from "../signing/trusted-signer.ts";
import { signersOf, verifySources } from "../signing/verify/image-signatures.ts";
import { type SignatureSources, signatureSources } from "../signing/verify/signature-sources.ts";
import {
  blocksByFindings,
  evaluateVerdict,
  type Judged,
  type VerdictFacts,
} from "./evaluate-verdict.ts";
import type { Gate, Hold, Verdict } from "./gate.ts";
import { gateLimits } from "./gate-limits.ts";
import { fitsTags, gatesOf } from "./gate-matching.ts";
import { isSignable, kindOfImage } from "./image-kind.ts";
import { judgementGeneration, judgeSigned, queueJudgement } from "./request-judgement.ts";

/** What a verdict comes from, but for findings, as it was read; `text` is equal where all of it is. */
export interface ReadFacts extends Omit<VerdictFacts, "findings" | "scan" | "signedBy"> {
  readonly image: Image;
  readonly scan: ImageScan | undefined;
  readonly type: ScanType;
  /** Where signatures may be, if a gate asks for one. */
  readonly signatures: SignatureSources;
  readonly text: string;
}

/**
 * Judges an image by what is true now: gates, scan, findings, reviews, the children of an index. The
 * verdict is kept, told and followed by whatever lists the image in one transaction, in which all that
 * it comes from is looked at once more. Twice is as good as once.
 * @throws Kms where the repository's key may not be used
 * @throws Error while what it comes from changes again and again: another attempt may be the one
 */
export async function judgeImage(
  ports: Ports,
  repository: RepositoryRef,
  digest: Digest,
): Promise<void> {
  for (let attempt = 0; attempt < gateLimits.attempts; attempt++) {
    const found = await ports.metadata.repositories.findById(repository);
    const facts = found && (await readFacts(ports.metadata, found, digest));
    if (found === undefined || facts === undefined) return;
    const findings = await findingsFor(ports, found, facts);
    const signedBy = await signersFor(ports, found, facts);
    const done = await ports.metadata.transaction(async (change) => {
      const locked = await change.repositories.lockById(repository);
      if (locked === undefined) return true;
      const current = await readFacts(change, locked, digest);
      if (current === undefined) return true;
      if (current.text !== facts.text) return false;
      await keep(change, locked, { ...current, findings, signedBy }, ports.clock.now());
      return true;
    });
    if (done) return;
  }
  throw new Error("What an image is judged by keeps changing");
}

/** `undefined` where the image is not there, or cannot be pulled for other reasons. */
export async function readFacts(
  reads: MetadataReads | MetadataChange,
  repository: Repository,
  digest: Digest,
): Promise<ReadFacts | undefined> {
  const image = await reads.images.find(repository, digest);
  if (image === undefined) return undefined;
  const { registry } = repository;
  const generation = await judgementGeneration(reads, registry);
  const gates = await gatesOn(reads, repository, digest);
  const references = await reads.images.references(repository, digest);
  const kind = kindOfImage(image, references);
  const heldChildren: { digest: Digest; hold: Hold }[] = [];
  for (const each of references) {
    if (each.kind !== "child") continue;
    const hold = (await reads.images.find(repository, each.digest))?.hold;
    if (hold !== undefined) heldChildren.push({ digest: each.digest, hold });
  }
  const { type } = await scanningConfiguration({ metadata: reads }, registry);
  const scan = await currentScan(reads, repository, image, type);
  const quarantine = await reads.gates.quarantine(repository, digest);
  const before = await reads.gates.verdict(repository, digest);
  const blockedBefore = (before?.reasons ?? []).filter(({ code }) => code === "FindingsBlocked");
  const isReviewed = gates.some(({ rule }) => rule.requireReview);
  const reviews = isReviewed ? await reads.gates.reviews(repository, digest) : [];
  const isApproved = gates.some(({ rule }) => rule.requireApproval !== undefined);
  const approvals = isApproved ? await reads.approvals.approvals(repository, digest) : [];
  const isAttached = kind === "artifact" && image.subject !== undefined;
  const signatures = await sourcesFor(reads, repository, image, gates);
  const signing = signatures.sources.map(({ manifest, about }) => [manifest.digest, about.digest]);
  const rules = gates.map(({ name, rule }) => ({ name, rule }));
  const from = { object: image.object, generation, rules, kind, heldChildren, quarantine, reviews };
  const text = JSON.stringify({ ...from, approvals, type, scan, blockedBefore, signing });
  const judged = { gates, kind, heldChildren, scan, quarantine, reviews, blockedBefore };
  return {
    ...{ ...judged, approvals, isAttached, isSignable: isSignable(image, references), signatures },
    ...{ image, type, text },
  };
}

async function currentScan(
  { scans }: Pick<MetadataReads, "scans">,
  repository: RepositoryRef,
  image: Image,
  type: ScanType,
): Promise<ImageScan | undefined> {
  const scan = await scans.find({ repository, digest: image.digest, type });
  return scan !== undefined && isOfNow(scan, image) ? scan : undefined;
}

/** The gates that speak of an image: by its tags, and those of what lists it. */
export async function gatesOn(
  reads: Pick<MetadataReads, "gates" | "images" | "tags">,
  repository: Repository,
  digest: Digest,
): Promise<readonly Gate[]> {
  const gates = gatesOf(await reads.gates.list(repository.registry), repository.name);
  if (gates.every(({ rule }) => rule.tags.length === 0)) return gates;
  const tags = await tagsOfTree(reads, repository, digest);
  return tags === undefined ? gates : gates.filter((gate) => fitsTags(gate, tags));
}

/**
 * A platform's image has no tag of its own: what lists it has. `undefined` where that is too much to be
 * read: whoever may push untagged indexes must not bring an image from under a gate by that.
 */
async function tagsOfTree(
  { images, tags }: Pick<MetadataReads, "images" | "tags">,
  repository: RepositoryRef,
  digest: Digest,
): Promise<readonly Tag[] | undefined> {
  const { nestedParents, parentTags } = gateLimits;
  const found = new Set<Tag>(await tags.of(repository, digest, limits.tagsPerImage));
  const seen = new Set<Digest>([digest]);
  for (const each of seen) {
    const above = await tags.ofParents(repository, each, parentTags + 1);
    if (above.length > parentTags) return undefined;
    for (const tag of above) found.add(tag);
    for (const parent of await images.listedParents(repository, each, nestedParents + 1)) {
      seen.add(parent);
    }
    if (seen.size > nestedParents) return undefined;
  }
  return [...found];
}

const noSources: SignatureSources = { sources: [], isCut: false };

async function sourcesFor(
  reads: Pick<MetadataReads, "images" | "tags">,
  repository: Repository,
  image: Image,
  gates: readonly Gate[],
): Promise<SignatureSources> {
  if (gates.every(({ rule }) => rule.signedBy.length === 0)) return noSources;
  return signatureSources(reads, repository, image);
}

/** Which signers are trusted is part of the registry's generation, as gates are. */
async function signersFor(
  ports: Ports,
  repository: Repository,
  { signatures }: ReadFacts,
): Promise<readonly SignedBy[]> {
  if (signatures.sources.length === 0) return [];
  const trusted = await ports.metadata.signings.trustedSigners(repository.registry);
  return signersOf(await verifySources(ports, repository, signatures, trusted));
}

async function findingsFor(
  ports: Ports,
  repository: Repository,
  { image, gates, kind, scan, type }: ReadFacts,
): Promise<readonly WeighedFinding[]> {
  if (gates.length === 0 || kind !== "image" || scan?.endedAt === undefined) return [];
  return weighedFindings(ports, repository, image, type);
}

async function keep(
  change: MetadataChange,
  repository: Repository,
  facts: ReadFacts & VerdictFacts,
  now: number,
): Promise<void> {
  const { image, gates, quarantine, heldChildren } = facts;
  const { digest } = image;
  const before = await change.gates.verdict(repository, digest);
  const judged = evaluateVerdict(facts, now);
  const isJudged = gates.length > 0 || quarantine !== undefined || heldChildren.length > 0;
  if (before === undefined && !isJudged) return;
  const isSame = before?.state === judged.state;
  const { state, reasons, review, dueAt, ended } = judged;
  if (isJudged) {
    const changedAt = isSame ? before.changedAt : now;
    const verdict: Verdict = {
      ...{ repository, digest, state, reasons, review, changedAt, judgedAt: now },
    };
    await change.gates.putVerdict(verdict);
  } else await change.gates.removeVerdict(repository, digest);
  if (ended !== undefined) await change.gates.putReview(ended);
  await tellChanges(change, repository, { digest, before, judged, now });
  const hold = state === "ALLOWED" ? undefined : state;
  if (image.hold !== hold) await judgeParentsAgain(change, repository, digest, now);
  // What is attached to an image counts while it may be pulled; by hand it is held before it is judged.
  const isFirst = hold !== undefined && before?.judgedAt === undefined;
  if (image.hold !== hold || isFirst) {
    await scanAttachedTo(change, repository, digest, facts.type, now);
    const tags = await change.tags.of(repository, digest, limits.tagsPerImage);
    await judgeSigned(change, repository, { image, tags }, now);
  }
  if (dueAt !== undefined) await queueJudgement(change, repository, digest, { runAt: dueAt, now });
  await haveScanned(change, repository, facts, now);
}

/** What lists an image is as bad as it is. */
async function judgeParentsAgain(
  change: MetadataChange,
  repository: Repository,
  digest: Digest,
  now: number,
): Promise<void> {
  const { parentsPerPage } = gateLimits;
  let after: Digest | undefined;
  do {
    const page = await change.images.parents(repository, digest, parentsPerPage, after);
    for (const parent of page)
      await queueJudgement(change, repository, parent, { runAt: now, now });
    after = page.length < parentsPerPage ? undefined : page.at(-1);
  } while (after !== undefined);
}

/** What a gate blocks by findings it lets go by another scan alone. */
function needsScan({ rule }: Gate): boolean {
  return rule.requireScan || blocksByFindings(rule);
}

/** A gate that goes by a scan has it made, whatever the registry's scanning rules say. */
async function haveScanned(
  change: MetadataChange,
  repository: Repository,
  { image, gates, kind, scan, type }: ReadFacts,
  now: number,
): Promise<void> {
  const isWanted = kind === "image" && gates.some(needsScan);
  if (!isWanted || scan !== undefined || image.state !== "ACTIVE") return;
  await queueScan(change, repository, image.digest, type, now);
}

async function tellChanges(
  change: MetadataChange,
  repository: Repository,
  {
    digest,
    before,
    judged,
    now,
  }: {
    readonly digest: Digest;
    readonly before: Verdict | undefined;
    readonly judged: Judged;
    readonly now: number;
  },
): Promise<void> {
  const was = before?.state ?? "ALLOWED";
  const reported = reportingGates(judged);
  const isReported = reported.join() !== reportingGates(before).join();
  // What is held back when it arrives is told of when it is known why.
  const isFirst = before?.judgedAt === undefined && judged.state !== "ALLOWED";
  const isTold = isFirst || was !== judged.state;
  if (!isTold && !isReported && judged.ended === undefined) return;
  const tags = await change.tags.of(repository, digest, limits.tagsPerImage);
  const about = { digest, tags, at: now };
  const pushers = await change.gates.pushers(repository, digest);
  if (judged.ended !== undefined) {
    await addReviewEvent(change, repository, judged.ended, { ...about, pushers });
  }
  if (isTold) {
    await addVerdictEvent(change, repository, judged, { ...about, before: was, pushers });
  }
  if (isReported) await addReportEvent(change, repository, reported, about);
}

/** Those that would hold an image back if they did not only report. */
function reportingGates(verdict: Pick<Verdict, "reasons"> | undefined): string[] {
  const reported = (verdict?.reasons ?? []).filter(({ mode }) => mode === "report");
  return [...new Set(reported.map(({ gate = "" }) => gate))].sort();
}
