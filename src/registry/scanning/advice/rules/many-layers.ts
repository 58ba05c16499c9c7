import { adviceLimits } from "../advice-limits.ts";
import type { ReviewRule } from "../review-rule.ts";

/** Each layer is a request, a directory of the overlay, and a look-up on the way to a file. */
export const manyLayers: ReviewRule = {
  id: "many-layers",
  review({ config, ownSteps }) {
    const layers = config.diffIds.length;
    if (layers <= adviceLimits.layers) return [];
    const runs = ownSteps.filter(({ instruction }) => instruction === "RUN").length;
    return [
      {
        severity: "low",
        title: `The image has ${layers} layers`,
        reason: `Each is fetched, checked and mounted by itself; overlay file systems end at about 127. ${runs} of the steps are RUN.`,
        fix: "Bring RUNs that belong together into one, with `&&` or a heredoc, and copy out of build stages what is needed in one COPY.",
      },
    ];
  },
};
