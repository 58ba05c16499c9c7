import type { RuleAdvice } from "./advice.ts";
import type { ReviewedImage } from "./reviewed-image.ts";

/** One thing that a reviewer looks for. It says nothing where it does not know. */
export interface ReviewRule {
  /** Told with its advice; unique among all rules. */
  readonly id: string;
  review(image: ReviewedImage): readonly RuleAdvice[];
}
