import type { Command } from "commander";
import { commandsBelow } from "../help/add-help.ts";

export interface CompletedOption {
  /** `--since` */
  readonly flag: string;
  readonly meaning: string;
  /** Whether a value follows. */
  readonly takesValue: boolean;
  /** The only values there are; none where any may be. */
  readonly choices: readonly string[];
}

/** What may follow the words of a command, or of a group of them. */
export interface CompletedCommand {
  /** `audit list`; "" for the program. */
  readonly words: string;
  readonly below: readonly { readonly name: string; readonly meaning: string }[];
  readonly options: readonly CompletedOption[];
  /** The values that its first argument may have; none where any may be. */
  readonly choices: readonly string[];
}

/** What help shows, as shells complete it. */
export function completedCommands(program: Command): CompletedCommand[] {
  return [{ command: program, words: [] }, ...commandsBelow(program)].map(({ command, words }) => {
    const help = command.createHelp();
    return {
      words: words.join(" "),
      below: help
        .visibleCommands(command)
        .map((each) => ({ name: each.name(), meaning: each.description() })),
      options: help.visibleOptions(command).flatMap((option) =>
        option.long == null
          ? []
          : {
              flag: option.long,
              meaning: option.description,
              takesValue: option.required || option.optional,
              choices: option.argChoices ?? [],
            },
      ),
      choices: command.registeredArguments[0]?.argChoices ?? [],
    };
  });
}

/** As POSIX shells and fish read it back, on one line. */
export function quotedWord(text: string): string {
  return `'${text.replaceAll("\n", " ").replaceAll("'", "'\\''")}'`;
}
