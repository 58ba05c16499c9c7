import type { Instruction } from "../dockerfile.ts";
import type { LintRule, RuleFinding } from "../lint-finding.ts";

const least = 3;

/** RUNs of the image, one after the other: each is a layer of its own. */
export const consecutiveRuns: LintRule = {
  id: "consecutive-runs",
  summary: "RUNs follow one another",
  check({ keptInstructions }) {
    const found: RuleFinding[] = [];
    let row: Instruction[] = [];
    for (const instruction of [...keptInstructions, undefined]) {
      // What mounts something is separate on purpose.
      if (instruction?.name === "RUN" && instruction.flags.length === 0) row.push(instruction);
      else {
        if (row.length >= least) found.push(findingOf(row));
        row = [];
      }
    }
    return found;
  },
};

function findingOf(row: readonly Instruction[]): RuleFinding {
  return {
    at: row[0]!,
    severity: "info",
    title: `${row.length} RUNs follow one another`,
    reason: `Each makes a layer, and what one leaves, the next cannot take away again (lines ${row.map(({ line }) => line).join(", ")}).`,
    fix: "Bring those that change together into one, with `&&` or as a here-document: `RUN <<EOF`.",
  };
}
