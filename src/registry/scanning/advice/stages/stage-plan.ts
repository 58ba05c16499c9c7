import { isInstall, packageCommand, programOf, programWords } from "../shell/package-installs.ts";
import { type ShellCommand, shellCommands } from "../shell/shell-commands.ts";

/** A step of a Dockerfile: `COPY`, `. .`. */
export interface StageStep {
  readonly instruction: string;
  readonly text: string;
}

/** What is built, told by the programs that build it. */
export type BuildKind = "go" | "rust" | "java" | "node" | "python" | "other";

/** What a stage that builds and runs would be split into. */
export interface StagePlan {
  readonly kind: BuildKind;
  /** Where the last WORKDIR was, as an absolute path. */
  readonly directory: string;
  /** Of `go build -o`, where it is written. */
  readonly output?: string;
}

const kinds: readonly (readonly [BuildKind, (program: string, verb: string) => boolean])[] = [
  ["go", (program, verb) => program === "go" && (verb === "build" || verb === "install")],
  ["rust", (program, verb) => program === "cargo" && (verb === "build" || verb === "install")],
  ["java", (program) => ["mvn", "mvnw", "gradle", "gradlew", "javac"].includes(program)],
  ["node", (program) => ["npm", "yarn", "pnpm", "bun", "npx"].includes(program)],
  ["python", (program) => /^(pip[0-9.]*|pipx|poetry|uv|pipenv)$/.test(program)],
];

export function planOf(steps: readonly StageStep[]): StagePlan {
  const commands = steps
    .filter(({ instruction }) => instruction === "RUN")
    .flatMap(({ text }) => shellCommands(text));
  const kind = kindOf(commands);
  const output = kind === "go" ? outputOf(commands) : undefined;
  return { kind, directory: directoryOf(steps), ...(output !== undefined && { output }) };
}

/** Packages that RUN steps install with the system's package manager. */
export function installedPackages(steps: readonly StageStep[]): {
  readonly manager: string | undefined;
  readonly packages: readonly string[];
} {
  const installs = steps
    .filter(({ instruction }) => instruction === "RUN")
    .flatMap(({ text }) => shellCommands(text))
    .flatMap((command) => packageCommand(command) ?? [])
    .filter(isInstall);
  const packages = installs.flatMap((install) => install.packages);
  return { manager: installs[0]?.manager, packages: [...new Set(packages)] };
}

function kindOf(commands: readonly ShellCommand[]): BuildKind {
  const found = kinds.find(([, builds]) =>
    commands.some((command) => {
      const words = programWords(command);
      const isModule = words[1] === "-m" && programOf(command).startsWith("python");
      return isModule
        ? builds(words[2] ?? "", words[3] ?? "")
        : builds(programOf(command), words[1] ?? "");
    }),
  );
  return found?.[0] ?? "other";
}

function outputOf(commands: readonly ShellCommand[]): string | undefined {
  for (const command of commands) {
    const words = programWords(command);
    const flag = words.indexOf("-o");
    if (programOf(command) === "go" && flag !== -1) return words[flag + 1];
  }
  return undefined;
}

function directoryOf(steps: readonly StageStep[]): string {
  let directory = "";
  for (const { instruction, text } of steps) {
    if (instruction !== "WORKDIR") continue;
    const wanted = text.trim().replace(/^"(.*)"$/, "$1");
    directory = wanted.startsWith("/") ? wanted : `${directory}/${wanted}`;
  }
  return directory === "" || directory === "/" ? "/app" : directory;
}
