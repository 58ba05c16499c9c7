import { isBuildTool, isCompiler } from "../../../../registry/scanning/advice/shell/build-tools.ts";
import { isInstall } from "../../../../registry/scanning/advice/shell/package-installs.ts";
import { proposeStages } from "../../../../registry/scanning/advice/stages/propose-stages.ts";
import type { Instruction } from "../dockerfile.ts";
import type { LintRule } from "../lint-finding.ts";
import type { LintedDockerfile, RunStep } from "../linted-dockerfile.ts";

const removals = new Set(["remove", "purge", "del", "autoremove", "erase"]);
const endings = ["EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"];

/** Compilers in what becomes the image; the stages that would do without are written out. */
export const buildToolsLeft: LintRule = {
  id: "build-tools-left",
  summary: "Build tools are left in the image",
  check(linted) {
    const step = linted.keptRuns.find((each) => toolsOf(each).length > 0);
    if (step === undefined) return [];
    const tools = [...new Set(linted.keptRuns.flatMap(toolsOf))].join(", ");
    return [
      {
        at: step.instruction,
        severity: "medium",
        title: "Build tools are left in the image",
        reason: `${tools}: they build and do not run, are often more bytes than all else, have vulnerabilities, and help who breaks in.`,
        fix: `Build in a stage of its own:\n\n${proposal(linted)}`,
      },
    ];
  },
};

/** What compiles and is not removed by the RUN that installs it. */
function toolsOf({ packageCommands }: RunStep): string[] {
  const installed = packageCommands.filter(isInstall);
  const tools = installed.flatMap(({ packages }) => packages).filter(isBuildTool);
  const isRemoved = packageCommands.some(({ verb }) => removals.has(verb));
  return isRemoved || !tools.some(isCompiler) ? [] : tools;
}

function proposal(linted: LintedDockerfile): string {
  const [first] = linted.kept;
  const steps = linted.keptInstructions.map((instruction) => ({
    instruction: instruction.name,
    text: textOf(linted, instruction),
  }));
  return proposeStages({
    base: first!.base ?? first!.from.text,
    steps,
    ending: endings.flatMap((name) => {
      const instruction = linted.inEffect(name);
      return instruction === undefined ? [] : [`${name} ${written(instruction)}`];
    }),
    user: linted.inEffect("USER")?.text ?? "",
  });
}

/** A script that is a here-document, as a script; all else as it is written. */
function textOf({ runs }: LintedDockerfile, instruction: Instruction): string {
  const [heredoc] = instruction.heredocs;
  if (heredoc === undefined) return written(instruction).replace(/\s{2,}/g, " ");
  const { script = "" } = runs.find((step) => step.instruction === instruction) ?? {};
  return script === heredoc.content ? script : written(instruction);
}

function written({ flags, text }: Instruction): string {
  return [
    ...flags.map(({ name, value }) => `--${name}${value === "" ? "" : `=${value}`}`),
    text,
  ].join(" ");
}
