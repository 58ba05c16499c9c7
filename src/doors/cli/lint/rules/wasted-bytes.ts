import { programOf } from "../../../../registry/scanning/advice/shell/package-installs.ts";
import type { LintRule, RuleFinding } from "../lint-finding.ts";
import type { LintedDockerfile, RunStep } from "../linted-dockerfile.ts";

const filling = new Set(["RUN", "COPY", "ADD"]);

/** RUNs that delete what an earlier layer has, or write it again for another owner or mode. */
export const wastedBytes: LintRule = {
  id: "wasted-bytes",
  summary: "A later RUN deletes or rewrites what an earlier layer keeps",
  check: (linted) =>
    linted.keptRuns.flatMap((step) => deletion(linted, step) ?? restatement(linted, step)),
};

function deletion(
  { keptInstructions }: LintedDockerfile,
  step: RunStep,
): RuleFinding[] | undefined {
  const { instruction, commands, packageCommands } = step;
  if (commands.length === 0 || !commands.every(isDeletion)) return undefined;
  const before = keptInstructions.findLast(
    ({ name, line }) => filling.has(name) && line < instruction.line,
  );
  if (before === undefined) return undefined;
  // A removal of packages leaves at least its own record; it is as useless here.
  const what = packageCommands.length > 0 ? "what was installed" : "files";
  return [
    {
      at: instruction,
      severity: "medium",
      title: `The RUN deletes ${what} that an earlier layer keeps`,
      reason: `What line ${before.line} or one above it put into a layer is still pulled: this one only hides it.`,
      fix: "Delete in the RUN that makes it, at its end; or make it in a stage that is not kept.",
    },
  ];
}

function isDeletion(command: RunStep["commands"][number]): boolean {
  const { words } = command;
  const program = programOf(command);
  if (program === "rm" || program === "rmdir") return true;
  const verbs = ["clean", "autoclean", "purge", "autoremove", "remove", "del"];
  const isManager = ["apt-get", "apt", "apk", "dnf", "yum", "microdnf"].includes(program);
  return isManager && words.some((word) => verbs.includes(word));
}

function restatement({ keptInstructions }: LintedDockerfile, step: RunStep): RuleFinding[] {
  const { instruction, commands } = step;
  const change = commands.find(
    (command) => /^ch(own|mod|grp)$/.test(programOf(command)) && command.words.some(isRecursive),
  );
  const copy = keptInstructions.findLast(
    ({ name, line }) => (name === "COPY" || name === "ADD") && line < instruction.line,
  );
  if (change === undefined || copy === undefined || commands[0] !== change) return [];
  const flag = programOf(change) === "chmod" ? "--chmod=…" : "--chown=…";
  return [
    {
      at: instruction,
      severity: "low",
      title: `The RUN writes what was copied a second time, for \`${programOf(change)}\``,
      reason: `A changed owner or mode puts each file into this layer again, as large as it is in the one of line ${copy.line}.`,
      fix: `Say it where they are copied: \`${copy.name} ${flag} ${copy.text}\`.`,
    },
  ];
}

function isRecursive(word: string): boolean {
  return word === "--recursive" || /^-[a-zA-Z]*R/.test(word);
}
