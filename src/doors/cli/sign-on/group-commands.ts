import type { Command } from "commander";
import type { Input } from "../calls.ts";
import { type CommandBuilder, textOf, type Words } from "../command-builder.ts";
import type { Server } from "../server.ts";
import { tableText } from "../table.ts";
import { issuerName } from "./sign-on.ts";

/** Roles of groups of a provider: who may do what once they are signed in. */
export function addGroupCommands(signOn: Command, builder: CommandBuilder): void {
  for (const verb of ["grant", "revoke"] as const) {
    const isGrant = verb === "grant";
    const meaning = isGrant
      ? "give a group of a provider a role over repositories"
      : "take a role from a group of a provider";
    const command = builder
      .command(signOn, verb, meaning)
      .argument("<issuer>", "URL of the provider")
      .argument("<group>", "as the provider's tokens name it")
      .argument("<role>", "Viewer, Developer, Maintainer, Reviewer or Administrator")
      .option("--prefix <text>", "what names of the repositories begin with (the whole account)");
    builder
      .addServerOptions(command)
      .action(async (issuer: string, group: string, role: string, words: Words) => {
        const server = await builder.server(words);
        const repositoryPrefix = textOf(words.prefix) ?? "";
        const asked = await grantInput(server, { issuer, group, role, repositoryPrefix });
        const told = isGrant
          ? await server.call("entrepot:GrantRole", asked)
          : await server.call("entrepot:RevokeRole", asked);
        const over = repositoryPrefix === "" ? "the whole account" : `${repositoryPrefix}*`;
        const done = isGrant ? "is" : "is no longer";
        builder.show(
          words,
          told,
          `${group} of ${issuerName(issuer)} ${done} ${role} over ${over}.`,
        );
      });
  }
  const groups = builder.command(signOn, "groups", "list groups of providers and their roles");
  builder.addServerOptions(groups).action(async (words: Words) => {
    const server = await builder.server(words);
    const grants = await grantsOfGroups(server);
    const none = "No group has a role: entrepot sign-on grant";
    builder.show(words, { grants }, grants.length === 0 ? none : text(grants, builder.width));
  });
}

interface GroupGrant {
  readonly group: string;
  readonly providerArn: string;
  readonly role: string;
  readonly repositoryPrefix: string;
  readonly roleArn: string;
}

async function grantsOfGroups(server: Server): Promise<GroupGrant[]> {
  const grants: GroupGrant[] = [];
  for (const { role, repositoryPrefix, principals } of await server.all(
    ...(["entrepot:ListRoleGrants", "roles", {}] as const),
  )) {
    for (const { kind, name: group, providerArn = "", roleArn = "" } of principals) {
      if (kind !== "provider-group") continue;
      grants.push({ group, providerArn, role, repositoryPrefix, roleArn });
    }
  }
  return grants;
}

function text(grants: readonly GroupGrant[], width: number): string {
  return tableText(
    [{ whole: "GROUP" }, "PROVIDER", "ROLE", "REPOSITORIES"],
    grants.map(({ group, providerArn, role, repositoryPrefix }) => [
      ...[group, providerArn.slice(providerArn.indexOf("/") + 1), role, `${repositoryPrefix}*`],
    ]),
    width,
  );
}

async function grantInput(
  server: Server,
  wanted: { issuer: string; group: string; role: string; repositoryPrefix: string },
): Promise<Input<"entrepot:GrantRole">> {
  const { account } = await server.identity();
  return {
    ...{ principalKind: "provider-group", principalName: wanted.group },
    providerArn: `arn:aws:iam::${account}:oidc-provider/${issuerName(wanted.issuer)}`,
    role: wanted.role as Input<"entrepot:GrantRole">["role"], // The server knows which there are.
    repositoryPrefix: wanted.repositoryPrefix,
  };
}
