import type { Command } from "commander";
import type { CommandBuilder, Words } from "../command-builder.ts";
import { printable, tableText } from "../table.ts";
import {
  createKey,
  deleteKey,
  findKey,
  type KeyList,
  type KeySummary,
  listKeys,
  type NewKey,
  ownerText,
  setKeyStatus,
} from "./keys.ts";
import { agoText } from "./times.ts";

export function addKeyCommands(program: Command, builder: CommandBuilder): void {
  const keys = program.command("key").description("access keys of users");
  const list = builder
    .command(keys, "list", "list access keys with their age and last use")
    .argument("[user]", "only those of this user");
  builder.addServerOptions(list).action(async (user: string | undefined, words: Words) => {
    const server = await builder.server(words);
    const found = await listKeys(server, user);
    builder.show(words, found, keysText(found, server.now(), builder.width));
  });
  const create = builder
    .command(keys, "create", "make an access key, and print it this once")
    .argument("<user>", "whose it is to be");
  builder.addServerOptions(create).action(async (user: string, words: Words) => {
    const key = await createKey(await builder.server(words), user);
    builder.show(words, { key }, newKeyText(key));
  });
  addStatus(keys, builder, "disable", "Inactive");
  addStatus(keys, builder, "enable", "Active");
  addDelete(keys, builder);
}

function addStatus(
  keys: Command,
  builder: CommandBuilder,
  name: "disable" | "enable",
  status: "Active" | "Inactive",
): void {
  const command = builder
    .command(keys, name, `${name} an access key`)
    .argument("<key>", "id of the access key");
  builder.addServerOptions(command).action(async (accessKeyId: string, words: Words) => {
    const { userName } = await setKeyStatus(await builder.server(words), accessKeyId, status);
    const key = { userName, accessKeyId, status };
    const text = `The access key ${accessKeyId} of ${ownerText(key)} is ${status.toLowerCase()}.`;
    builder.show(words, { key }, text);
  });
}

function addDelete(keys: Command, builder: CommandBuilder): void {
  const remove = builder
    .command(keys, "delete", "delete an access key")
    .argument("<key>", "id of the access key")
    .option("--yes", "do it");
  builder.addServerOptions(remove).action(async (accessKeyId: string, words: Words) => {
    const server = await builder.server(words);
    const key = await findKey(server, accessKeyId);
    const what = `the access key ${keyLine(key, server.now())} of ${ownerText(key)}`;
    if (!builder.isConfirmed(words, { key }, `Deletes ${what}.`)) return;
    await deleteKey(server, key);
    const text = `Deleted the access key ${accessKeyId} of ${ownerText(key)}.`;
    builder.show(words, { key, done: true }, text);
  });
}

/** A key in a list of fields. */
export function keyLine(key: KeySummary, now: number): string {
  const { accessKeyId, status, createdAt } = key;
  return `${accessKeyId} (${status.toLowerCase()}, made ${agoText(createdAt, now)}, used ${usedText(key, now)})`;
}

/** In the form of the files of AWS clients. */
export function newKeyText({ userName, accessKeyId, secretAccessKey }: NewKey): string {
  return [
    `Access key of ${printable(userName)}; the secret is shown this once:`,
    `  aws_access_key_id = ${accessKeyId}`,
    `  aws_secret_access_key = ${secretAccessKey}`,
  ].join("\n");
}

function keysText({ keys, warnings }: KeyList, now: number, width: number): string {
  const table = tableText(
    ["USER", { whole: "KEY" }, { whole: "STATUS" }, "MADE", "USED"],
    keys.map((key) => [
      ...[ownerText(key), key.accessKeyId, key.status.toLowerCase()],
      ...[agoText(key.createdAt, now), usedText(key, now)],
    ]),
    width,
  );
  const listed = keys.length === 0 ? "There are no access keys." : table;
  return [listed, ...warnings.map((warning) => `warning: ${printable(warning)}`)].join("\n");
}

function usedText(key: KeySummary, now: number): string {
  const { lastUsedAt, lastUsedService, lastUsedRegion } = key;
  const where = [lastUsedService, lastUsedRegion].filter((each) => each !== undefined);
  const by = where.length === 0 ? "" : ` by ${where.join(" in ")}`;
  return agoText(lastUsedAt, now) + by;
}
