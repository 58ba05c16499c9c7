import type { Command } from "commander";
import { accessRoles } from "../../../registry/identity/access-roles.ts";
import { CommandError } from "../client.ts";
import { type CommandBuilder, textOf, type Words } from "../command-builder.ts";
import { tableText } from "../table.ts";

const kinds = ["user", "group", "role"] as const;

/** Roles over repositories, for who writes no policies. */
export function addAccessCommands(program: Command, builder: CommandBuilder): void {
  const access = program
    .command("access")
    .description("who is viewer, developer, maintainer, reviewer or administrator of repositories");
  for (const [word, meaning] of [
    ["grant", "make somebody viewer, developer, maintainer, reviewer or administrator"],
    ["revoke", "end that"],
  ] as const) {
    const command = builder
      .command(access, word, meaning)
      .argument("<as>", accessRoles.join(", ").toLowerCase())
      .option("--prefix <prefix>", "what names of repositories begin with (default: all)");
    addPrincipals(command);
    builder.addServerOptions(command).action(async (as: string, words: Words) => {
      const role = accessRoles.find((each) => each.toLowerCase() === as.toLowerCase());
      if (role === undefined) throw new CommandError(`there is no role ${as}`, 2);
      const principal = principalIn(words);
      if (principal === undefined) throw new CommandError("say --user, --group or --role", 2);
      const server = await builder.server(words);
      const repositoryPrefix = textOf(words.prefix) ?? "";
      const input = { ...principal, role, repositoryPrefix };
      const told =
        word === "grant"
          ? await server.call("entrepot:GrantRole", input)
          : await server.call("entrepot:RevokeRole", input);
      const over = repositoryPrefix === "" ? "all repositories" : `${repositoryPrefix}*`;
      const no = word === "grant" ? "" : "no more ";
      builder.show(words, told, `${principal.principalName} is ${no}${role} of ${over}.`);
    });
  }
  const list = builder.command(access, "list", "tell who is what, or what somebody is");
  addPrincipals(list);
  builder.addServerOptions(list).action(async (words: Words) => {
    const server = await builder.server(words);
    const input = { ...principalIn(words), maxResults: 1000 };
    const told = await server.call("entrepot:ListRoleGrants", input);
    const rows = told.roles.map(({ role, repositoryPrefix, count, principals }) => {
      const names = principals.map(({ kind, name }) => `${kind} ${name}`);
      const more = count > names.length ? `, ${count - names.length} more` : "";
      return [
        role,
        repositoryPrefix === "" ? "all" : `${repositoryPrefix}*`,
        names.join(", ") + more,
      ];
    });
    const end = told.nextToken === undefined ? "" : "\nThere are more.";
    const columns = [{ whole: "ROLE" }, "REPOSITORIES", "WHO"];
    const text = rows.length === 0 ? "There are none." : tableText(columns, rows, builder.width);
    builder.show(words, told, text + end);
  });
}

function addPrincipals(command: Command): void {
  for (const kind of kinds) command.option(`--${kind} <name>`, `a ${kind} of IAM`);
}

/** @throws CommandError for more than one */
function principalIn(words: Words) {
  const named = kinds.flatMap((principalKind) => {
    const principalName = textOf(words[principalKind]);
    return principalName === undefined ? [] : [{ principalKind, principalName }];
  });
  if (named.length > 1) throw new CommandError("say one of --user, --group and --role", 2);
  return named[0];
}
