import type { ShellCommand } from "./shell-commands.ts";

export type PackageManager = "apt" | "apk" | "dnf" | "zypper";

/** A command of a package manager of the system. */
export interface PackageCommand {
  readonly manager: PackageManager;
  /** As it is written: `install`, `add`, `update`. */
  readonly verb: string;
  /** Without their versions. */
  readonly packages: readonly string[];
  readonly options: readonly string[];
}

const programs: Readonly<Record<string, PackageManager>> = {
  apt: "apt",
  "apt-get": "apt",
  aptitude: "apt",
  apk: "apk",
  dnf: "dnf",
  dnf5: "dnf",
  microdnf: "dnf",
  tdnf: "dnf",
  yum: "dnf",
  zypper: "zypper",
};
const installs = new Set(["install", "add", "in", "groupinstall", "localinstall"]);
/** Options that have their value behind a blank. */
const valued = new Set(
  ["-t", "-o", "-c", "-X", "--virtual", "--repository", "--target-release", "--option"].concat([
    "--repo",
    "--root",
    "-p",
    "--releasever",
    "--enablerepo",
    "--disablerepo",
  ]),
);

/** The words of a command without what only runs it: `sudo`, `env`, `exec`. */
export function programWords({ words }: ShellCommand): readonly string[] {
  let first = 0;
  while (["sudo", "env", "exec", "command", "nice"].includes(words[first] ?? "")) {
    first++;
    while (/^(-|[A-Za-z_][A-Za-z0-9_]*=)/.test(words[first] ?? "")) first++;
  }
  return words.slice(first);
}

/** The name of a program, without where it lies. */
export function programOf(command: ShellCommand): string {
  const [program = ""] = programWords(command);
  return program.slice(program.lastIndexOf("/") + 1);
}

/** What a command asks of a package manager; nothing if it asks none. */
export function packageCommand(command: ShellCommand): PackageCommand | undefined {
  const manager = Object.hasOwn(programs, programOf(command))
    ? programs[programOf(command)]
    : undefined;
  if (manager === undefined) return undefined;
  const options: string[] = [];
  const rest: string[] = [];
  const words = programWords(command).slice(1);
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (/^\d*[<>]/.test(word)) continue;
    if (!word.startsWith("-")) rest.push(word);
    else {
      options.push(word);
      if (valued.has(word)) at++;
    }
  }
  const [verb = "", ...packages] = rest;
  return { manager, verb, packages: packages.map(packageName), options };
}

/** Whether it installs packages. */
export function isInstall({ verb }: PackageCommand): boolean {
  return installs.has(verb);
}

/** `curl=7.88*`, `curl/bookworm`, `nodejs~20` and `curl>7` are all named without what follows. */
function packageName(word: string): string {
  const end = word.slice(1).search(/[=<>~@]/);
  return end === -1 ? word : word.slice(0, end + 1);
}
