import type { LintRule } from "../lint-finding.ts";

/** Builds are root's until USER says otherwise; sudo in an image is a way back to root. */
export const sudo: LintRule = {
  id: "sudo",
  summary: "A RUN uses sudo",
  check({ runs }) {
    return runs.flatMap(({ instruction, commands }) => {
      if (!commands.some(({ words }) => words[0] === "sudo")) return [];
      return [
        {
          at: instruction,
          severity: "low" as const,
          title: "The RUN uses sudo",
          reason:
            "The build is root's already; with sudo in the image, whoever gets in has a way to be root again.",
          fix: "Leave `sudo` out, do what needs root before `USER`, or go back for it: `USER root` … `USER 10001`.",
        },
      ];
    });
  },
};
