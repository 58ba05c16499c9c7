import type { ImageConfig } from "./image-config.ts";

/** A step that made the image, as a Dockerfile would say it. */
export interface BuildStep {
  /** `RUN`, `COPY`; empty where the history is of some other tool. */
  readonly instruction: string;
  /** What follows the instruction; of a RUN in shell form, the script. */
  readonly text: string;
  /** Values of ARG that a RUN had. */
  readonly buildArguments: readonly string[];
  /** The layer that it made, where history and layers agree in number. */
  readonly layerDiffId?: string;
}

const instructions = new Set(
  [
    ["ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL"],
    ["MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"],
  ].flat(),
);
const shells = new Set(["sh", "bash", "ash", "dash", "zsh", "ksh"]);
const nop = "#(nop)";

/** The steps of an image as its history tells them: of BuildKit, of Docker's older builder, and of Buildah. */
export function buildSteps({
  history,
  diffIds,
}: Pick<ImageConfig, "history" | "diffIds">): BuildStep[] {
  const layered = history.filter((entry) => !entry.isEmptyLayer).length;
  const isTold = layered === diffIds.length;
  let layer = 0;
  return history.map(({ createdBy, isEmptyLayer }) => {
    const layerDiffId = isEmptyLayer || !isTold ? undefined : diffIds[layer++];
    return { ...stepOf(createdBy), ...(layerDiffId !== undefined && { layerDiffId }) };
  });
}

/**
 * Where the steps after the base image's begin, as far as it can be told: a base ends with the command that it
 * would run, and is followed by more.
 */
export function firstOwnStep(steps: readonly BuildStep[]): number {
  let first = 0;
  for (const [at, { instruction }] of steps.entries()) {
    const next = steps[at + 1]?.instruction;
    const isEnd = instruction === "CMD" || instruction === "ENTRYPOINT";
    // Both in a row are one end; an image's own end has nothing behind it.
    if (isEnd && next !== undefined && next !== "CMD" && next !== "ENTRYPOINT") first = at + 1;
  }
  return steps
    .slice(first)
    .some(({ instruction }) => instruction === "RUN" || instruction === "COPY")
    ? first
    : 0;
}

function stepOf(createdBy: string): BuildStep {
  const text = withoutNote(createdBy.trim());
  const marked = text.indexOf(nop);
  if (marked !== -1 && marked < 64) return instructionOf(text.slice(marked + nop.length).trim());
  const run = text.startsWith("RUN ") ? text.slice(4).trim() : text;
  const script = shellScript(run);
  if (script !== undefined) return { instruction: "RUN", ...script };
  return instructionOf(text);
}

/** BuildKit's note at the end. */
function withoutNote(text: string): string {
  const note = "# buildkit";
  return text.endsWith(note) ? text.slice(0, -note.length).trimEnd() : text;
}

function instructionOf(text: string): BuildStep {
  const blank = text.search(/\s/);
  const word = blank === -1 ? text : text.slice(0, blank);
  if (!instructions.has(word)) return { instruction: "", text, buildArguments: [] };
  const rest = blank === -1 ? "" : text.slice(blank).trim();
  return { instruction: word, text: rest, buildArguments: [] };
}

/** `|2 A=1 B=2 /bin/sh -c script`: how many values of ARG, then these, then the shell. */
function shellScript(text: string): { text: string; buildArguments: string[] } | undefined {
  let rest = text;
  let buildArguments: string[] = [];
  if (rest.startsWith("|")) {
    const shell = rest.indexOf(" /bin/");
    if (shell === -1) return undefined;
    buildArguments = argumentsOf(rest.slice(1, shell));
    rest = rest.slice(shell + 1);
  }
  const flag = rest.indexOf("-c ");
  if (flag === -1 || flag > 64 || !rest.startsWith("/")) return undefined;
  const [path = "", ...options] = rest.slice(0, flag).trim().split(" ");
  const isShell = shells.has(path.slice(path.lastIndexOf("/") + 1));
  const areOptions = options.every((option) => /^[-+]?[a-z]*$/.test(option));
  if (!isShell || !areOptions) return undefined;
  return { text: rest.slice(flag + 3).trim(), buildArguments };
}

/** Values are written without quotes: what has no `=` goes on with the one before. */
function argumentsOf(text: string): string[] {
  const found: string[] = [];
  for (const word of text.split(" ").slice(1)) {
    if (/^[A-Za-z_][A-Za-z0-9_]*=/.test(word) || found.length === 0) found.push(word);
    else found[found.length - 1] += ` ${word}`;
  }
  return found;
}
