import type { Writable } from "node:stream";
import { Command, CommanderError, Option } from "commander";
import { type BackupResult, type BackupWish, backupText, type CopyProgress } from "./backup.ts";
import type { ServerOptions } from "./call-server.ts";
import { type Client, CommandError } from "./client.ts";
import { configure } from "./configure.ts";
import { doctor } from "./doctor.ts";
import { jobsText, jobText, listJobs, rerunJob } from "./jobs.ts";
import { type MigrateResult, type MigrateWish, migrateText } from "./migrate.ts";
import { ProgressBar } from "./progress.ts";
import { type RestoreResult, type RestoreWish, restoreText } from "./restore.ts";
import {
  checksText,
  configuredText,
  type FsckResult,
  fsckText,
  type GcResult,
  gcText,
  megabytes,
} from "./results.ts";

/** A setting as a flag. */
export interface SettingFlag {
  readonly name: string;
  /** `--tls-cert`, which commander calls `tlsCert`. */
  readonly flag: string;
  readonly jsonKey: string;
  readonly fallback: string | undefined;
  readonly meaning: string;
}

/** What the command line said of settings. */
export interface GivenSettings {
  /** By setting name. */
  readonly flags: Readonly<Record<string, string>>;
  readonly configFile: string | undefined;
}

export interface FsckProgress {
  readonly verifiedBytes: number;
  readonly totalBytes: number;
}

/** What the commands do; the command line only reads words and shows results. */
export interface Commands {
  readonly version: string;
  readonly settings: readonly SettingFlag[];
  /** Resolves with the exit code when the server has stopped. */
  serve(given: GivenSettings, output: { json: boolean }): Promise<number>;
  client(given: GivenSettings): Client;
  /** Milliseconds since the epoch. */
  now(): number;
  fsck(
    given: GivenSettings,
    options: { repair: boolean; onProgress: (progress: FsckProgress) => void },
  ): Promise<FsckResult>;
  gc(given: GivenSettings, options: { ignoreLeases: boolean }): Promise<GcResult>;
  backup(given: GivenSettings, wish: BackupWish): Promise<BackupResult>;
  restore(given: GivenSettings, wish: RestoreWish): Promise<RestoreResult>;
  migrate(wish: MigrateWish): Promise<MigrateResult>;
}

export interface Terminal {
  readonly out: Writable & { isTTY?: boolean };
  readonly error: Writable & { isTTY?: boolean };
}

type Words = Readonly<Record<string, string | boolean | undefined>>;

/** Runs the command that the words name. Resolves with the exit code; never rejects. */
export async function runCommandLine(
  words: readonly string[],
  commands: Commands,
  terminal: Terminal,
): Promise<number> {
  const line = new CommandLine(commands, terminal);
  try {
    await line.program().parseAsync(words, { from: "user" });
    return line.exitCode;
  } catch (error) {
    return line.refuse(error, words.includes("--json"));
  }
}

class CommandLine {
  readonly #commands: Commands;
  readonly #terminal: Terminal;
  exitCode = 0;

  constructor(commands: Commands, terminal: Terminal) {
    this.#commands = commands;
    this.#terminal = terminal;
  }

