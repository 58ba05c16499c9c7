import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { fileText } from "../access/policy-source.ts";
import { type CommandBuilder, collected, textOf, textsOf, type Words } from "../command-builder.ts";
import { tableText } from "../table.ts";
import { addGroupCommands } from "./group-commands.ts";
import { issuerName, putSignOn, type SignOn } from "./sign-on.ts";

export function addSignOnCommands(program: Command, builder: CommandBuilder): void {
  const signOn = program
    .command("sign-on")
    .description("signing in to the console by an OpenID provider, and roles of its groups");
  addPut(signOn, builder);
  addList(signOn, builder);
  addDelete(signOn, builder);
  addGroupCommands(signOn, builder);
}

function addPut(signOn: Command, builder: CommandBuilder): void {
  const put = builder
    .command(signOn, "put", "let people sign in by a provider, or change how they do")
    .argument("<issuer>", "URL of the provider")
    .requiredOption("--client-id <id>", "the client that the provider knows the console as")
    .requiredOption("--label <text>", "what the button says")
    .option("--client-secret-file <file>", "its secret, - for standard input; kept sealed")
    .option("--public-client", "it has no secret")
    .option("--scope <name>", "asked for beside openid (email, profile); several times", collected)
    .option("--groups-claim <name>", "claim of the token with the groups (groups)")
    .option("--role-claim <name>", "claim with ARNs of roles: no others are offered")
    .option("--name-claim <name>", "claim that names sessions (verified email, else sub)")
    .option(
      "--thumbprint <sha1>",
      "of a provider that is not known yet, where no known authority vouches for it",
      collected,
    );
  builder.addServerOptions(put).action(async (issuer: string, words: Words) => {
    const scopes = textsOf(words.scope);
    const made = await putSignOn(await builder.server(words), {
      ...{ issuer, label: textOf(words.label) ?? "", clientId: textOf(words.clientId) ?? "" },
      clientSecret: await secretOf(words),
      scopes: scopes.length === 0 ? undefined : scopes,
      ...{ groupsClaim: textOf(words.groupsClaim), roleClaim: textOf(words.roleClaim) },
      ...{ nameClaim: textOf(words.nameClaim), thumbprints: textsOf(words.thumbprint) },
    });
    builder.show(words, made, signOnsText([made.signOn], builder.width));
  });
}

async function secretOf(words: Words): Promise<string | undefined> {
  if (words.publicClient === true) return "";
  const file = textOf(words.clientSecretFile);
  if (file === undefined) return undefined;
  const content = file === "-" ? await text(process.stdin) : await fileText(file);
  return content.replace(/\r?\n$/, "");
}

function addList(signOn: Command, builder: CommandBuilder): void {
  const list = builder.command(signOn, "list", "tell by which providers people sign in");
  builder.addServerOptions(list).action(async (words: Words) => {
    const told = await (await builder.server(words)).call("entrepot:ListConsoleSignOns", {});
    const none = "Nobody signs in by a provider: entrepot sign-on put";
    const { signOns } = told;
    builder.show(words, told, signOns.length === 0 ? none : signOnsText(signOns, builder.width));
  });
}

function addDelete(signOn: Command, builder: CommandBuilder): void {
  const remove = builder
    .command(signOn, "delete", "let nobody sign in by a provider any more")
    .argument("<issuer>", "URL of the provider");
  builder.addServerOptions(remove).action(async (issuer: string, words: Words) => {
    const server = await builder.server(words);
    const { account } = await server.identity();
    const providerArn = `arn:aws:iam::${account}:oidc-provider/${issuerName(issuer)}`;
    await server.call("entrepot:DeleteConsoleSignOn", { providerArn });
    builder.show(words, { providerArn }, `Nobody signs in by ${issuerName(issuer)} any more.`);
  });
}

function signOnsText(signOns: readonly SignOn[], width: number): string {
  return tableText(
    [{ whole: "PROVIDER" }, "LABEL", "CLIENT", "SECRET", "GROUPS CLAIM"],
    signOns.map(({ providerArn, label, clientId, hasClientSecret, groupsClaim }) => [
      ...[providerArn.slice(providerArn.indexOf("/") + 1), label, clientId],
      ...[hasClientSecret ? "kept" : "none", groupsClaim],
    ]),
    width,
  );
}
