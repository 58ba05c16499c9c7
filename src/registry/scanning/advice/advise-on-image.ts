import { type Advice, adviceSeverities, type RuleAdvice } from "./advice.ts";
import { adviceLimits } from "./advice-limits.ts";
import { adviceRules } from "./advice-rules.ts";
import type { AdviceSubject } from "./advice-subject.ts";
import { ReviewedImage } from "./reviewed-image.ts";
import { hideSecrets } from "./secrets/find-secrets.ts";

/**
 * What a reviewer would say of an image, the worst first. The same image gives the same advice. No secret is
 * told, also not where a line of the history is. Takes time in proportion to config and layers' files.
 */
export function adviseOnImage(subject: AdviceSubject): Advice[] {
  const image = new ReviewedImage(subject);
  const all = adviceRules.flatMap(({ id, review }) => bounded(review(image)).map(told(id)));
  const rank = ({ severity }: Advice) => adviceSeverities.indexOf(severity);
  return all.sort((a, b) => rank(b) - rank(a));
}

/** Rules that find much say the worst of it, and how much more there is. */
function bounded(advice: readonly RuleAdvice[]): readonly RuleAdvice[] {
  const most = adviceLimits.advicePerRule;
  if (advice.length <= most) return advice;
  const rank = ({ severity }: RuleAdvice) => adviceSeverities.indexOf(severity);
  const kept = advice.toSorted((a, b) => rank(b) - rank(a)).slice(0, most);
  const last = kept.pop()!;
  const more = advice.length - most;
  return [...kept, { ...last, reason: `${last.reason} There are ${more} more like it.` }];
}

function told(id: string): (advice: RuleAdvice) => Advice {
  return (advice) => ({
    id,
    ...advice,
    title: hideSecrets(advice.title),
    reason: hideSecrets(advice.reason),
    fix: hideSecrets(advice.fix),
  });
}
