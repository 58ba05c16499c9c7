import type { MetadataChange } from "../../ports/metadata-store.ts";
import { RegistryError } from "../errors.ts";
import { gateLimits } from "../gates/gate-limits.ts";
import { treeOf } from "../gates/request-judgement.ts";
import type { Digest } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import type { ApprovalDecision, ApprovalRequest, Environment } from "./approval.ts";

/**
 * Separation of duties, whatever policies grant: nobody decides what they asked for, pushed or tagged, nor
 * says twice what they think; where the environment names its reviewers, nobody else decides.
 * @param reviewer the ARN of a user or a role
 * @throws AccessDenied, Conflict
 */
export async function requireReviewer(
  change: Pick<MetadataChange, "gates" | "images">,
  repository: Repository,
  { digest, requester, decisions }: ApprovalRequest,
  { name, rule }: Environment,
  reviewer: string,
): Promise<void> {
  if (reviewer === requester) {
    throw denied(`The request was made by ${reviewer}: somebody else has to decide it`);
  }
  for (const [each, pushers] of await pushersIn(change, repository, digest)) {
    if (pushers.includes(reviewer)) {
      throw denied(
        `The image '${each}' was pushed or tagged by ${reviewer}: somebody else has to decide`,
      );
    }
    if (pushers.length >= gateLimits.pushers) {
      throw denied(
        `The image '${each}' was pushed or tagged by ${gateLimits.pushers} principals or more, who are not all remembered: an image that differs has to be pushed`,
      );
    }
  }
  if (rule.reviewers.length > 0 && !rule.reviewers.includes(reviewer)) {
    throw denied(`${reviewer} is no reviewer of the environment '${name}'`);
  }
  if (decisions.some((each) => each.reviewer === reviewer)) {
    throw new RegistryError("Conflict", `${reviewer} has approved it already`);
  }
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
  return decisions.filter(({ reviewer }) => !pushers.has(reviewer));
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
