import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { invalidParameter, RegistryError } from "../errors.ts";
import { addReviewEvent } from "../events/gate-event.ts";
import { namesOf, type Person, personOf } from "../identity/person.ts";
import type { Principal } from "../identity/principal.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import { lockRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import type { Gate, Review, VerdictReason } from "./gate.ts";
import { gateLimits } from "./gate-limits.ts";
import { gatesOn } from "./judge-image.ts";
import { type HandOn, holdAtOnce, namedDigest } from "./quarantine-image.ts";
import { queueJudgement, treeOf } from "./request-judgement.ts";

/** What a reviewer says of an image. */
export interface Decision {
  readonly image: HandOn["image"];
  readonly decision: Review["decision"];
  readonly comment: string;
  readonly reviewer: Pick<Principal, "roleArn" | "userArn" | "arn" | "session">;
  /** Of an approval: for how long it is good. */
  readonly days: number;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Approves or rejects an image, and all that it lists, by digest. The last word of all reviewers counts.
 * A rejection holds at once; after an approval the image is judged, and gates still have their say.
 * @throws RepositoryNotFound, ImageNotFound
 * @throws InvalidParameter without a digest, and where no gate asks for a review of the image
 * @throws AccessDenied for whoever pushed it, or anything that it lists; for everybody where these are too
 *   many to be remembered
 * @throws LimitExceeded when too many have reviewed it
 */
export function reviewImage(
  ports: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  name: RepositoryName,
  decided: Decision,
): Promise<Review> {
  if (decided.image.digest === undefined) throw namesNoDigest();
  return ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    const digest = await namedDigest(change, repository, decided.image);
    const gates = await gatesOn(change, repository, digest);
    const asking = gates.filter(({ rule }) => rule.requireReview);
    if (asking.length === 0) {
      throw invalidParameter("imageId", "no gate asks for a review of this image");
    }
    const at = ports.clock.now();
    const tree = await treeOf(change, repository, digest);
    const person = personOf(decided.reviewer);
    const reviewer = person.as;
    for (const each of tree) await requireOther(change, repository, each, person);
    const { decision, comment, days } = decided;
    const until = decision === "APPROVED" ? at + days * dayMs : undefined;
    const said = { reviewer, decision, comment, at, until, ended: undefined };
    const ref = { registry, id: repository.id };
    for (const each of tree) {
      await change.gates.putReview({ repository: ref, digest: each, ...said });
      if (decision === "REJECTED")
        await reject(change, { repository, digest: each, asking, comment, at });
      await queueJudgement(change, repository, each, { runAt: at, now: at });
    }
    const review: Review = { repository: ref, digest, ...said };
    const tags = await change.tags.of(repository, digest, limits.tagsPerImage);
    const pushers = await change.gates.pushers(repository, digest);
    await addReviewEvent(change, repository, review, { digest, tags, at, pushers });
    return review;
  });
}

/** A tag may have moved since the reviewer looked. */
function namesNoDigest(): RegistryError {
  return invalidParameter(
    "imageId",
    "a review is of what was looked at: name its imageDigest, which GetReview (entrepot review show) tells",
  );
}

/** Nobody approves what is their own, nor rejects it: a rejection can be taken back by who said it. */
async function requireOther(
  { gates }: Pick<MetadataChange, "gates">,
  repository: Repository,
  digest: Digest,
  person: Person,
): Promise<void> {
  const pushers = await gates.pushers(repository, digest);
  const pusher = namesOf(person).find((name) => pushers.includes(name));
  if (pusher !== undefined) {
    throw new RegistryError(
      "AccessDenied",
      `The image '${digest}' was pushed or tagged by ${pusher}: somebody else has to review it`,
    );
  }
  if (pushers.length >= gateLimits.pushers) {
    throw new RegistryError(
      "AccessDenied",
      `The image '${digest}' was pushed or tagged by ${gateLimits.pushers} principals or more, who are not all remembered: an image that differs has to be pushed and reviewed`,
    );
  }
  const reviews = await gates.reviews(repository, digest);
  const isKnown = reviews.some((each) => each.reviewer === person.as);
  if (isKnown || reviews.length < gateLimits.reviews) return;
  const sentence = `An image can not be reviewed by more than ${gateLimits.reviews} principals`;
  throw new RegistryError("LimitExceeded", sentence);
}

interface Rejected {
  readonly repository: Repository;
  readonly digest: Digest;
  readonly asking: readonly Gate[];
  readonly comment: string;
  readonly at: number;
}

async function reject(
  change: MetadataChange,
  { repository, digest, asking, comment, at }: Rejected,
): Promise<void> {
  const enforcing = asking.find(({ rule }) => rule.mode === "enforce");
  if (enforcing === undefined) return;
  const reason: VerdictReason = {
    ...{ code: "Rejected", gate: enforcing.name, mode: "enforce", holds: "QUARANTINED" },
    sentence: `It was rejected: ${comment}`,
  };
  const { registry, id } = repository;
  await holdAtOnce(change, { registry, id }, digest, reason, at);
}
