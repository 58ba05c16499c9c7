import { PackageTagPatterns } from "../../src/adapters/patterns/package-tag-patterns.ts";
import type { CandidateImage } from "../../src/registry/lifecycle/candidate-image.ts";
import { compileLifecycle } from "../../src/registry/lifecycle/compile-lifecycle.ts";
import {
  type BlockedVerdict,
  type EvaluatedLifecycle,
  LifecycleEvaluation,
  type LifecycleVerdict,
} from "../../src/registry/lifecycle/evaluate-lifecycle.ts";
import type { LifecycleRule } from "../../src/registry/lifecycle/lifecycle-rule.ts";
import { parseLifecycleExtension } from "../../src/registry/lifecycle/parse-lifecycle-extension.ts";
import { parseLifecyclePolicy } from "../../src/registry/lifecycle/parse-lifecycle-policy.ts";
import type { PlainImage, PlainRule, ReferenceVerdict } from "./reference-lifecycle.ts";

export const patterns = new PackageTagPatterns();

/**
 * Through the parsers. Rules of the policy are read one by one: ECR does not let each stand beside
 * each, but an extension may, and the engine knows no difference.
 */
export function rulesOf(
  policy: readonly PlainRule[],
  extension: readonly PlainRule[],
): LifecycleRule[] {
  const own = policy.flatMap((rule) => parseLifecyclePolicy(JSON.stringify({ rules: [rule] }), 0));
  if (extension.length === 0) return own;
  const text = JSON.stringify({ rules: extension });
  return [...own, ...parseLifecycleExtension(text, own, patterns)];
}

export function candidateOf(image: PlainImage): CandidateImage {
  const { pulledAt, archivedAt, activatedAt } = image;
  return { ...image, pulledAt, archivedAt, activatedAt };
}

export function evaluated(
  rules: readonly LifecycleRule[],
  images: readonly PlainImage[],
  now: number,
): EvaluatedLifecycle {
  const evaluation = new LifecycleEvaluation(compileLifecycle(rules, patterns), now);
  for (const image of images) evaluation.add(candidateOf(image));
  return evaluation.finish();
}

/** A verdict in the words of the reference. */
export function plainVerdict(
  outcome: EvaluatedLifecycle,
  images: readonly PlainImage[],
  verdict: LifecycleVerdict | BlockedVerdict,
): ReferenceVerdict {
  const { digest, rulePriority, action } = verdict;
  const { tags } = images.find((image) => image.digest === digest)!;
  return {
    digest,
    rulePriority,
    action,
    ...(action === "untag" && { tags: [...outcome.markedTags(verdict, tags)] }),
    ...("reason" in verdict && { reason: verdict.reason }),
    ...("reason" in verdict &&
      verdict.retainedBy !== undefined && { retainedBy: verdict.retainedBy }),
  };
}
