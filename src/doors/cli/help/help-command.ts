import type { Command } from "commander";
import { CommandError } from "../client.ts";
import { callOf } from "./add-help.ts";

/** commander's own stops at the first word, and answers an unknown one with the whole help. */
export function addHelpCommand(program: Command): void {
  program
    .command("help")
    .description("show the help of a command")
    .argument("[command...]", "its words: audit list")
    .action((words: readonly string[]) => {
      let command = program;
      for (const word of words) {
        const next = command.commands.find((each) => each.name() === word);
        if (next === undefined) {
          const hint = `see ${callOf(command)} --help`;
          throw new CommandError(`unknown command '${word}'; ${hint}`, 2);
        }
        command = next;
      }
      command.outputHelp();
    });
}
