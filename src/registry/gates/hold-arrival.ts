import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Image, ImageReference } from "../images/image.ts";
import type { Digest, Tag } from "../names.ts";
import type { Repository, RepositoryRef } from "../repositories/repository.ts";
import {
  artifactSentence,
  childReason,
  notApproved,
  notReviewed,
  notSigned,
  quarantineReason,
  scanPending,
  unsupportedReason,
} from "./evaluate-verdict.ts";
import type { Gate, Hold, Quarantine, VerdictReason } from "./gate.ts";
import { fitsTags, gatesOf } from "./gate-matching.ts";
import { isSignable, kindOfImage } from "./image-kind.ts";
import { judgeSigned, judgeTreeAgain, queueJudgement } from "./request-judgement.ts";

/** What became of an image in a transaction that has locked its repository. */
export interface Arrival {
  readonly image: Image;
  /** `new`: nobody could pull it before. `back`: from the trash. `tagged`: it got tags. */
  readonly what: "new" | "back" | "tagged";
  /** That it got by that. */
  readonly tags: readonly Tag[];
  /** Images that lost one of these tags. */
  readonly untagged: readonly Digest[];
  readonly now: number;
}

/** What has to be read for it; of the repository's whole registry. */
export interface ArrivalFacts {
  readonly gates: readonly Gate[];
  readonly quarantine: Quarantine | undefined;
}

/** Reads it: after the repository was locked, so that a gate which is put meanwhile meets the image. */
export async function readArrivalFacts(
  { gates }: Pick<MetadataChange, "gates">,
  repository: RepositoryRef,
  digest: Digest,
): Promise<ArrivalFacts> {
  const [all, quarantine] = await Promise.all([
    gates.list(repository.registry),
    gates.quarantine(repository, digest),
  ]);
  return { gates: all, quarantine };
}

/**
 * Holds back what came under a gate, in the transaction in which it did: there is no moment in which it
 * could be pulled and a gate would not have it. A job judges it for good.
 */
export async function holdArrival(
  change: MetadataChange,
  repository: Repository,
  arrival: Arrival,
  { gates: all, quarantine }: ArrivalFacts,
): Promise<void> {
  const { image, what, tags, untagged, now } = arrival;
  const { digest } = image;
  const gates = gatesOf(all, repository.name);
  const isTagGated = gates.some(({ rule }) => rule.tags.length > 0);
  if (isTagGated) {
    for (const loser of untagged) await judgeTreeAgain(change, repository, loser, now);
  }
  await judgeSigned(change, repository, { image, tags }, now, gates);
  if (what === "tagged") {
    if (isTagGated) await holdTree(change, repository, arrival, gates);
    return;
  }
  const references = await referencesIfNeeded(change, repository, arrival, gates);
  const held = await heldChildren(change, repository, references);
  const applying = gates.filter((gate) => fitsTags(gate, tags));
  const reasons: VerdictReason[] = [];
  if (quarantine !== undefined) reasons.push(quarantineReason(quarantine));
  if (held[0] !== undefined) reasons.push(childReason(held[0], held));
  for (const gate of applying) {
    if (gate.rule.mode !== "enforce") continue;
    reasons.push(...(what === "back" ? [unjudged(gate)] : firstReasons(gate, image, references)));
  }
  if (reasons.length > 0) await hold(change, repository, image, reasons, now);
  if (reasons.length > 0 || gates.length > 0 || image.hold !== undefined) {
    await queueJudgement(change, repository, digest, { runAt: now, now });
  }
  if (isTagGated && tags.length > 0) await holdTree(change, repository, arrival, gates);
}

/** An index is told by its references: what it lists, and so what may hold it back. */
async function referencesIfNeeded(
  { images }: Pick<MetadataChange, "images">,
  repository: Repository,
  { image }: Arrival,
  gates: readonly Gate[],
): Promise<readonly ImageReference[]> {
  // What has a config lists nothing.
  if (image.configMediaType !== undefined && gates.length === 0) return [];
  return images.references(repository, image.digest);
}

interface HeldChild {
  readonly digest: Digest;
  readonly hold: Hold;
}

async function heldChildren(
  { images }: Pick<MetadataChange, "images">,
  repository: Repository,
  references: readonly ImageReference[],
): Promise<readonly HeldChild[]> {
  const held: HeldChild[] = [];
  for (const { kind, digest } of references) {
    if (kind !== "child") continue;
    const child = await images.find(repository, digest);
    if (child?.hold !== undefined) held.push({ digest, hold: child.hold });
  }
  return held;
}

/** What is known to speak against an image that nobody has looked into. */
function firstReasons(
  gate: Gate,
  image: Image,
  references: readonly ImageReference[],
): VerdictReason[] {
  const { requireScan, requireReview, requireApproval, unsupported, signedBy } = gate.rule;
  const reasons: VerdictReason[] = [];
  const kind = kindOfImage(image, references);
  if (requireScan && kind === "image") reasons.push(scanPending(gate));
  if (requireScan && kind === "artifact" && unsupported === "block") {
    reasons.push(unsupportedReason(gate, artifactSentence));
  }
  const isAttached = kind === "artifact" && image.subject !== undefined;
  if (requireApproval !== undefined && !isAttached) reasons.push(notApproved(gate, false));
  if (signedBy.length > 0 && isSignable(image, references)) reasons.push(notSigned(gate));
  if (requireReview) reasons.push(notReviewed(gate, "Nobody has approved it yet"));
  return reasons;
}

function unjudged({ name, rule: { mode } }: Gate): VerdictReason {
  const sentence = "It is not judged yet";
  return { code: "NotJudgedYet", gate: name, mode, holds: "PENDING", sentence };
}

/** A tag brings an image, and all that it lists, under gates that speak of such tags. */
async function holdTree(
  change: MetadataChange,
  repository: Repository,
  { image, what, tags, now }: Arrival,
  gates: readonly Gate[],
): Promise<void> {
  const applying = gates.filter(
    (gate) => gate.rule.tags.length > 0 && gate.rule.mode === "enforce" && fitsTags(gate, tags),
  );
  const tree = await judgeTreeAgain(change, repository, image.digest, now);
  if (applying.length === 0) return;
  // Of what is new it was said already what is known to speak against it.
  for (const digest of what === "new" ? tree.slice(1) : tree) {
    const each = await change.images.find(repository, digest);
    if (each === undefined || each.hold !== undefined) continue;
    await hold(change, repository, each, applying.map(unjudged), now);
  }
}

/** What is held back already stays so for the reasons that it has. */
async function hold(
  change: MetadataChange,
  repository: Repository,
  { digest, hold: held }: Image,
  reasons: readonly VerdictReason[],
  now: number,
): Promise<void> {
  if (held === "QUARANTINED") return;
  const isQuarantined = reasons.some(({ holds }) => holds === "QUARANTINED");
  const state: Hold = isQuarantined ? "QUARANTINED" : "PENDING";
  const review = reasons.some(({ code }) => code === "NotReviewed") ? "PENDING" : undefined;
  const { registry, id } = repository;
  await change.gates.putVerdict({
    ...{ repository: { registry, id }, digest, state, reasons, review },
    ...{ changedAt: now, judgedAt: undefined },
  });
}
