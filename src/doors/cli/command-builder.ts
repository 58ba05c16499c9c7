import { type Command, Option } from "commander";
import type { Client } from "./client.ts";
import type { Commands, GivenSettings, Terminal } from "./commands.ts";
import { openServer, type Server, type ServerOptions } from "./server.ts";

/** What the words of a command gave, by the names that commander has for options. */
export type Words = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** Settings that commands show as their own, by what they work on. All others count as well. */
const shownSettings = {
  server: ["ENTREPOT_DATA", "ENTREPOT_REGION"],
  store: ["ENTREPOT_DATA", "ENTREPOT_DATABASE", "ENTREPOT_BLOBS"],
};

/** What the commands share: settings as flags, how a server is reached, how a result is shown. */
export class CommandBuilder {
  readonly commands: Commands;
  readonly terminal: Terminal;
  exitCode = 0;

  constructor(commands: Commands, terminal: Terminal) {
    this.commands = commands;
    this.terminal = terminal;
  }

  command(parent: Command, name: string, meaning: string): Command {
    const command = parent.command(name).description(meaning).allowExcessArguments(false);
    return command.option("--json", "print JSON");
  }

  /** How to reach a running server and with whose key. */
  addServerOptions(command: Command): Command {
    command
      .option("--profile <name>", "profile of AWS clients with key and server (default: entrepot)")
      .option(
        "--endpoint <url>",
        "base URL of the server, if not the profile's or these settings'",
      );
    return this.addSettings(command, "server");
  }

  /** Every setting as a flag, but those that the command has a flag of its own for. */
  addSettings(command: Command, shown: keyof typeof shownSettings | "all"): Command {
    const own = new Set(command.options.map((option) => option.long));
    command.option("--config <file>", "settings file instead of ./entrepot.json");
    for (const { name, flag, fallback, meaning } of this.commands.settings) {
      if (own.has(flag)) continue;
      const note = fallback ? `${name}; ${fallback}` : name;
      const option = new Option(`${flag} <value>`, `${meaning} (${note})`);
      const isShown = shown === "all" || shownSettings[shown].includes(name);
      command.addOption(option.helpGroup("Settings:").hideHelp(!isShown));
    }
    const others =
      "The server's other settings count here too: entrepot serve --help lists them.\n";
    return command.addHelpText(
      "after",
      `
${shown === "all" ? "" : others}Settings come from flags, else from the environment, else from entrepot.json.`,
    );
  }

  given(words: Words): GivenSettings {
    const flags: Record<string, string> = {};
    for (const { name, jsonKey } of this.commands.settings) {
      const value = textOf(words[jsonKey]);
      if (value !== undefined) flags[name] = value;
    }
    return { flags, configFile: textOf(words.config) };
  }

  client(words: Words): Client {
    return this.commands.client(this.given(words));
  }

  serverOptions(words: Words): ServerOptions {
    return {
      profile: textOf(words.profile),
      endpoint: textOf(words.endpoint),
      region: textOf(words.region),
      now: () => this.commands.now(),
    };
  }

  /** @throws CommandError when there is no URL or no key */
  server(words: Words): Promise<Server> {
    return openServer(this.client(words), this.serverOptions(words));
  }

  /**
   * Whether to go on with what cannot be taken back: only with `--yes`. Else it says what would happen.
   */
  isConfirmed(words: Words, plan: object, text: string): boolean {
    if (words.yes === true) return true;
    this.show(words, { ...plan, done: false }, `${text}\nNothing was changed. Do it: --yes`);
    this.exitCode = 2;
    return false;
  }

  /** Columns of the terminal; without one, lines are as long as they are. */
  get width(): number {
    const { isTTY, columns } = this.terminal.out;
    return isTTY === true && columns !== undefined ? columns : Number.POSITIVE_INFINITY;
  }

  /** The result for programs, the text for people. */
  show(words: Words, result: object, text: string): void {
    this.terminal.out.write(`${words.json === true ? JSON.stringify(result) : text}\n`);
  }
}

/** For options that may be given several times. */
export function collected(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

export function textsOf(word: Words[string]): readonly string[] {
  return Array.isArray(word) ? word : [];
}

export function textOf(word: Words[string]): string | undefined {
  return typeof word === "string" ? word : undefined;
}
