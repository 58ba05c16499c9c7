import type { RuleAdvice } from "../advice.ts";
import { adviceLimits } from "../advice-limits.ts";
import { countText, pathsText, sizeText, stepText } from "../advice-texts.ts";
import type { WastedFile } from "../file-tree.ts";
import type { ReviewRule } from "../review-rule.ts";
import type { ReviewedImage } from "../reviewed-image.ts";

const words = {
  deleted: {
    title: "are deleted by a later layer",
    fix: "Delete in the RUN that makes them, or make them in a stage that is not kept: what a layer has, later layers only hide.",
  },
  overwritten: {
    title: "are overwritten by a later layer",
    fix: "Write them once: bring both steps into one RUN, or copy the later content only.",
  },
  restated: {
    title: "are written again for another mode or owner",
    fix: "Give mode and owner where they are copied, `COPY --chown=10001:10001 --chmod=0755 …`, instead of by `chown` or `chmod` in a later RUN.",
  },
} as const;

/** Files that are in a layer and that no container sees, with the exact bytes; by layer, where it is worth it. */
export const wastedBytes: ReviewRule = {
  id: "wasted-bytes",
  review(image) {
    const groups = new Map<string, WastedFile[]>();
    for (const file of image.tree.wasted) {
      const key = `${file.how} ${file.addedBy} ${file.hiddenBy}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [file]);
      else group.push(file);
    }
    return [...groups.values()]
      .map((files) => ({ files, bytes: files.reduce((sum, file) => sum + file.sizeBytes, 0) }))
      .filter(({ bytes }) => bytes >= adviceLimits.wastedBytes)
      .sort((a, b) => b.bytes - a.bytes)
      .map(({ files, bytes }) => adviceOn(image, files, bytes));
  },
};

function adviceOn(
  image: ReviewedImage,
  files: readonly WastedFile[],
  estimatedBytes: number,
): RuleAdvice {
  const largest = files.toSorted((a, b) => b.sizeBytes - a.sizeBytes);
  const [{ addedBy, hiddenBy, how, path }] = largest as [WastedFile, ...WastedFile[]];
  const { title, fix } = words[how];
  const paths = pathsText(largest.map((file) => file.path));
  return {
    severity: estimatedBytes >= 100e6 ? "medium" : "low",
    title: `${sizeText(estimatedBytes)} ${title}`,
    reason: `${countText(files.length, "file")} of ${stepText(image.stepOf(addedBy))} (${paths}) are hidden by ${stepText(image.stepOf(hiddenBy))}, and pulled all the same.`,
    fix,
    estimatedBytes,
    layerDiffId: addedBy,
    ...(files.length === 1 && { path }),
  };
}
