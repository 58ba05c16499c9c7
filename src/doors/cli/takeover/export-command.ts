/** `entrepot export`: images and settings in one signed file, for a registry that no network leads to. */
import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { type Inventory, inventoryText } from "../../../registry/takeover/bundle-document.ts";
import { takeInventory } from "../../../registry/takeover/plan-bundle.ts";
import { TakeoverFailure } from "../../../registry/takeover/takeover-failure.ts";
import { matchesWildcard } from "../../../registry/wildcard.ts";
import { byteText } from "../byte-text.ts";
import { CommandError } from "../client.ts";
import { type CommandBuilder, collected, textOf, textsOf, type Words } from "../command-builder.ts";
import { printable } from "../table.ts";
import { incompleteExitCode } from "./import-command.ts";
import { openRegistry } from "./open-target.ts";
import { type ServerRepository, ServerSource } from "./server-source.ts";
import type { TakeoverCommands, TakeoverMachine } from "./takeover.ts";
import { wantedRepositories } from "./wanted-repositories.ts";

export function addExportCommand(program: Command, builder: CommandBuilder): void {
  const command = builder
    .command(program, "export", "write images, and what is set for them, to one signed file")
    .argument("[file]", "the bundle, or the inventory")
    .option("--key <file>", "the key that signs the bundle; see --make-key")
    .option("--make-key <file>", "make such a key, and <file>.pub for the other side")
    .option("--repositories <pattern>", "only these; * is any text; may be repeated", collected)
    .option("--images <name>", "only this: repository:tag, @digest; may be repeated", collected)
    .option("--since <file>", "leave out what is in this inventory, or came by this bundle")
    .option("--inventory", "write what this registry holds, for --since on the other side")
    .option("--to <prefix>", "of an inventory: the --to that bundles are imported with here")
    .option("--advisories", "take along the data directory's advisories");
  builder.addServerOptions(command).action(async (file: string | undefined, words: Words) => {
    const commands = builder.commands.takeover(builder.given(words));
    await run(builder, words, commands, file).catch((error: unknown) => {
      if (!(error instanceof TakeoverFailure)) throw error;
      throw new CommandError(printable(error.message));
    });
  });
}

async function run(
  builder: CommandBuilder,
  words: Words,
  commands: TakeoverCommands,
  file: string | undefined,
): Promise<void> {
  const keyFile = textOf(words.makeKey);
  if (keyFile !== undefined) {
    const made = await commands.makeKey(keyFile);
    const text = `Wrote ${keyFile}, which signs, and ${made.publicFile}, which the other side trusts.`;
    builder.show(words, { file: keyFile, ...made }, `${text} The key is ${made.keyId}.`);
    return;
  }
  if (file === undefined) throw new CommandError("name the file to write", 2);
  await commands.withMachine(async (machine) => {
    if (words.inventory === true) await writeInventory(builder, words, machine, file);
    else await writeBundle(builder, words, commands, machine, file);
  });
}

async function sourceOf(builder: CommandBuilder, words: Words, machine: TakeoverMachine) {
  const server = await builder.server(words);
  const registry = await openRegistry(builder.client(words), server, machine.serverEgress);
  return new ServerSource({ server: async () => server, registry, pause: machine.pause });
}

async function writeInventory(
  builder: CommandBuilder,
  words: Words,
  machine: TakeoverMachine,
  file: string,
): Promise<void> {
  const source = await sourceOf(builder, words, machine);
  const listed = namedFrom(source, textsOf(words.repositories), textOf(words.to));
  const inventory = await takeInventory(listed, machine.pause);
  await writeFile(file, inventoryText(inventory), { flush: true });
  const counts = { repositories: inventory.repositories.size, layers: inventory.layers.size };
  const text = `Wrote ${file}: ${counts.repositories} repositories, ${counts.layers} layers.`;
  builder.show(words, { file, ...counts }, text);
}

/** By the names that they have where bundles come from. */
async function* namedFrom(
  source: ServerSource,
  patterns: readonly string[],
  prefix: string | undefined,
): AsyncGenerator<{ readonly name: string; readonly repository: ServerRepository }> {
  for await (const repository of source.repositories()) {
    const isBelow = prefix === undefined || repository.name.startsWith(`${prefix}/`);
    const name = prefix === undefined ? repository.name : repository.name.slice(prefix.length + 1);
    const isWanted = patterns.length === 0 || patterns.some((each) => matchesWildcard(each, name));
    if (isBelow && isWanted) yield { name, repository };
  }
}

async function writeBundle(
  builder: CommandBuilder,
  words: Words,
  commands: TakeoverCommands,
  machine: TakeoverMachine,
  file: string,
): Promise<void> {
  const key = textOf(words.key);
  if (key === undefined) throw new CommandError("name the key to sign with: --key, --make-key", 2);
  const since = textOf(words.since);
  const other: Inventory | undefined =
    since === undefined ? undefined : await commands.inventory(since);
  const source = await sourceOf(builder, words, machine);
  const written = await commands.writeBundle({
    ...{ file, key, other, pause: machine.pause, advisories: words.advisories === true },
    wanted: wantedRepositories(source, textsOf(words.repositories), textsOf(words.images)),
  });
  const lacking = written.leftOut.map(
    (image) => `\nLeft out: ${image} is of Docker's schema 1, which bundles do not have.`,
  );
  const text =
    `Wrote ${file}: ${written.repositories} repositories, ${written.contents} manifests and ` +
    `layers, ${byteText(written.bytes)}, signed by the key ${written.keyId}.`;
  builder.show(words, { file, ...written }, text + lacking.join(""));
  if (lacking.length > 0) builder.exitCode = incompleteExitCode;
}
