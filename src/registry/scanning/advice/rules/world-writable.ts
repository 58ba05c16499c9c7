import { pathsText } from "../advice-texts.ts";
import type { ReviewRule } from "../review-rule.ts";

/** What every user can write to, every process of the container can make into something else. */
export const worldWritable: ReviewRule = {
  id: "world-writable",
  review(image) {
    const byLayer = new Map<string, string[]>();
    for (const { file, layerDiffId } of image.visible) {
      const isOpen = (file.mode & 0o002) !== 0 && file.kind !== "symlink";
      // In a sticky directory, such as /tmp, nobody changes what is another's.
      if (!isOpen || (file.kind === "directory" && (file.mode & 0o1000) !== 0)) continue;
      const paths = byLayer.get(layerDiffId);
      if (paths === undefined) byLayer.set(layerDiffId, [file.path]);
      else paths.push(file.path);
    }
    return [...byLayer].map(([layerDiffId, paths]) => {
      const shown = paths.sort();
      return {
        severity: "medium" as const,
        title: `Every user can write to ${paths.length === 1 ? `/${shown[0]}` : `${paths.length} files and directories`}`,
        reason: `${pathsText(shown)}: whoever runs in the container, as whichever user, can change what others execute or read there.`,
        fix: "Take the right away where they are made, `chmod o-w …` in the same RUN or `COPY --chmod=0644 …`, and let the user that runs own what it has to write to.",
        layerDiffId,
        ...(paths.length === 1 && { path: shown[0]! }),
      };
    });
  },
};
