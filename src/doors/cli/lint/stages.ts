import { DockerfileError, type Instruction, type Stage } from "./dockerfile.ts";
import { expanded } from "./expand-arguments.ts";

interface OpenStage {
  name?: string;
  from: Instruction;
  base?: string;
  baseStage?: Stage;
  index: number;
  instructions: Instruction[];
}

/**
 * The stages of a Dockerfile, with values of ARG before the first FROM put into FROM lines.
 * @throws DockerfileError when something else than ARG is before the first FROM, or FROM cannot be read
 */
export function stagesOf(instructions: readonly Instruction[]): Stage[] {
  const values = new Map<string, string>();
  const stages: OpenStage[] = [];
  for (const instruction of instructions) {
    const { name, line, text } = instruction;
    if (name === "FROM") stages.push(openStage(instruction, stages, values));
    else if (stages.length > 0) stages.at(-1)!.instructions.push(instruction);
    else if (name === "ARG") addArguments(values, text);
    else throw new DockerfileError(line, `${name} is before the first FROM; only ARG can be`);
  }
  if (stages.length > 0) return stages;
  throw new DockerfileError(instructions.at(-1)!.line, "there is no FROM in it");
}

/** What the stage goes on from, the first one first, and the stage itself at the end. */
export function lineageOf(stage: Stage): Stage[] {
  const lineage = [stage];
  for (let base = stage.baseStage; base !== undefined; base = base.baseStage) lineage.unshift(base);
  return lineage;
}

function openStage(
  from: Instruction,
  earlier: readonly Stage[],
  values: ReadonlyMap<string, string>,
): OpenStage {
  const words = from.text.split(/\s+/);
  const [written = "", as, name] = words;
  const isNamed = words.length === 3 && as?.toLowerCase() === "as";
  if (words.length !== 1 && !isNamed) {
    throw new DockerfileError(
      from.line,
      "FROM is followed by an image, and maybe by AS and a name",
    );
  }
  const base = expanded(written, values);
  const baseStage = earlier.find(
    (stage) => stage.name !== undefined && stage.name === base?.toLowerCase(),
  );
  return {
    index: earlier.length,
    ...(name !== undefined && { name: name.toLowerCase() }),
    from,
    ...(base !== undefined && { base }),
    ...(baseStage !== undefined && { baseStage }),
    instructions: [],
  };
}

function addArguments(values: Map<string, string>, text: string): void {
  for (const word of text.split(/\s+/)) {
    const equals = word.indexOf("=");
    if (equals === -1) continue;
    const written = word.slice(equals + 1).replace(/^(["'])(.*)\1$/, "$2");
    const value = expanded(written, values);
    if (value !== undefined) values.set(word.slice(0, equals), value);
  }
}
