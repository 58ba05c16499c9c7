import type { Command } from "commander";
import type { Input } from "../calls.ts";
import { CommandError } from "../client.ts";
import { type CommandBuilder, textOf, type Words } from "../command-builder.ts";
import { ruleText } from "../lifecycle/rule-files.ts";
import { entriesText, entryText } from "./gallery-texts.ts";
import { addSubscriptionCommands } from "./subscription-commands.ts";

export function addGalleryCommands(program: Command, builder: CommandBuilder): void {
  const gallery = program
    .command("gallery")
    .description("the private gallery: repositories that others should find and use");
  addList(gallery, builder);
  addShow(gallery, builder);
  addPut(gallery, builder);
  addDelete(gallery, builder);
  addVersion(gallery, builder);
  addSettings(gallery, builder);
  addRender(gallery, builder);
  addExport(gallery, builder);
  addSubscriptionCommands(gallery, builder);
}

const repository = ["<repository>", "name of the repository"] as const;

function addList(gallery: Command, builder: CommandBuilder): void {
  const list = builder
    .command(gallery, "list", "list entries, one's own and those that other accounts show")
    .option("--category <name>", "only those of this category");
  builder.addServerOptions(list).action(async (words: Words) => {
    const server = await builder.server(words);
    const input = { category: textOf(words.category), maxResults: 1000 };
    const told = await server.call("entrepot:ListGalleryEntries", input);
    const isMore = told.nextToken !== undefined;
    builder.show(words, told, entriesText(told.entries, isMore, builder.width));
  });
}

function addShow(gallery: Command, builder: CommandBuilder): void {
  const show = builder
    .command(gallery, "show", "tell what an entry says, and its versions")
    .argument(...repository)
    .option("--account <id>", "whose it is (default: one's own)");
  builder.addServerOptions(show).action(async (repositoryName: string, words: Words) => {
    const server = await builder.server(words);
    const input = { repositoryName, registryId: textOf(words.account) };
    const told = await server.call("entrepot:GetGalleryEntry", input);
    builder.show(words, told, entryText(told, builder.width));
  });
}

function addPut(gallery: Command, builder: CommandBuilder): void {
  const put = builder
    .command(gallery, "put", "put a repository into the gallery, or say something else of it")
    .argument(...repository)
    .argument("<file>", "what it says, as PutGalleryEntry takes it, in JSON");
  builder.addServerOptions(put).action(async (name: string, file: string, words: Words) => {
    const said = await objectIn(file);
    const server = await builder.server(words);
    // What it says is the server's to judge.
    const input = { ...said, repositoryName: name } as Input<"entrepot:PutGalleryEntry">;
    const told = await server.call("entrepot:PutGalleryEntry", input);
    builder.show(words, told, `${name} is in the gallery as "${told.entry.title}".`);
  });
}

function addDelete(gallery: Command, builder: CommandBuilder): void {
  const remove = builder
    .command(gallery, "delete", "take a repository out of the gallery; its images stay")
    .argument(...repository);
  builder.addServerOptions(remove).action(async (repositoryName: string, words: Words) => {
    await (await builder.server(words)).call("entrepot:DeleteGalleryEntry", { repositoryName });
    builder.show(words, { repositoryName }, `${repositoryName} is not in the gallery.`);
  });
}

const states = ["DRAFT", "DEPRECATED", "WITHDRAWN"] as const;

function addVersion(gallery: Command, builder: CommandBuilder): void {
  const version = builder
    .command(gallery, "version", "say which images are a version of an entry, and its state")
    .argument(...repository)
    .argument("<version>", "name of the version")
    .option("--tags <pattern>", "images with such a tag: 1.*")
    .option("--digest <digest>", "the image of this digest")
    .option("--state <state>", "draft, deprecated or withdrawn (default: draft)")
    .option("--successor <version>", "the version that takes its place")
    .option("--note <text>", "for whoever uses it")
    .option("--delete", "forget the version; its images stay");
  builder
    .addServerOptions(version)
    .action(async (repositoryName: string, called: string, words: Words) => {
      const server = await builder.server(words);
      const named = { repositoryName, version: called };
      if (words.delete === true) {
        await server.call("entrepot:DeleteGalleryVersion", named);
        builder.show(words, named, `${repositoryName} has no version ${called}.`);
        return;
      }
      const wanted = (textOf(words.state) ?? "draft").toUpperCase();
      const state = states.find((each) => each === wanted);
      if (state === undefined) throw new CommandError(`there is no state ${wanted}`, 2);
      const told = await server.call("entrepot:PutGalleryVersion", {
        ...{ ...named, state, tagPattern: textOf(words.tags), imageDigest: textOf(words.digest) },
        ...{ successor: textOf(words.successor), note: textOf(words.note) },
      });
      builder.show(words, told, `${repositoryName} has the version ${called}: ${state}.`);
    });
}

function addSettings(gallery: Command, builder: CommandBuilder): void {
  const settings = builder
    .command(gallery, "settings", "tell which fields and categories entries have, or say which")
    .argument("[file]", "fields and categories, as PutGallerySettings takes them, in JSON");
  builder.addServerOptions(settings).action(async (file: string | undefined, words: Words) => {
    const server = await builder.server(words);
    const told =
      file === undefined
        ? await server.call("entrepot:GetGallerySettings", {})
        : await server.call("entrepot:PutGallerySettings", await objectIn(file));
    const fields = told.fields.map(({ name, type, isRequired }) => {
      return `  ${name}: ${type}${isRequired ? ", needed" : ""}`;
    });
    const categories = told.categories.map((name) => `  ${name}`);
    const text = ["Fields:", ...orNone(fields), "Categories:", ...orNone(categories)].join("\n");
    builder.show(words, told, text);
  });
}

function orNone(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? ["  none"] : lines;
}

function addRender(gallery: Command, builder: CommandBuilder): void {
  const render = builder
    .command(gallery, "render", "print a launch template with the image that is approved now")
    .argument(...repository)
    .argument("<template>", "name of the template")
    .requiredOption("--environment <name>", "where it is to be run")
    .option("--account <id>", "whose entry it is (default: one's own)");
  builder
    .addServerOptions(render)
    .action(async (repositoryName: string, templateName: string, words: Words) => {
      const server = await builder.server(words);
      const told = await server.call("entrepot:RenderLaunchTemplate", {
        ...{ repositoryName, templateName, registryId: textOf(words.account) },
        environment: textOf(words.environment) ?? "",
      });
      builder.show(words, told, told.text);
    });
}

function addExport(gallery: Command, builder: CommandBuilder): void {
  const exported = builder
    .command(gallery, "export", "print entries as a catalog-info.yaml of Backstage")
    .option("--category <name>", "only those of this category");
  builder.addServerOptions(exported).action(async (words: Words) => {
    const server = await builder.server(words);
    const category = textOf(words.category);
    let text = "";
    let nextToken: string | undefined;
    do {
      const page = await server.call("entrepot:ExportGalleryEntries", { category, nextToken });
      text += page.text;
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    builder.show(words, { text }, text.trimEnd());
  });
}

/** @throws CommandError for a file that holds none */
export async function objectIn(file: string): Promise<Record<string, unknown>> {
  const said: unknown = JSON.parse(await ruleText(file));
  if (typeof said === "object" && said !== null && !Array.isArray(said)) {
    return said as Record<string, unknown>;
  }
  throw new CommandError(`${file} holds no JSON object`);
}
