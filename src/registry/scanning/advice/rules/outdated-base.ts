import type { AdviceSeverity } from "../advice.ts";
import type { NewerBase } from "../newer-base.ts";
import type { ReviewRule } from "../review-rule.ts";
import { difference, severeOf, total } from "./base-difference.ts";

/** The base's tag has moved on since the build: most often, by fixes of what it holds. */
export const outdatedBase: ReviewRule = {
  id: "outdated-base",
  review({ subject: { newerBase: base } }) {
    if (base === undefined) return [];
    const { name, usedDigest, newestDigest, taggedDigest, isHeld } = base;
    const fix = `Build again with \`--pull\`, or pin it: \`FROM ${name}@${taggedDigest}\`.`;
    return [
      {
        severity: severityOf(base),
        title: base.isNewer ? `There is a newer \`${name}\`` : `\`${name}\` is another image now`,
        reason: `The image was built on ${usedDigest}; the tag leads to ${newestDigest} now. ${difference(base.findings)}`,
        fix: isHeld ? `${fix} A gate holds it back at the moment: see to that first.` : fix,
        base,
      },
    ];
  },
};

/** As urgent as what goes away by it; what can not be had at the moment is not urgent. */
function severityOf({ findings, isHeld }: NewerBase): AdviceSeverity {
  if (isHeld) return "low";
  if (findings === undefined) return "medium";
  const { fixed, gained } = findings;
  if (severeOf(fixed) !== severeOf(gained)) {
    return severeOf(fixed) > severeOf(gained) ? "high" : "low";
  }
  return total(fixed) > total(gained) ? "medium" : "low";
}
