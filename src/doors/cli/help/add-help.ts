import type { Command } from "commander";
import { commandPages } from "./command-pages.ts";

/** Ends the help of every command with what to type and where to read on. */
export function addHelp(program: Command): void {
  for (const { command, words } of commandsBelow(program)) {
    const page = pageOf(words);
    const examples = commandPages[words.join(" ")]?.examples ?? [];
    const parts = [
      ...(examples.length > 0 ? [["Examples:", ...examples.map(exampleLine)].join("\n")] : []),
      ...(page === undefined ? [] : [`Read on: ${page}`]),
    ];
    if (parts.length > 0) command.addHelpText("after", `\n${parts.join("\n\n")}`);
  }
}

export interface NamedCommand {
  readonly command: Command;
  /** Without the program's name: `["audit", "list"]`. */
  readonly words: readonly string[];
}

/** All commands and groups of them, the program itself left out. */
export function commandsBelow(parent: Command, before: readonly string[] = []): NamedCommand[] {
  return parent.commands.flatMap((command) => {
    const words = [...before, command.name()];
    return [{ command, words }, ...commandsBelow(command, words)];
  });
}

/** The command's own page, else that of the nearest group that it is in. */
function pageOf(words: readonly string[]): string | undefined {
  for (let length = words.length; length > 0; length -= 1) {
    const page = commandPages[words.slice(0, length).join(" ")]?.page;
    if (page !== undefined) return page;
  }
  return undefined;
}

function exampleLine(example: string): string {
  return `  entrepot ${example}`;
}

/** As it is typed: `entrepot audit list`. */
export function callOf(command: Command): string {
  const { parent } = command;
  return parent === null ? command.name() : `${callOf(parent)} ${command.name()}`;
}
