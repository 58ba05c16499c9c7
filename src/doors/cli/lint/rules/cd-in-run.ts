import type { LintRule } from "../lint-finding.ts";

/** A RUN that begins by going elsewhere: WORKDIR says it once, and for all that follows. */
export const cdInRun: LintRule = {
  id: "cd-in-run",
  summary: "A RUN begins with cd",
  check({ runs }) {
    return runs.flatMap(({ instruction, script, commands }) => {
      const [first] = commands;
      const [program, directory] = first?.words ?? [];
      // In brackets it ends with them, which is meant.
      if (program !== "cd" || directory === undefined || script.trimStart().startsWith("("))
        return [];
      const isAll = commands.length === 1;
      return [
        {
          at: instruction,
          severity: isAll ? ("medium" as const) : ("low" as const),
          title: isAll ? "`cd` alone does nothing" : "The RUN begins with `cd`",
          reason: isAll
            ? "It holds for this RUN only: the next one is where WORKDIR was."
            : "Where a step runs is easier to see, and the same for all that follow, with WORKDIR.",
          fix: `\`WORKDIR ${directory}\``,
        },
      ];
    });
  },
};
