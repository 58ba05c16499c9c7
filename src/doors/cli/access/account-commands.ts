import type { Command } from "commander";
import { type CommandBuilder, textOf, type Words } from "../command-builder.ts";
import { fieldsText, tableText } from "../table.ts";
import {
  type AccountDetails,
  type AccountSummary,
  closeAccount,
  createAccount,
  listAccounts,
  showAccount,
} from "./accounts.ts";
import { addRevokeRootCommand } from "./revoke-command.ts";
import { dayText } from "./times.ts";

export function addAccountCommands(program: Command, builder: CommandBuilder): void {
  const accounts = program.command("account").description("accounts of the organization");
  const list = builder.command(accounts, "list", "list accounts");
  builder.addServerOptions(list).action(async (words: Words) => {
    const found = await listAccounts(await builder.server(words));
    builder.show(words, { accounts: found }, accountsText(found, builder.width));
  });
  const show = builder
    .command(accounts, "show", "show an account and how to enter it")
    .argument("<account>", "id, name or email");
  builder.addServerOptions(show).action(async (wanted: string, words: Words) => {
    const server = await builder.server(words);
    const account = await showAccount(server, wanted);
    builder.show(words, { account }, accountText(account, server));
  });
  addCreate(accounts, builder);
  addClose(accounts, builder);
  addRevokeRootCommand(accounts, builder);
}

function addCreate(accounts: Command, builder: CommandBuilder): void {
  const create = builder
    .command(accounts, "create", "make an account, and wait until it is there")
    .argument("<name>", "name of the account")
    .requiredOption("--email <address>", "address of its owner, that no other account has")
    .option("--role <name>", "role to enter it through (default: OrganizationAccountAccessRole)");
  builder.addServerOptions(create).action(async (name: string, words: Words) => {
    const server = await builder.server(words);
    const wanted = { name, email: String(words.email), roleName: textOf(words.role) };
    const account = await createAccount(server, wanted);
    builder.show(words, { account }, accountText(account, server));
  });
}

function addClose(accounts: Command, builder: CommandBuilder): void {
  const close = builder
    .command(accounts, "close", "close an account for good")
    .argument("<account>", "id, name or email")
    .option("--yes", "do it");
  builder.addServerOptions(close).action(async (wanted: string, words: Words) => {
    const server = await builder.server(words);
    const account = await showAccount(server, wanted);
    const what = `the account ${account.id}, "${account.name}"`;
    const plan = `Closes ${what}: nobody signs in to it any more, and none of its keys works.`;
    if (!builder.isConfirmed(words, { account }, plan)) return;
    await closeAccount(server, account);
    builder.show(words, { account, done: true }, `Closed ${what}.`);
  });
}

function accountsText(accounts: readonly AccountSummary[], width: number): string {
  return tableText(
    [{ whole: "ID" }, "NAME", "EMAIL", { whole: "STATUS" }, { whole: "JOINED" }, "KIND"],
    accounts.map(({ id, name, email, status, isManagement, joinedAt }) => [
      ...[id, name, email, status, dayText(joinedAt), isManagement ? "management" : "member"],
    ]),
    width,
  );
}

function accountText(account: AccountDetails, server: { origin: string; region: string }): string {
  const { id, name, email, status, arn, organization, joinedAt, accessRoleArn } = account;
  const fields = fieldsText([
    ["Id", id],
    ["Name", name],
    ["Email", email],
    ["Status", status],
    ["ARN", arn],
    ["Organization", account.isManagement ? `${organization} (management)` : organization],
    ["Joined", dayText(joinedAt)],
  ]);
  if (accessRoleArn === undefined) return fields;
  return [
    fields,
    "",
    "To enter it, a profile in ~/.aws/config:",
    `  [profile ${name.replaceAll(/[^\w.@-]+/g, "-")}]`,
    `  role_arn = ${accessRoleArn}`,
    "  source_profile = entrepot",
    `  region = ${server.region}`,
    `  endpoint_url = ${server.origin}`,
  ].join("\n");
}
