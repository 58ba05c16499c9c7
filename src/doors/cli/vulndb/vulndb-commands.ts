/** `entrepot vulndb`: the advisories that images are scanned with. */
import type { Command } from "commander";
import type { CommandBuilder, Words } from "../command-builder.ts";
import { importedText, isTooOld, statusJson, statusText, updatedText } from "./vulndb.ts";

export function addVulndbCommands(program: Command, builder: CommandBuilder): void {
  const vulndb = program
    .command("vulndb")
    .description("the advisories that images are scanned with");
  addImport(vulndb, builder);
  addUpdate(vulndb, builder);
  addStatus(vulndb, builder);
}

function addImport(vulndb: Command, builder: CommandBuilder): void {
  const meaning =
    "take in advisories from files: archives of osv.dev, EPSS, KEV, dates of releases";
  const command = builder
    .command(vulndb, "import", meaning)
    .argument("<paths...>", "folders, .zip, .json, .ndjson, .csv; the latter three also as .gz")
    .option("--replace", "keep nothing of the ecosystems that come; else the newer record counts");
  builder.addSettings(command, "store").action(async (paths: readonly string[], words: Words) => {
    const built = await builder.commands.vulndb(builder.given(words)).import({
      ...{ paths, replace: words.replace === true },
      onProgress: progress(builder),
    });
    clear(builder);
    if (built.isEmpty) builder.exitCode = 1;
    builder.show(words, built, importedText(built, paths));
  });
}

function addUpdate(vulndb: Command, builder: CommandBuilder): void {
  const command = builder
    .command(vulndb, "update", "fetch advisories from osv.dev, CISA and FIRST, or their mirrors")
    .option("--full", "fetch everything, also what only changed in part");
  builder.addSettings(command, "store").action(async (words: Words) => {
    const updated = await builder.commands.vulndb(builder.given(words)).update({
      full: words.full === true,
      onProgress: progress(builder),
    });
    clear(builder);
    if (updated.feeds.some(({ failure }) => failure !== undefined)) builder.exitCode = 1;
    builder.show(words, updated, updatedText(updated));
  });
}

function addStatus(vulndb: Command, builder: CommandBuilder): void {
  const command = builder.command(vulndb, "status", "what there is, and how old it is");
  builder.addSettings(command, "store").action(async (words: Words) => {
    const status = await builder.commands.vulndb(builder.given(words)).status();
    const now = builder.commands.now();
    if (isTooOld(status, now)) builder.exitCode = 1;
    builder.show(words, statusJson(status, now), statusText(status, now, builder.width));
  });
}

/** One line that is drawn over; nothing where errors go to no terminal. */
function progress(builder: CommandBuilder): (sentence: string) => void {
  const { error } = builder.terminal;
  return (sentence) => {
    if (error.isTTY === true) error.write(`\r\u001b[2K${sentence}`);
  };
}

function clear(builder: CommandBuilder): void {
  progress(builder)("");
}
