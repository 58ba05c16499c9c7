import {
  type PackageCommand,
  packageCommand,
} from "../../../registry/scanning/advice/shell/package-installs.ts";
import {
  type ShellCommand,
  shellCommands,
} from "../../../registry/scanning/advice/shell/shell-commands.ts";
import { type Dockerfile, flagOf, type Instruction, type Stage } from "./dockerfile.ts";
import { lineageOf } from "./stages.ts";

/** A RUN with what it runs. */
export interface RunStep {
  readonly instruction: Instruction;
  readonly stage: Stage;
  /** Of the shell; empty for the exec form, and where something else than a shell reads a here-document. */
  readonly script: string;
  readonly commands: readonly ShellCommand[];
  readonly packageCommands: readonly PackageCommand[];
}

/** A Dockerfile with what several rules want to know of it. */
export class LintedDockerfile {
  readonly dockerfile: Dockerfile;
  /** The stage that becomes the image. */
  readonly last: Stage;
  /** The stages that the image has the layers of; the last one is at the end. */
  readonly kept: readonly Stage[];
  /** All instructions of these, but for those that run in later builds. */
  readonly keptInstructions: readonly Instruction[];
  readonly runs: readonly RunStep[];

  constructor(dockerfile: Dockerfile) {
    this.dockerfile = dockerfile;
    this.last = dockerfile.stages.at(-1)!;
    this.kept = lineageOf(this.last);
    const all = this.kept.flatMap(({ instructions }) => instructions);
    this.keptInstructions = all.filter(({ isOnBuild }) => !isOnBuild);
    this.runs = dockerfile.stages.flatMap((stage) =>
      stage.instructions
        .filter(({ name }) => name === "RUN")
        .map((instruction) => runStep(instruction, stage)),
    );
  }

  /** RUNs whose layers the image has. */
  get keptRuns(): readonly RunStep[] {
    return this.runs.filter(({ stage }) => this.kept.includes(stage));
  }

  /** The last one of its kind that is in effect in the image. */
  inEffect(name: string): Instruction | undefined {
    return this.keptInstructions.findLast((instruction) => instruction.name === name);
  }
}

/** Whether a cache is mounted at a path or above it, so that nothing below it stays in the layer. */
export function hasCacheAt({ flags }: Instruction, path: string): boolean {
  return flags.some(({ name, value }) => {
    if (name !== "mount") return false;
    const options = value.split(",");
    const target = options.find((option) => /^(target|dst|destination)=/.test(option));
    const at = target?.slice(target.indexOf("=") + 1).replace(/\/$/, "");
    const isKept = !options.includes("type=cache") && !options.includes("type=tmpfs");
    return !isKept && at !== undefined && (path === at || path.startsWith(`${at}/`));
  });
}

/** The base image's name, where it is none of the file's own stages. */
export function foreignBase({ base, baseStage }: Stage): string | undefined {
  return base === "scratch" || baseStage !== undefined ? undefined : base;
}

/** Sources and destination of COPY and ADD. */
export function copyWords(instruction: Instruction): readonly string[] {
  return instruction.json ?? instruction.text.split(/\s+/);
}

/** Where COPY takes from: a stage or an image; nothing for the build's context. */
export function copySource(instruction: Instruction): string | undefined {
  return flagOf(instruction, "from");
}

function runStep(instruction: Instruction, stage: Stage): RunStep {
  const script = scriptOf(instruction);
  const { json } = instruction;
  const commands =
    script === "" && json !== undefined
      ? [{ words: json, assignments: [], operator: "", offset: 0 }]
      : shellCommands(script);
  const packageCommands = commands.flatMap((command) => packageCommand(command) ?? []);
  return { instruction, stage, script, commands, packageCommands };
}

function scriptOf({ json, text, heredocs }: Instruction): string {
  if (json !== undefined)
    return /sh$/.test(json[0] ?? "") && json[1]?.endsWith("c") ? (json[2] ?? "") : "";
  const [heredoc] = heredocs;
  if (heredoc === undefined) return text;
  // Alone on its line the document is the script; else it is the input of what is there.
  return /^<<-?["']?[\w.-]+["']?$/.test(text) ? heredoc.content : text;
}
