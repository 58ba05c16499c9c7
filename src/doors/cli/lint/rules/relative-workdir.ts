import type { LintRule } from "../lint-finding.ts";

/** Where a relative WORKDIR leads depends on the base image, and on what that will be. */
export const relativeWorkdir: LintRule = {
  id: "relative-workdir",
  summary: "A WORKDIR is relative to the base image's",
  check({ dockerfile }) {
    return dockerfile.stages.flatMap(({ instructions, baseStage }) => {
      const first = instructions.find(({ name, isOnBuild }) => name === "WORKDIR" && !isOnBuild);
      const isSound = first === undefined || /^["']?([/\\$]|[A-Za-z]:)/.test(first.text);
      if (isSound || baseStage !== undefined) return [];
      return [
        {
          at: first,
          severity: "low" as const,
          title: "The WORKDIR is relative to the base image's",
          reason: "Where it is depends on the base: with the next one the files are elsewhere.",
          fix: `\`WORKDIR /${first.text.replace(/^\.?\/?/, "")}\``,
        },
      ];
    });
  },
};
