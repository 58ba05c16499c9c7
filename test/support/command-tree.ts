/** The real tree of commands, with the settings that they take; what they would do is left out. */
import { PassThrough } from "node:stream";
import type { Command } from "commander";
import { CommandBuilder } from "../../src/doors/cli/command-builder.ts";
import { programOf, runCommandLine } from "../../src/doors/cli/command-line.ts";
import type { Commands } from "../../src/doors/cli/commands.ts";
import { commandsBelow } from "../../src/doors/cli/help/add-help.ts";
import { settingList } from "../../src/settings/settings.ts";

/** For trees whose commands are not run. */
const commands = { version: "0", settings: settingList } as unknown as Commands;

/** The tree, and a way to have words read by it. */
export class CommandTree {
  readonly program: Command;
  #found: string | undefined;

  constructor() {
    const nowhere = { out: new PassThrough(), error: new PassThrough() };
    this.program = programOf(new CommandBuilder(commands, nowhere));
    for (const { command, words } of commandsBelow(this.program)) {
      if (hasAction(command)) command.action(() => this.#note(words));
    }
  }

  /**
   * The words of the command that these are for: `audit list`.
   * @throws when there is no such command, or no such option of it
   */
  async commandOf(words: readonly string[]): Promise<string> {
    this.#found = undefined;
    await this.program.parseAsync(words, { from: "user" });
    if (this.#found === undefined) throw new Error("these are the words of no command");
    return this.#found;
  }

  /** What of these words is no command, or no option of it; of a call that is not told in full. */
  faultOf(words: readonly string[]): string | undefined {
    let command = this.program;
    for (const word of words) {
      const next = command.commands.find((each) => each.name() === word);
      if (next !== undefined) command = next;
      else if (command.commands.length > 0 && !hasAction(command)) return `no command ${word}`;
      if (!word.startsWith("--") || word === "--help") continue;
      const flag = word.replace(/=.*/, "");
      if (command.options.every(({ long }) => long !== flag)) return `no option ${flag}`;
    }
    return undefined;
  }

  /** Commands that can be run, by their words. */
  runnable(): string[] {
    return commandsBelow(this.program)
      .filter(({ command }) => hasAction(command))
      .map(({ words }) => words.join(" "));
  }

  #note(words: readonly string[]): void {
    this.#found = words.join(" ");
  }
}

/** Groups only hold other commands. */
function hasAction(command: Command): boolean {
  return command.commands.length === 0 || command.options.length > 0;
}

/** What a command that asks nobody prints. */
export async function printed(...words: readonly string[]): Promise<string> {
  const [out, error] = [new PassThrough(), new PassThrough()];
  const code = await runCommandLine(words, commands, { out, error });
  if (code !== 0) throw new Error(String(error.read()));
  return String(out.read());
}
