import type { LintRule } from "../lint-finding.ts";

/** Of several CMDs, ENTRYPOINTs or HEALTHCHECKs of a stage, the last alone is in effect. */
export const overriddenCommand: LintRule = {
  id: "overridden-command",
  summary: "A later instruction takes the place of an earlier one",
  check({ dockerfile }) {
    return dockerfile.stages.flatMap(({ instructions }) =>
      ["CMD", "ENTRYPOINT", "HEALTHCHECK"].flatMap((name) => {
        const all = instructions.filter((each) => each.name === name && !each.isOnBuild);
        const last = all.at(-1);
        return all.slice(0, -1).map((at) => ({
          at,
          severity: "low" as const,
          title: `This ${name} has no effect`,
          reason: `The ${name} of line ${last!.line} takes its place.`,
          fix: "Keep one of them.",
        }));
      }),
    );
  },
};
