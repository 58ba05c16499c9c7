import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import { type CommandBuilder, textOf, type Words } from "./command-builder.ts";
import { ProgressBar } from "./progress.ts";
import { beginRekey, describeRekey, type RekeyProgress, rekeyText } from "./rekey.ts";

const lookMs = 500;

export function addRekeyCommand(program: Command, builder: CommandBuilder): void {
  const rekey = builder
    .command(program, "rekey", "put a repository under another key, or see how far that is")
    .argument("<repository>", "name of the repository")
    .option(
      "--to <key>",
      "id, ARN or alias of a KMS key; aws: AWS's own; service: the registry's own",
    )
    .option("--twice", "sealed twice, as the repository is: KMS_DSSE")
    .option("--wait", "until it is done; where an attempt failed, until then")
    .addHelpText("after", "\nWithout --to it changes nothing, and tells how far it is.");
  builder.addServerOptions(rekey).action(async (repositoryName: string, words: Words) => {
    const server = await builder.server(words);
    const to = textOf(words.to);
    let progress: RekeyProgress | undefined =
      to === undefined
        ? await describeRekey(server, repositoryName)
        : await beginRekey(server, repositoryName, { to, isTwice: words.twice === true });
    const bar = new ProgressBar(builder.terminal.error);
    try {
      while (words.wait === true && progress?.status === "IN_PROGRESS") {
        const { doneObjects, objectCount = 0 } = progress;
        bar.update(doneObjects, objectCount, `${doneObjects} of ${objectCount} layers and images`);
        await pause(lookMs);
        progress = await describeRekey(server, repositoryName);
      }
    } finally {
      bar.clear();
    }
    if (words.wait === true && progress?.status === "WAITING") builder.exitCode = 1;
    builder.show(words, { rekey: progress }, rekeyText(repositoryName, progress));
  });
}
