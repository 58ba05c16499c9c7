import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { CommandError } from "../client.ts";
import { type CommandBuilder, textOf, type Words } from "../command-builder.ts";
import { fieldsText, tableText } from "../table.ts";

/** Where AWS has the API of ECR Public; a server without that region takes it for its own. */
const apiRegion = "us-east-1";

export function addPublicCommands(program: Command, builder: CommandBuilder): void {
  const group = program.command("public").description("public repositories, and their gallery");
  addCreate(group, builder);
  addList(group, builder);
  addCatalog(group, builder);
  addSearch(group, builder);
  addVerify(group, builder);
  addAliases(group.command("alias").description("names of public registries"), builder);
}

const repository = ["<repository>", "name of the public repository"] as const;

function addCreate(group: Command, builder: CommandBuilder): void {
  const create = builder
    .command(group, "create", "make a repository that everybody can pull from")
    .argument(...repository);
  builder.addServerOptions(create).action(async (repositoryName: string, words: Words) => {
    const server = (await builder.server(words)).inRegion(apiRegion);
    const told = await server.call("ecr-public:CreateRepository", { repositoryName });
    builder.show(words, told, `Everybody can pull ${told.repository?.repositoryUri}.`);
  });
}

function addList(group: Command, builder: CommandBuilder): void {
  const list = builder.command(group, "list", "list the account's public repositories");
  builder.addServerOptions(list).action(async (words: Words) => {
    const server = (await builder.server(words)).inRegion(apiRegion);
    const told = await server.call("ecr-public:DescribeRepositories", { maxResults: 1000 });
    const repositories = told.repositories ?? [];
    const rows = repositories.map((each) => [each.repositoryName ?? "", each.repositoryUri ?? ""]);
    const more = told.nextToken === undefined ? "" : "\nThere are more.";
    const text =
      rows.length === 0 ? "There is none." : tableText(["NAME", "URI"], rows, builder.width);
    builder.show(words, told, text + more);
  });
}

function addCatalog(group: Command, builder: CommandBuilder): void {
  const catalog = builder
    .command(group, "catalog", "say what a repository is; what is left out is gone")
    .argument(...repository)
    .option("--description <text>", "one line")
    .option("--about <file>", "Markdown file: what it is")
    .option("--usage <file>", "Markdown file: how it is used")
    .option("--logo <file>", "PNG or JPEG of 60 to 2048 pixels a side")
    .option("--os <names>", "Linux, Windows: with commas between them")
    .option("--arch <names>", "ARM, ARM 64, x86, x86-64: with commas between them");
  builder.addServerOptions(catalog).action(async (repositoryName: string, words: Words) => {
    const catalogData = {
      description: textOf(words.description),
      aboutText: await textIn(textOf(words.about)),
      usageText: await textIn(textOf(words.usage)),
      logoImageBlob: (await bytesIn(textOf(words.logo)))?.toString("base64"),
      operatingSystems: listOf(textOf(words.os)),
      architectures: listOf(textOf(words.arch)),
    };
    const server = (await builder.server(words)).inRegion(apiRegion);
    const input = { repositoryName, catalogData };
    const told = await server.call("ecr-public:PutRepositoryCatalogData", input as never);
    builder.show(words, told, `The gallery says so of ${repositoryName}.`);
  });
}

async function bytesIn(file: string | undefined): Promise<Buffer | undefined> {
  if (file === undefined) return undefined;
  return readFile(file).catch((error: Error) => {
    throw new CommandError(`${file} cannot be read: ${error.message}`);
  });
}

async function textIn(file: string | undefined): Promise<string | undefined> {
  return (await bytesIn(file))?.toString("utf8");
}

function listOf(names: string | undefined): string[] | undefined {
  return names?.split(",").map((name) => name.trim());
}

function addSearch(group: Command, builder: CommandBuilder): void {
  const search = builder
    .command(group, "search", "search the gallery")
    .argument("[words...]", "all of them have to be there (default: everything)");
  builder.addServerOptions(search).action(async (asked: string[], words: Words) => {
    const server = await builder.server(words);
    const input = { query: asked.join(" "), maxResults: 50 };
    const told = await server.call("entrepot:SearchPublicRepositories", input);
    const rows = told.repositories.map((each) => [
      each.repositoryUri,
      each.verified ? (each.publisher ?? "verified") : "",
      String(each.pullCount),
      each.description ?? "",
    ]);
    const columns = ["URI", "PUBLISHER", "PULLS", "DESCRIPTION"];
    const found = `${told.totalCount}${told.isComplete ? "" : " or more"} found.`;
    const list = rows.length === 0 ? "" : `${tableText(columns, rows, builder.width)}\n`;
    builder.show(words, told, list + found);
  });
}

function addVerify(group: Command, builder: CommandBuilder): void {
  const verify = builder
    .command(group, "verify", "vouch for who an account is: its name and logos are shown")
    .argument("<account>", "id of the account")
    .option("--revoke", "vouch for it no more");
  builder.addServerOptions(verify).action(async (registryId: string, words: Words) => {
    const server = await builder.server(words);
    if (words.revoke === true) {
      await server.call("entrepot:DeleteVerifiedPublisher", { registryId });
      builder.show(words, { registryId }, `${registryId} is not verified any more.`);
      return;
    }
    const told = await server.call("entrepot:PutVerifiedPublisher", { registryId });
    builder.show(words, told, `${registryId} is verified.`);
  });
}

const deeds = [
  ["request", "entrepot:RequestPublicAlias", "ask the operator for a name of the account's own"],
  ["primary", "entrepot:SetPrimaryPublicAlias", "have addresses show this name"],
  ["release", "entrepot:ReleasePublicAlias", "give up a name"],
] as const;

function addAliases(group: Command, builder: CommandBuilder): void {
  const name = ["<alias>", "2 to 50 lower-case letters and digits"] as const;
  for (const [word, call, meaning] of deeds) {
    const deed = builder.command(group, word, meaning).argument(...name);
    builder.addServerOptions(deed).action(async (alias: string, words: Words) => {
      const told = await (await builder.server(words)).call(call, { alias });
      builder.show(words, told, `Done: ${word} ${alias}.`);
    });
  }
  const list = builder.command(group, "list", "list names, for the operator");
  builder.addServerOptions(list).action(async (words: Words) => {
    const told = await (await builder.server(words)).call("entrepot:ListPublicAliases", {
      maxResults: 1000,
    });
    const rows = told.aliases.map((each) => [each.alias, each.registryId, each.status]);
    builder.show(words, told, tableText(["ALIAS", "ACCOUNT", "STATUS"], rows, builder.width));
  });
  for (const [word, status] of [
    ["approve", "ACTIVE"],
    ["reject", "REJECTED"],
  ] as const) {
    const review = builder
      .command(group, word, `${word} a name that was asked for, for the operator`)
      .argument(...name)
      .option("--reason <text>", "why");
    builder.addServerOptions(review).action(async (alias: string, words: Words) => {
      const input = { alias, status, reason: textOf(words.reason) };
      const told = await (await builder.server(words)).call("entrepot:ReviewPublicAlias", input);
      const { registryId } = told.alias;
      builder.show(
        words,
        told,
        fieldsText([
          ["alias", alias],
          ["account", registryId],
          ["status", status],
        ]),
      );
    });
  }
}
