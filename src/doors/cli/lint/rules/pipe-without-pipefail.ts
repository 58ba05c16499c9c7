import { programOf } from "../../../../registry/scanning/advice/shell/package-installs.ts";
import type { Instruction } from "../dockerfile.ts";
import type { LintRule } from "../lint-finding.ts";
import type { RunStep } from "../linted-dockerfile.ts";

/** They do not fail, or there is nothing to it if they do. */
const harmless = new Set(["echo", "printf", "yes", "true", "cat", "set", ""]);

/** A shell looks at the last program of a pipe alone: a failed download is an empty file. */
export const pipeWithoutPipefail: LintRule = {
  id: "pipe-without-pipefail",
  summary: "A failure in front of a pipe goes unnoticed",
  check: ({ runs }) =>
    runs.flatMap((step) => {
      const failing = failingProgram(step);
      if (failing === undefined || isSafe(step)) return [];
      return [
        {
          at: step.instruction,
          severity: "medium" as const,
          title: `The RUN goes on where \`${failing}\` fails in front of a pipe`,
          reason:
            "A shell looks at the last program of a pipe alone: what a failed one left out is built into the image.",
          fix: 'Say that it counts: `SHELL ["/bin/bash", "-o", "pipefail", "-c"]` before it (`/bin/ash` on Alpine), or `set -o pipefail;` at its beginning.',
        },
      ];
    }),
};

function failingProgram({ commands }: RunStep): string | undefined {
  for (const [at, { operator }] of commands.entries()) {
    if (operator !== "|" && operator !== "|&") continue;
    const program = programOf(commands[at - 1]!);
    if (!harmless.has(program)) return program;
  }
  return undefined;
}

function isSafe({ instruction, stage, script, commands }: RunStep): boolean {
  const sets = commands.some(({ words }) => words[0] === "set" && words.includes("pipefail"));
  const shell = shellAt(stage.instructions, instruction);
  const isOther = shell !== undefined && !/sh"/.test(shell); // PowerShell, cmd.
  return sets || script.includes("pipefail") || (shell?.includes("pipefail") ?? false) || isOther;
}

/** The SHELL in effect at an instruction of its stage. */
function shellAt(all: readonly Instruction[], before: Instruction): string | undefined {
  return all.findLast(({ name, line }) => name === "SHELL" && line < before.line)?.text;
}
