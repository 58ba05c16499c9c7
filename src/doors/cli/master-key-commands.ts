/** `entrepot master-key`: another master key in the place of the one in use. */
import type { Command } from "commander";
import { CommandError } from "./client.ts";
import { type CommandBuilder, textOf, type Words } from "./command-builder.ts";
import { type RotateWish, rotatedText } from "./rotate.ts";

export function addMasterKeyCommands(program: Command, builder: CommandBuilder): void {
  const masterKey = program
    .command("master-key")
    .description("put another master key in the place of the one in use");
  const meaning = "wrap all keys anew under another master key; the first step, or all of them";
  const command = builder
    .command(masterKey, "rotate", meaning)
    .option("--new-key-file <file>", "the new key, where settings are to name it: 32 bytes, base64")
    .option("--new-key <url>", "a key of KMS that is to hold it: aws-kms://<key ARN>?endpoint=…")
    .option("--finish", "the last step, when every replica has the new key")
    .option("--cancel", "give up a rotation of which only the first step was taken")
    .option("--leaked", "when finishing: refuse tokens that were handed out before")
    .option(
      "--service-keys",
      "when finishing: also new service keys for what is pushed from now on",
    );
  builder.addSettings(command, "store").action(async (words: Words) => {
    const rotated = await builder.commands.rotateMasterKey(
      builder.given(words),
      wishOf(words, (sentence) => builder.terminal.error.write(`${sentence}.\n`)),
    );
    if ((rotated.unopenable?.length ?? 0) > 0) builder.exitCode = 1;
    builder.show(words, rotated, rotatedText(rotated));
  });
}

function wishOf(words: Words, onProgress: (sentence: string) => void): RotateWish {
  const newKey = textOf(words.newKey);
  const newKeyFile = textOf(words.newKeyFile);
  const [finish, cancel] = [words.finish === true, words.cancel === true];
  const ways = [newKey, newKeyFile, finish || undefined, cancel || undefined];
  if (ways.filter((way) => way !== undefined).length > 1) {
    throw new CommandError(
      "--new-key, --new-key-file, --finish and --cancel exclude each other",
      2,
    );
  }
  const [leaked, serviceKeys] = [words.leaked === true, words.serviceKeys === true];
  const isFirstStep = newKey !== undefined || newKeyFile !== undefined || cancel;
  if (isFirstStep && (leaked || serviceKeys)) {
    throw new CommandError("--leaked and --service-keys belong to the last step: --finish", 2);
  }
  return { newKey, newKeyFile, finish, cancel, leaked, serviceKeys, onProgress };
}
