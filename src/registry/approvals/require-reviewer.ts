import type { MetadataChange } from "../../ports/metadata-store.ts";
import { RegistryError } from "../errors.ts";
import { gateLimits } from "../gates/gate-limits.ts";
import { treeOf } from "../gates/request-judgement.ts";
import { isSamePerson, namesOf, type Person } from "../identity/person.ts";
import type { Digest } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import type { ApprovalDecision, ApprovalRequest, Environment } from "./approval.ts";

/**
 * Separation of duties, whatever policies grant, and whichever roles somebody may assume: nobody decides
 * what they asked for, pushed or tagged, nor says twice what they think; where the environment names its
 * reviewers, nobody else decides.
 * @throws AccessDenied, Conflict
 */
export async function requireReviewer(
  change: Pick<MetadataChange, "gates" | "images">,
  repository: Repository,
  { digest, requester, requesterAssumedBy, decisions }: ApprovalRequest,
  { name, rule }: Environment,
  reviewer: Person,
): Promise<void> {
  if (isSamePerson(reviewer, { as: requester, assumedBy: requesterAssumedBy })) {
    const who = told(requester, requesterAssumedBy);
    throw denied(`The request was made by ${who}: somebody else has to decide it`);
  }
  for (const [each, pushers] of await pushersIn(change, repository, digest)) {
    const pusher = namesOf(reviewer).find((one) => pushers.includes(one));
    if (pusher !== undefined) {
      throw denied(
        `The image '${each}' was pushed or tagged by ${pusher}: somebody else has to decide`,
      );
    }
    if (pushers.length >= gateLimits.pushers) {
      throw denied(
        `The image '${each}' was pushed or tagged by ${gateLimits.pushers} principals or more, who are not all remembered: an image that differs has to be pushed`,
      );
    }
  }
  if (rule.reviewers.length > 0 && !rule.reviewers.includes(reviewer.as)) {
    throw denied(`${reviewer.as} is no reviewer of the environment '${name}'`);
  }
  const said = decisions.find((each) => isSamePerson(reviewer, decided(each)));
  if (said !== undefined) {
    const who = told(said.reviewer, said.assumedBy);
    throw new RegistryError("Conflict", `${who} has approved it already`);
  }
}

function decided({ reviewer: as, assumedBy }: ApprovalDecision): Person {
  return { as, assumedBy };
}

function told(arn: string, assumedBy: string | undefined): string {
  return assumedBy === undefined ? arn : `${arn}, assumed by ${assumedBy}`;
}

/**
 * The decisions that count: not of those who have pushed or tagged the image since they decided. What they
 * said stays in the request.
 */
export async function standingDecisions(
  change: Pick<MetadataChange, "gates" | "images">,
  repository: Repository,
  digest: Digest,
  decisions: readonly ApprovalDecision[],
): Promise<readonly ApprovalDecision[]> {
  const pushers = new Set([...(await pushersIn(change, repository, digest)).values()].flat());
  return decisions.filter((each) => !namesOf(decided(each)).some((name) => pushers.has(name)));
}

/** Who pushed or tagged the image, and each that it lists. */
async function pushersIn(
  change: Pick<MetadataChange, "gates" | "images">,
  repository: Repository,
  digest: Digest,
): Promise<ReadonlyMap<Digest, readonly string[]>> {
  const found = new Map<Digest, readonly string[]>();
  for (const each of await treeOf(change, repository, digest)) {
    found.set(each, await change.gates.pushers(repository, each));
  }
  return found;
}

function denied(sentence: string): RegistryError {
  return new RegistryError("AccessDenied", sentence);
}
