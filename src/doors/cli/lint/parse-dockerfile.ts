import { nearest } from "../../../registry/policy/edit-distance.ts";
import {
  type Dockerfile,
  DockerfileError,
  type Instruction,
  type InstructionFlag,
} from "./dockerfile.ts";
import { type LogicalLine, logicalLines } from "./logical-lines.ts";
import { stagesOf } from "./stages.ts";

const names = [
  ["ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL"],
  ["MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"],
].flat();
const known = new Set(names);
const flagged = new Set(["ADD", "COPY", "FROM", "HEALTHCHECK", "RUN"]);
const jsonForms = new Set(["ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"]);

/**
 * Reads a Dockerfile.
 * @throws DockerfileError where a builder would refuse it, with the line
 */
export function parseDockerfile(text: string): Dockerfile {
  const lines = logicalLines(text);
  const instructions = lines.map((line) => instructionOf(line, line.text, false));
  if (instructions.length === 0) throw new DockerfileError(1, "there is no instruction in it");
  return { instructions, stages: stagesOf(instructions) };
}

function instructionOf(logical: LogicalLine, text: string, isOnBuild: boolean): Instruction {
  const { line, endLine, heredocs, comments } = logical;
  const blank = text.search(/\s/);
  const word = blank === -1 ? text : text.slice(0, blank);
  const name = word.toUpperCase();
  if (!known.has(name)) throw new DockerfileError(line, unknownText(word, line));
  const rest = blank === -1 ? "" : text.slice(blank).trim();
  if (rest === "") throw new DockerfileError(line, `${name} has nothing behind it`);
  if (name === "ONBUILD") {
    if (isOnBuild) throw new DockerfileError(line, "ONBUILD cannot have an ONBUILD in it");
    return instructionOf(logical, rest, true);
  }
  const [flags, argument] = flagged.has(name) ? flagsOf(rest) : [[], rest];
  const json = jsonForms.has(name) || name === "HEALTHCHECK" ? jsonForm(name, argument) : undefined;
  return {
    ...{ name, isOnBuild, line, endLine, flags, text: argument, heredocs },
    ...(json !== undefined && { json }),
    ignored: ignoredRules(comments),
  };
}

function unknownText(word: string, line: number): string {
  const shown = word.length > 40 ? `${word.slice(0, 39)}…` : word;
  const meant = word.length > 40 ? undefined : nearest(word.toUpperCase(), names);
  if (meant !== undefined) return `"${shown}" is no instruction; did you mean ${meant}?`;
  const hint = line === 1 ? "; is it a Dockerfile?" : "; does the line above lack a \\ at its end?";
  return `"${shown}" is no instruction${hint}`;
}

/** Flags end with the first word that is none. */
function flagsOf(text: string): [InstructionFlag[], string] {
  const flags: InstructionFlag[] = [];
  let rest = text;
  while (rest.startsWith("--")) {
    const blank = rest.search(/\s/);
    const word = blank === -1 ? rest : rest.slice(0, blank);
    rest = blank === -1 ? "" : rest.slice(blank).trim();
    if (word === "--") break;
    const equals = word.indexOf("=");
    const name = equals === -1 ? word.slice(2) : word.slice(2, equals);
    flags.push({ name, value: equals === -1 ? "" : word.slice(equals + 1) });
  }
  return [flags, rest];
}

/** Text that begins like the exec form and is no list of texts is a shell's, as builders see it. */
function jsonForm(name: string, text: string): readonly string[] | undefined {
  const isCheck = name === "HEALTHCHECK";
  const list = isCheck ? text.replace(/^CMD\s+/i, "") : text;
  if (!list.startsWith("[")) return undefined;
  try {
    const value: unknown = JSON.parse(list);
    const isList = Array.isArray(value) && value.every((item) => typeof item === "string");
    return isList ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `# entrepot ignore=runs-as-root,unpinned-base` */
function ignoredRules(comments: readonly string[]): Set<string> {
  const mark = "entrepot ignore=";
  const lists = comments.filter((comment) => comment.startsWith(mark));
  return new Set(lists.flatMap((list) => list.slice(mark.length).split(/[\s,]+/)));
}
