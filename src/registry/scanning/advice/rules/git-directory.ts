import type { ReviewRule } from "../review-rule.ts";

/** A clone's `.git` has all that was ever committed, and often the token that it was cloned with. */
export const gitDirectory: ReviewRule = {
  id: "git-directory",
  review(image) {
    const found = new Map<string, { sizeBytes: number; layerDiffId: string; hasHead: boolean }>();
    for (const { file, layerDiffId } of image.allFiles()) {
      const at = `/${file.path}`.indexOf("/.git/");
      if (at === -1) continue;
      const directory = file.path.slice(0, at + 4);
      const one = found.get(directory) ?? { sizeBytes: 0, layerDiffId, hasHead: false };
      one.sizeBytes += file.sizeBytes;
      one.hasHead ||= file.path === `${directory}/HEAD`;
      found.set(directory, one);
    }
    return [...found].flatMap(([path, { sizeBytes, layerDiffId, hasHead }]) => {
      // Some tools leave an empty one, or a file of that name; a repository has its HEAD.
      if (!hasHead) return [];
      return [
        {
          severity: "medium" as const,
          title: `The image holds a git repository, /${path}`,
          reason:
            "Everything that was ever committed is in it, also what was deleted later; its config may have the token that it was cloned with.",
          fix: "Write `.git` into `.dockerignore`; where the build clones, clone in a stage of its own and copy what is needed out of it.",
          estimatedBytes: sizeBytes,
          layerDiffId,
          path,
        },
      ];
    });
  },
};
