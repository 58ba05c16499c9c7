import type { Command } from "commander";
import type { CommandBuilder, Words } from "./command-builder.ts";
import {
  optionsText,
  putOptions,
  replicationStatus,
  showOptions,
  statusText,
} from "./replication.ts";

export function addReplicationCommands(program: Command, builder: CommandBuilder): void {
  const replication = program
    .command("replication")
    .description("copies to other registries: how far they are, and what goes along");
  const status = builder.command(
    replication,
    "status",
    "tell what waits, what failed, and how long it has been waiting",
  );
  builder.addServerOptions(status).action(async (words: Words) => {
    const destinations = await replicationStatus(await builder.server(words));
    builder.show(words, { destinations }, statusText(destinations, builder.width));
  });
  const options = builder
    .command(replication, "options", "tell what goes along with copies; or put what a file says")
    .argument("[file]", "JSON with a list of options, which replaces what is there");
  builder.addServerOptions(options).action(async (path: string | undefined, words: Words) => {
    const server = await builder.server(words);
    const found = path === undefined ? await showOptions(server) : await putOptions(server, path);
    builder.show(words, { options: found }, optionsText(found, builder.width));
  });
}
