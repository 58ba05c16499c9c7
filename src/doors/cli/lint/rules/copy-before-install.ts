import { hideSecrets } from "../../../../registry/scanning/advice/secrets/find-secrets.ts";
import {
  programOf,
  programWords,
} from "../../../../registry/scanning/advice/shell/package-installs.ts";
import type { ShellCommand } from "../../../../registry/scanning/advice/shell/shell-commands.ts";
import type { Instruction, Stage } from "../dockerfile.ts";
import type { LintRule, RuleFinding } from "../lint-finding.ts";
import { copySource, copyWords, type LintedDockerfile } from "../linted-dockerfile.ts";

/** Programs that install what a file of the project lists, with that file. */
const installers: Readonly<Record<string, readonly [verbs: RegExp, files: string]>> = {
  npm: [/^(ci|i|install)$/, "package.json package-lock.json"],
  yarn: [/^(install)?$/, "package.json yarn.lock"],
  pnpm: [/^(i|install|fetch)$/, "package.json pnpm-lock.yaml"],
  bun: [/^(i|install)$/, "package.json bun.lock"],
  pip: [/^install$/, "requirements.txt"],
  pip3: [/^install$/, "requirements.txt"],
  poetry: [/^install$/, "pyproject.toml poetry.lock"],
  uv: [/^sync$/, "pyproject.toml uv.lock"],
  bundle: [/^install$/, "Gemfile Gemfile.lock"],
  composer: [/^(i|install)$/, "composer.json composer.lock"],
  go: [/^mod$/, "go.mod go.sum"],
};

/** Everything is copied first: each change of any file then installs all dependencies anew. */
export const copyBeforeInstall: LintRule = {
  id: "copy-before-install",
  summary: "Everything is copied before dependencies are installed",
  check: (linted) => linted.dockerfile.stages.flatMap((stage) => findingsOf(linted, stage)),
};

function findingsOf(linted: LintedDockerfile, stage: Stage): RuleFinding[] {
  const whole = stage.instructions.find(isOfEverything);
  if (whole === undefined) return [];
  const later = linted.runs.filter(
    (step) => step.stage === stage && step.instruction.line > whole.line,
  );
  const install = later.flatMap(({ commands }) => commands).find((command) => filesOf(command));
  if (install === undefined || isInstalledBefore(linted, stage, whole)) return [];
  // Hidden before it is cut: half a secret would not be known as one.
  const script = hideSecrets(programWords(install).join(" "));
  return [
    {
      at: whole,
      severity: "medium",
      title: "All files are copied before dependencies are installed",
      reason: `With each change of any file, \`${script.slice(0, 60)}\` runs again, and its layer is pushed and pulled again.`,
      fix: `Copy first what it reads, then the rest:\n\nCOPY ${filesOf(install)} ./\nRUN ${script}\n${whole.name} ${whole.text}`,
    },
  ];
}

function isOfEverything(instruction: Instruction): boolean {
  const { name, isOnBuild } = instruction;
  if ((name !== "COPY" && name !== "ADD") || isOnBuild) return false;
  const sources = copyWords(instruction).slice(0, -1);
  return copySource(instruction) === undefined && sources.some((source) => /^\.\/?$/.test(source));
}

/** Then the one behind it only adds what is the project's own. */
function isInstalledBefore({ runs }: LintedDockerfile, stage: Stage, whole: Instruction): boolean {
  return runs.some(
    (step) =>
      step.stage === stage &&
      step.instruction.line < whole.line &&
      step.commands.some((command) => filesOf(command) !== undefined),
  );
}

function filesOf(command: ShellCommand): string | undefined {
  const program = programOf(command);
  const words = programWords(command);
  if (!Object.hasOwn(installers, program)) return undefined;
  const [verbs, files] = installers[program]!;
  if (!verbs.test(words[1] ?? "")) return undefined;
  if (program === "go") return words[2] === "download" ? files : undefined;
  const isGlobal = words.some((word) => word === "-g" || word === "--global");
  // `pip install name` reads no file; `npm install name` neither.
  const names = words.slice(2).filter((word) => !word.startsWith("-"));
  const isListed = program.startsWith("pip") ? words.includes("-r") : names.length === 0;
  return isGlobal || !isListed ? undefined : files;
}
