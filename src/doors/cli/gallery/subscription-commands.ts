import type { Command } from "commander";
import { isoText } from "../access/times.ts";
import { type CommandBuilder, textOf, type Words } from "../command-builder.ts";
import { tableText } from "../table.ts";

const repository = ["<repository>", "name of the repository"] as const;

export function addSubscriptionCommands(gallery: Command, builder: CommandBuilder): void {
  const subscribe = builder
    .command(gallery, "subscribe", "have events tell of what becomes of an entry")
    .argument(...repository)
    .option("--account <id>", "whose it is (default: one's own)");
  builder.addServerOptions(subscribe).action(async (repositoryName: string, words: Words) => {
    const server = await builder.server(words);
    const input = { repositoryName, registryId: textOf(words.account) };
    const told = await server.call("entrepot:SubscribeToGalleryEntry", input as never);
    const text = `The account is told of ${repositoryName}: Entrepot Gallery Notice, on its bus.`;
    builder.show(words, told, text);
  });
  const unsubscribe = builder
    .command(gallery, "unsubscribe", "end that")
    .argument(...repository)
    .option("--account <id>", "whose it is (default: one's own)");
  builder.addServerOptions(unsubscribe).action(async (repositoryName: string, words: Words) => {
    const server = await builder.server(words);
    const input = { repositoryName, registryId: textOf(words.account) };
    await server.call("entrepot:UnsubscribeFromGalleryEntry", input as never);
    builder.show(words, input, `The account is told of ${repositoryName} no more.`);
  });
  const list = builder.command(gallery, "subscriptions", "list what the account is told of");
  builder.addServerOptions(list).action(async (words: Words) => {
    const server = await builder.server(words);
    const told = await server.call("entrepot:ListGallerySubscriptions", { maxResults: 1000 });
    const rows = told.subscriptions.map(({ repositoryName, registryId, principal, createdAt }) => [
      ...[repositoryName, registryId, principal, isoText(createdAt)],
    ]);
    const columns = [{ whole: "REPOSITORY" }, "ACCOUNT", "BY", "SINCE"];
    const more = told.nextToken === undefined ? "" : "\nThere are more.";
    const text = rows.length === 0 ? "There are none." : tableText(columns, rows, builder.width);
    builder.show(words, told, text + more);
  });
}
