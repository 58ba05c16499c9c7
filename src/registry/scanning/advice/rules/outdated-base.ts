import { baseImage } from "../base-image.ts";
import type { ReviewRule } from "../review-rule.ts";

/** The base's tag has moved on since the build: most often, by fixes of what it holds. */
export const outdatedBase: ReviewRule = {
  id: "outdated-base",
  review(image) {
    const base = baseImage(image);
    if (base?.digest === undefined) return [];
    const newest = image.subject.newestDigest?.(base.name);
    if (newest === undefined || newest === base.digest) return [];
    return [
      {
        severity: "medium",
        title: `There is a newer \`${base.name}\``,
        reason: `The image was built on ${base.digest}; the tag leads to ${newest} now, which most often is the same with fixes.`,
        fix: `Build again with \`--pull\`, or pin the newer one: \`FROM ${base.name}@${newest}\`.`,
      },
    ];
  },
};
