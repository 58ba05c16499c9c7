/** `entrepot backup`, `restore` and `migrate`: what carries all that is stored elsewhere. */
import type { Command } from "commander";
import { backupText, type CopyProgress } from "./backup.ts";
import { type CommandBuilder, textOf, type Words } from "./command-builder.ts";
import { migrateText } from "./migrate.ts";
import { ProgressBar } from "./progress.ts";
import { restoreText } from "./restore.ts";
import { megabytes } from "./results.ts";

export function addCopyCommands(program: Command, builder: CommandBuilder): void {
  addBackup(program, builder);
  addRestore(program, builder);
  addMigrate(program, builder);
}

function addBackup(program: Command, builder: CommandBuilder): void {
  const meaning = "write all that is stored into one file (*.tar) or directory, also while serving";
  const command = builder
    .command(program, "backup", meaning)
    .argument("<path>", "new file or directory")
    .option("--include-master-key", "also the key that opens it: keep such a backup like the key")
    .option("--endpoint <url>", "base URL of the running server, if not the one of the settings");
  builder.addSettings(command, "store").action(async (path: string, words: Words) => {
    const wish = {
      ...{ path, includeMasterKey: words.includeMasterKey === true },
      endpoint: textOf(words.endpoint),
    };
    const written = await copying(builder, (onProgress) =>
      builder.commands.backup(builder.given(words), { ...wish, onProgress }),
    );
    builder.show(words, written, backupText(written));
  });
}

function addRestore(program: Command, builder: CommandBuilder): void {
  const meaning = "bring a backup into an empty store, or go on with one that was broken off";
  const command = builder
    .command(program, "restore", meaning)
    .argument("<path>", "the backup")
    .option("--verify-bytes", "open every object again when it is there");
  builder.addSettings(command, "store").action(async (path: string, words: Words) => {
    const verifyBytes = words.verifyBytes === true;
    const restored = await copying(builder, (onProgress) =>
      builder.commands.restore(builder.given(words), { path, verifyBytes, onProgress }),
    );
    if (restored.problems.length > 0) builder.exitCode = 1;
    builder.show(words, restored, restoreText(restored));
  });
}

function addMigrate(program: Command, builder: CommandBuilder): void {
  const meaning = "carry all that is stored into another, empty store, or go on with that";
  builder
    .command(program, "migrate", meaning)
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
      const moved = await copying(builder, (onProgress) =>
        builder.commands.migrate({ ...wish, onProgress }),
      );
      if ((moved.verified?.problems.length ?? 0) > 0) builder.exitCode = 1;
      builder.show(words, moved, migrateText(moved));
    });
}

/** With a bar while it lasts. */
async function copying<T>(
  builder: CommandBuilder,
  work: (onProgress: (progress: CopyProgress) => void) => Promise<T>,
): Promise<T> {
  const bar = new ProgressBar(builder.terminal.error);
  const show = ({ copiedBytes, totalBytes }: CopyProgress) =>
    bar.update(copiedBytes, totalBytes, `${megabytes(copiedBytes)} copied`);
  return work(show).finally(() => bar.clear());
}
