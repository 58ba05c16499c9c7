import type { Command } from "commander";
import { CommandError } from "../client.ts";
import { type CommandBuilder, collected, textOf, textsOf, type Words } from "../command-builder.ts";
import type { Server } from "../server.ts";
import { fieldsText, tableText } from "../table.ts";
import { heldLines } from "./policy-commands.ts";
import { fileText, inlinePolicies, policyArns, prettyDocument } from "./policy-source.ts";
import { addRevokeCommand } from "./revoke-command.ts";
import {
  type CreatedRole,
  createRole,
  deleteRole,
  listRoles,
  type RoleDetails,
  type RoleSummary,
  showRole,
} from "./roles.ts";
import { agoText, dayText } from "./times.ts";
import { type Trust, trustOf } from "./trust.ts";

export function addRoleCommands(program: Command, builder: CommandBuilder): void {
  const roles = program.command("role").description("roles of an account");
  const list = builder.command(roles, "list", "list roles and who may assume them");
  builder.addServerOptions(list).action(async (words: Words) => {
    const found = await listRoles(await builder.server(words));
    builder.show(words, { roles: found }, rolesText(found, builder.width));
  });
  const show = builder
    .command(roles, "show", "show a role with its trust policy and its policies")
    .argument("<name>", "name of the role");
  builder.addServerOptions(show).action(async (name: string, words: Words) => {
    const server = await builder.server(words);
    const role = await showRole(server, name);
    builder.show(words, { role }, roleText(role, server.now()));
  });
  addCreate(roles, builder);
  addRevokeCommand(roles, builder, "role");
  addDelete(roles, builder);
}

function addCreate(roles: Command, builder: CommandBuilder): void {
  const create = builder
    .command(roles, "create", "make a role")
    .argument("<name>", "name of the role")
    .option(
      "--trust <who>",
      "who may assume it: account, account:<id>, user/<name>, role/<name>, service:<name>, " +
        "github:<owner>/<name>, oidc:<issuer> or an ARN; several times",
      collected,
    )
    .option("--external-id <id>", "what accounts, users and roles have to say")
    .option("--subject <pattern>", "of an issuer's tokens, whom they are about; * and ? match")
    .option("--audience <text>", "of an issuer's tokens, who they are for (sts.amazonaws.com)")
    .option(
      "--thumbprint <sha1>",
      "of a certificate of a new issuer that no known authority vouches for; several times",
      collected,
    )
    .option("--trust-policy <file>", "trust policy, instead of all these")
    .option("--policy <arn>", "managed policy to attach, by ARN or name; several times", collected)
    .option("--policy-file <file>", "inline policy, named for its file; several times", collected)
    .option("--boundary <arn>", "managed policy that bounds the role, by ARN or name")
    .option("--max-hours <hours>", "how long a session may last, 1 to 12 (default: 1)")
    .option("--description <text>", "what it is for")
    .option("--path <path>", "path of the role, such as /ci/");
  builder.addServerOptions(create).action(async (name: string, words: Words) => {
    const server = await builder.server(words);
    const boundary = textOf(words.boundary);
    const made = await createRole(server, {
      ...{ name, path: textOf(words.path), description: textOf(words.description) },
      boundary: boundary && (await policyArns(server, [boundary]))[0],
      maxSessionSeconds: secondsOf(textOf(words.maxHours)),
      trust: await wantedTrust(server, words),
      policies: await policyArns(server, textsOf(words.policy)),
      inline: await inlinePolicies(textsOf(words.policyFile)),
    });
    builder.show(words, made, createdText(made));
  });
}

function addDelete(roles: Command, builder: CommandBuilder): void {
  const remove = builder
    .command(roles, "delete", "take everything off a role and delete it")
    .argument("<name>", "name of the role")
    .option("--yes", "do it");
  builder.addServerOptions(remove).action(async (name: string, words: Words) => {
    const server = await builder.server(words);
    const role = await showRole(server, name);
    if (!builder.isConfirmed(words, { role }, planText(role))) return;
    await deleteRole(server, role);
    builder.show(words, { role, done: true }, `Deleted the role ${name}.`);
  });
}

async function wantedTrust(server: Server, words: Words): Promise<Trust> {
  const who = textsOf(words.trust);
  const file = textOf(words.trustPolicy);
  if ((file === undefined) === (who.length === 0)) {
    throw new CommandError("say who may assume the role, with --trust or with --trust-policy", 2);
  }
  const wish = {
    ...{ who, externalId: textOf(words.externalId) },
    ...{ audience: textOf(words.audience), subject: textOf(words.subject) },
    thumbprints: textsOf(words.thumbprint),
  };
  if (file === undefined) return trustOf(wish, (await server.identity()).account);
  return { document: await fileText(file), issuers: [] };
}

function secondsOf(hours: string | undefined): number | undefined {
  if (hours === undefined) return undefined;
  const number = Number(hours);
  if (number >= 1 && number <= 12) return Math.round(number * 3600);
  throw new CommandError(`"${hours}" is no number of hours from 1 to 12`, 2);
}

function rolesText(roles: readonly RoleSummary[], width: number): string {
  if (roles.length === 0) return "There are no roles.";
  return tableText(
    [{ whole: "NAME" }, { whole: "CREATED" }, "TRUSTS", "DESCRIPTION"],
    roles.map(({ name, createdAt, trusts, description }) => [
      ...[name, dayText(createdAt), trusts.join(", "), description],
    ]),
    width,
  );
}

function roleText(role: RoleDetails, now: number): string {
  const { name, arn, id, description, createdAt, maxSessionSeconds, policies, boundary } = role;
  const { tags, trustPolicy, lastUsedAt, lastUsedRegion } = role;
  const where = lastUsedRegion === undefined ? "" : ` in ${lastUsedRegion}`;
  return fieldsText([
    ["Name", name],
    ["ARN", arn],
    ["Id", id],
    ["Description", description],
    ["Created", dayText(createdAt)],
    ["Used", agoText(lastUsedAt, now) + where],
    ["Session", `at most ${maxSessionSeconds / 3600} h`],
    ["Policies", heldLines(policies)],
    ["Boundary", boundary ?? "none"],
    ["Tags", Object.entries(tags).map(([key, value]) => `${key}=${value}`)],
    ["Trust", prettyDocument(trustPolicy).split("\n")],
  ]);
}

function createdText({ role, policies, newIssuers }: CreatedRole): string {
  return [
    `Made the role ${role.arn}.`,
    ...role.trusts.map((who) => `  for ${who}`),
    ...heldLines(policies).map((line) => `  ${line}`),
    ...newIssuers.map((issuer) => `Made the OIDC provider of ${issuer}, whose tokens it takes.`),
  ].join("\n");
}

function planText({ name, policies }: RoleDetails): string {
  const takenOff = [
    ...policies.attached.map((arn) => `the attachment of ${arn}`),
    ...policies.inline.map((policy) => `inline policy ${policy}`),
    "every session of it",
  ];
  return [`Deletes the role ${name} and with it:`, ...takenOff.map((each) => `  ${each}`)].join(
    "\n",
  );
}
