import type { AdviceSeverity, RuleAdvice } from "../advice.ts";
import type { NewerBase } from "../newer-base.ts";
import type { ReviewRule } from "../review-rule.ts";
import { difference, severeOf, total } from "./base-difference.ts";

/** There is a later version of the base, under a tag of its own: a move that somebody has to try. */
export const laterBase: ReviewRule = {
  id: "later-base",
  review: ({ subject: { laterBases = [] } }) => laterBases.map(told),
};

function told(base: NewerBase): RuleAdvice {
  const { name, usedTag, taggedDigest, isHeld } = base;
  const from = usedTag === undefined ? "an earlier version of it" : `\`${usedTag}\` of it`;
  const fix = `Try \`FROM ${name}@${taggedDigest}\`: other versions of packages may be in it.`;
  return {
    severity: severityOf(base),
    title: `There is a later version of the base, \`${name}\``,
    reason: `The image was built on ${from}. ${difference(base.findings)}`,
    fix: isHeld ? `${fix} A gate holds it back at the moment: see to that first.` : fix,
    base,
  };
}

/** Never as urgent as a rebuild on the same version, which breaks less. */
function severityOf({ findings, isHeld }: NewerBase): AdviceSeverity {
  if (findings === undefined || isHeld) return "info";
  const { fixed, gained } = findings;
  if (severeOf(fixed) > severeOf(gained)) return "medium";
  if (severeOf(fixed) < severeOf(gained)) return "info";
  return total(fixed) > total(gained) ? "low" : "info";
}
