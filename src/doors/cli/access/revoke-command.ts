import type { Command } from "commander";
import type { CommandBuilder, Words } from "../command-builder.ts";
import type { Server } from "../server.ts";

/** `entrepot user revoke` and `entrepot role revoke`. */
export function addRevokeCommand(
  parent: Command,
  builder: CommandBuilder,
  kind: "user" | "role",
): void {
  const revoke = builder
    .command(parent, "revoke", `end every session, registry token and pull secret of a ${kind}`)
    .argument("<name>", `name of the ${kind}`);
  builder.addServerOptions(revoke).action(async (name: string, words: Words) => {
    const server = await builder.server(words);
    const principalArn = await arnOf(server, kind, name);
    await server.call("entrepot:RevokeSessions", { principalArn });
    const keys = kind === "user" ? " Access keys stay: entrepot key disable <id>." : "";
    const text = `Every session, registry token and pull secret of ${principalArn} is void.${keys}`;
    builder.show(words, { principalArn, revoked: true }, text);
  });
}

/** `entrepot account revoke-root`: of the account that asks, which takes root's own key. */
export function addRevokeRootCommand(parent: Command, builder: CommandBuilder): void {
  const what = "end every session, registry token and pull secret of the account's root, as root";
  const revoke = builder.command(parent, "revoke-root", what);
  builder.addServerOptions(revoke).action(async (words: Words) => {
    const server = await builder.server(words);
    const { Account } = await server.call("sts:GetCallerIdentity", {});
    const principalArn = `arn:aws:iam::${Account}:root`;
    await server.call("entrepot:RevokeSessions", { principalArn });
    const text = `Every session, registry token and pull secret of ${principalArn} is void. Its access key stays.`;
    builder.show(words, { principalArn, revoked: true }, text);
  });
}

async function arnOf(server: Server, kind: "user" | "role", name: string): Promise<string> {
  if (kind === "user") return (await server.call("iam:GetUser", { UserName: name })).User.Arn;
  return (await server.call("iam:GetRole", { RoleName: name })).Role.Arn;
}
