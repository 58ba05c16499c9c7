import type { Command } from "commander";
import { type CommandBuilder, collected, textOf, textsOf, type Words } from "../command-builder.ts";
import { fieldsText, tableText } from "../table.ts";
import { keyLine, newKeyText } from "./key-commands.ts";
import { heldLines } from "./policy-commands.ts";
import { inlinePolicies, policyArns } from "./policy-source.ts";
import { addRevokeCommand } from "./revoke-command.ts";
import { agoText, dayText } from "./times.ts";
import {
  type CreatedUser,
  createUser,
  deleteUser,
  listUsers,
  showUser,
  type UserDetails,
  type UserSummary,
} from "./users.ts";

export function addUserCommands(program: Command, builder: CommandBuilder): void {
  const users = program.command("user").description("users of an account");
  const list = builder.command(users, "list", "list users");
  builder.addServerOptions(list).action(async (words: Words) => {
    const server = await builder.server(words);
    const found = await listUsers(server);
    builder.show(words, { users: found }, usersText(found, server.now(), builder.width));
  });
  const show = builder
    .command(users, "show", "show a user with groups, policies, keys and boundary")
    .argument("<name>", "name of the user");
  builder.addServerOptions(show).action(async (name: string, words: Words) => {
    const server = await builder.server(words);
    const user = await showUser(server, name);
    builder.show(words, { user }, userText(user, server.now()));
  });
  addCreate(users, builder);
  addRevokeCommand(users, builder, "user");
  addDelete(users, builder);
}

function addCreate(users: Command, builder: CommandBuilder): void {
  const create = builder
    .command(users, "create", "make a user")
    .argument("<name>", "name of the user")
    .option("--policy <arn>", "managed policy to attach, by ARN or name; several times", collected)
    .option("--policy-file <file>", "inline policy, named for its file; several times", collected)
    .option("--group <name>", "group to put the user in; several times", collected)
    .option("--boundary <arn>", "managed policy that bounds the user, by ARN or name")
    .option("--path <path>", "path of the user, such as /ci/")
    .option("--key", "make an access key as well, and print it this once");
  builder.addServerOptions(create).action(async (name: string, words: Words) => {
    const server = await builder.server(words);
    const boundary = textOf(words.boundary);
    const made = await createUser(server, {
      name,
      path: textOf(words.path),
      boundary: boundary && (await policyArns(server, [boundary]))[0],
      policies: await policyArns(server, textsOf(words.policy)),
      inline: await inlinePolicies(textsOf(words.policyFile)),
      groups: textsOf(words.group),
      withKey: words.key === true,
    });
    builder.show(words, made, createdText(made));
  });
}

function addDelete(users: Command, builder: CommandBuilder): void {
  const remove = builder
    .command(users, "delete", "take everything off a user and delete it")
    .argument("<name>", "name of the user")
    .option("--yes", "do it");
  builder.addServerOptions(remove).action(async (name: string, words: Words) => {
    const server = await builder.server(words);
    const user = await showUser(server, name);
    if (!builder.isConfirmed(words, { user }, planText(user))) return;
    await deleteUser(server, user);
    builder.show(words, { user, done: true }, `Deleted the user ${name}.`);
  });
}

function usersText(users: readonly UserSummary[], now: number, width: number): string {
  if (users.length === 0) return "There are no users.";
  return tableText(
    [{ whole: "NAME" }, { whole: "CREATED" }, { whole: "SIGNED IN" }, "ARN"],
    users.map(({ name, createdAt, passwordUsedAt, arn }) => [
      ...[name, dayText(createdAt), agoText(passwordUsedAt, now), arn],
    ]),
    width,
  );
}

function userText(user: UserDetails, now: number): string {
  const { name, arn, id, createdAt, boundary, passwordSetAt, passwordUsedAt } = user;
  const { policies, groups, keys, tags } = user;
  const password =
    passwordSetAt === undefined
      ? "none"
      : `set ${agoText(passwordSetAt, now)}, used ${agoText(passwordUsedAt, now)}`;
  return fieldsText([
    ["Name", name],
    ["ARN", arn],
    ["Id", id],
    ["Created", dayText(createdAt)],
    ["Policies", heldLines(policies)],
    [
      "Groups",
      groups.flatMap((group) => [
        group.name,
        ...heldLines(group.policies).map((line) => `  ${line}`),
      ]),
    ],
    ["Boundary", boundary ?? "none"],
    ["Password", password],
    ["Keys", keys.map((key) => keyLine(key, now))],
    ["Tags", Object.entries(tags).map(([key, value]) => `${key}=${value}`)],
  ]);
}

function createdText({ user, policies, groups, key }: CreatedUser): string {
  return [
    `Made the user ${user.arn}.`,
    ...heldLines(policies).map((line) => `  ${line}`),
    ...groups.map((group) => `  in group ${group}`),
    ...(key === undefined ? [] : ["", newKeyText(key)]),
  ].join("\n");
}

function planText({ name, keys, passwordSetAt, groups, policies }: UserDetails): string {
  const password = passwordSetAt === undefined ? [] : ["its console password"];
  const takenOff = [
    ...keys.map(({ accessKeyId, status }) => `access key ${accessKeyId} (${status.toLowerCase()})`),
    ...password,
    ...groups.map((group) => `its place in group ${group.name}`),
    ...policies.attached.map((arn) => `the attachment of ${arn}`),
    ...policies.inline.map((policy) => `inline policy ${policy}`),
  ];
  return [`Deletes the user ${name} and with it:`, ...listed(takenOff)].join("\n");
}

function listed(items: readonly string[]): string[] {
  return items.length === 0 ? ["  nothing else"] : items.map((item) => `  ${item}`);
}