  program(): Command {
    const { version } = this.#commands;
    const program = new Command("entrepot")
      .description("A container registry that speaks Amazon ECR.")
      .version(`entrepot ${version}`, "-v, --version", "print the version")
      .exitOverride()
      .configureOutput({
        writeOut: (text) => this.#terminal.out.write(text),
        writeErr: (text) => this.#terminal.error.write(text),
        outputError: () => {}, // `refuse` says it, in our own form.
      });
    this.#addServe(program);
    this.#addConfigure(program);
    this.#addDoctor(program);
    this.#addFsck(program);
    this.#addGc(program);
    this.#addJobs(program);
    this.#addBackup(program);
    this.#addRestore(program);
    this.#addMigrate(program);
    this.#command(program, "version", "print the version").action((words: Words) => {
      this.#show(words, { version }, `entrepot ${version}`);
    });
    return program;
  }

  /** One sentence, and 2 where the words themselves were wrong. */
  refuse(error: unknown, isJson: boolean): number {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // Help, or the version.
    const isUsage = error instanceof CommanderError;
    // Without a command, commander has shown the help already.
    if (isUsage && error.code === "commander.help") return 2;
    const message = isUsage ? usageSentence(error.message) : (error as Error).message;
    const { out, error: errors } = this.#terminal;
    if (isJson) out.write(`${JSON.stringify({ error: message })}\n`);
    else errors.write(`${message.replace(/^/gm, "entrepot: ")}\n`);
    if (isUsage) return 2;
    return error instanceof CommandError ? error.exitCode : 1;
  }

  #addServe(program: Command): void {
    const command = this.#command(program, "serve", "start the registry");
    this.#addSettings(command).action(async (words: Words) => {
      this.exitCode = await this.#commands.serve(this.#given(words), { json: words.json === true });
    });
  }

  #addConfigure(program: Command): void {
    const command = this.#command(program, "configure", "write a profile for AWS clients")
      .option("--profile <name>", "name of the profile", "entrepot")
      .option("--endpoint <url>", "base URL of the server, if not the one of these settings")
      .option("--access-key-id <id>", "access key, if not the root's of this data directory")
      .option("--secret-access-key <secret>", "its secret");
    this.#addSettings(command).action(async (words: Words) => {
      const written = await configure(this.#commands.client(this.#given(words)), {
        profile: String(words.profile),
        endpoint: textOf(words.endpoint),
        accessKeyId: textOf(words.accessKeyId),
        secretAccessKey: textOf(words.secretAccessKey),
      });
      this.#show(words, written, configuredText(written));
    });
  }

  #addDoctor(program: Command): void {
    const command = this.#command(program, "doctor", "check this machine as a client")
      .option("--profile <name>", "profile of AWS clients to check", "entrepot")
      .option(
        "--endpoint <url>",
        "base URL of the server, if not the profile's or these settings'",
      );
    this.#addSettings(command).action(async (words: Words) => {
      const checks = await doctor(this.#commands.client(this.#given(words)), {
        profile: String(words.profile),
        endpoint: textOf(words.endpoint),
        now: () => this.#commands.now(),
      });
      if (checks.some((check) => check.status === "fail")) this.exitCode = 1;
      this.#show(words, { ok: this.exitCode === 0, checks }, checksText(checks));
    });
  }

  #addFsck(program: Command): void {
    const meaning = "verify everything that is stored; the server must be stopped";
    const command = this.#command(program, "fsck", meaning).option(
      "--repair",
      "mend what can be mended without losing anything",
    );
    this.#addSettings(command).action(async (words: Words) => {
      const repair = words.repair === true;
      const bar = new ProgressBar(this.#terminal.error);
      const onProgress = ({ verifiedBytes, totalBytes }: FsckProgress) =>
        bar.update(verifiedBytes, totalBytes, `${megabytes(verifiedBytes)} verified`);
      const found = await this.#commands
        .fsck(this.#given(words), { repair, onProgress })
        .finally(() => bar.clear());
      if (found.problems.some((problem) => !problem.repaired)) this.exitCode = 1;
      this.#show(words, found, fsckText(found, repair));
    });
  }

  #addGc(program: Command): void {
    const meaning = "free what nothing refers to; the server must be stopped";
    const command = this.#command(program, "gc", meaning).option(
      "--ignore-leases",
      "also free layers that a push may be about to use",
    );
    this.#addSettings(command).action(async (words: Words) => {
      const ignoreLeases = words.ignoreLeases === true;
      const freed = await this.#commands.gc(this.#given(words), { ignoreLeases });
      this.#show(words, freed, gcText(freed));
    });
  }

  #addJobs(program: Command): void {
    const jobs = program
      .command("jobs")
      .description("see and rerun the background work of a running server");
    const list = this.#command(jobs, "list", "list jobs, the given up ones first")
      .option("--state <state>", "only dead, running or waiting ones")
      .option("--kind <kind>", "only those of this kind");
    this.#addServerOptions(list).action(async (words: Words) => {
      const filter = { state: textOf(words.state), kind: textOf(words.kind) };
      const found = await listJobs(...this.#server(words), filter);
      this.#show(words, found, jobsText(found));
    });
    const rerun = this.#command(jobs, "rerun", "run a job now that is dead or waits").argument(
      "<id>",
      "id of the job",
    );
    this.#addServerOptions(rerun).action(async (id: string, words: Words) => {
      const job = await rerunJob(...this.#server(words), id);
      this.#show(words, { job }, jobText(job));
    });
  }

  #addBackup(program: Command): void {
    const meaning =
      "write all that is stored into one file (*.tar) or directory, also while serving";
    const command = this.#command(program, "backup", meaning)
      .argument("<path>", "new file or directory")
      .option("--include-master-key", "also the key that opens it: keep such a backup like the key")
      .option("--endpoint <url>", "base URL of the running server, if not the one of the settings");
    this.#addSettings(command).action(async (path: string, words: Words) => {
      const wish = {
        ...{ path, includeMasterKey: words.includeMasterKey === true },
        endpoint: textOf(words.endpoint),
      };
      const written = await this.#copying((onProgress) =>
        this.#commands.backup(this.#given(words), { ...wish, onProgress }),
      );
      this.#show(words, written, backupText(written));
    });
  }

  #addRestore(program: Command): void {
    const meaning = "bring a backup into an empty store, or go on with one that was broken off";
    const command = this.#command(program, "restore", meaning)
      .argument("<path>", "the backup")
      .option("--verify-bytes", "open every object again when it is there");
    this.#addSettings(command).action(async (path: string, words: Words) => {
      const verifyBytes = words.verifyBytes === true;
      const restored = await this.#copying((onProgress) =>
        this.#commands.restore(this.#given(words), { path, verifyBytes, onProgress }),
      );
      if (restored.problems.length > 0) this.exitCode = 1;
      this.#show(words, restored, restoreText(restored));
    });
  }

  #addMigrate(program: Command): void {
    const meaning = "carry all that is stored into another, empty store, or go on with that";
    this.#command(program, "migrate", meaning)
      .requiredOption("--from <file>", "settings file of the source")
      .requiredOption("--to <file>", "settings file of the target")
      .option("--source-is-read-only", "every replica of the source is stopped or read-only")
      .option("--verify-bytes", "open every object again when all are there")
      .option("--endpoint <url>", "base URL of the source's server, if not the one of its settings")
      .action(async (words: Words) => {
        const wish = {
          ...{ from: String(words.from), to: String(words.to), endpoint: textOf(words.endpoint) },
          ...{ sourceIsReadOnly: words.sourceIsReadOnly === true },
          ...{ verifyBytes: words.verifyBytes === true },
        };
        const moved = await this.#copying((onProgress) =>
          this.#commands.migrate({ ...wish, onProgress }),
        );
        if ((moved.verified?.problems.length ?? 0) > 0) this.exitCode = 1;
        this.#show(words, moved, migrateText(moved));
      });
  }

  /** With a bar while it lasts. */
  async #copying<T>(
    work: (onProgress: (progress: CopyProgress) => void) => Promise<T>,
  ): Promise<T> {
    const bar = new ProgressBar(this.#terminal.error);
    const show = ({ copiedBytes, totalBytes }: CopyProgress) =>
      bar.update(copiedBytes, totalBytes, `${megabytes(copiedBytes)} copied`);
    return work(show).finally(() => bar.clear());
  }

  /** How to reach a running server and with whose key. */
  #addServerOptions(command: Command): Command {
    command
      .option("--profile <name>", "profile of AWS clients to take key and server from", "entrepot")
      .option(
        "--endpoint <url>",
        "base URL of the server, if not the profile's or these settings'",
      );
    return this.#addSettings(command);
  }

  #server(words: Words): [Client, ServerOptions] {
    const profile = String(words.profile);
    const now = () => this.#commands.now();
    const client = this.#commands.client(this.#given(words));
    return [client, { profile, endpoint: textOf(words.endpoint), now }];
  }

  #command(program: Command, name: string, meaning: string): Command {
    const command = program.command(name).description(meaning).allowExcessArguments(false);
    return command.option("--json", "print JSON");
  }

  /** Every setting as a flag, but those that the command has a flag of its own for. */
  #addSettings(command: Command): Command {
    const own = new Set(command.options.map((option) => option.long));
    command.option("--config <file>", "settings file instead of ./entrepot.json");
    for (const { name, flag, fallback, meaning } of this.#commands.settings) {
      if (own.has(flag)) continue;
      const note = fallback ? `${name}; ${fallback}` : name;
      command.addOption(
        new Option(`${flag} <value>`, `${meaning} (${note})`).helpGroup("Settings:"),
      );
    }
    return command;
  }

  #given(words: Words): GivenSettings {
    const flags: Record<string, string> = {};
    for (const { name, jsonKey } of this.#commands.settings) {
      const value = textOf(words[jsonKey]);
      if (value !== undefined) flags[name] = value;
    }
    return { flags, configFile: textOf(words.config) };
  }

  #show(words: Words, result: object, text: string): void {
    this.#terminal.out.write(`${words.json === true ? JSON.stringify(result) : text}\n`);
  }
}

function textOf(word: string | boolean | undefined): string | undefined {
  return typeof word === "string" ? word : undefined;
}

/** commander's text on one line, without its prefix. */
function usageSentence(message: string): string {
  return message
    .replace(/^error: /, "")
    .replace(/\n\(Did/, " (did")
    .trim();
}
