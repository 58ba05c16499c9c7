import type { Command } from "commander";
import type { CommandBuilder, Words } from "../command-builder.ts";
import { historyText, restoredTagText, restoreTag, tagHistory } from "./tags.ts";

export function addTagCommands(program: Command, builder: CommandBuilder): void {
  const tags = program.command("tag").description("where a tag pointed, and back there");
  const history = builder
    .command(tags, "history", "tell where a tag pointed, the newest first")
    .argument("<repository>", "name of the repository")
    .argument("<tag>", "the tag");
  builder
    .addServerOptions(history)
    .action(async (repositoryName: string, imageTag: string, words: Words) => {
      const moves = await tagHistory(await builder.server(words), repositoryName, imageTag);
      builder.show(words, { imageTag, moves }, historyText(moves, builder.width));
    });
  const restore = builder
    .command(tags, "restore", "point a tag at an image again, from the trash if need be")
    .argument("<repository>", "name of the repository")
    .argument("<tag>", "the tag")
    .argument("<digest>", "digest of the image, or how one in the tag's history begins");
  builder
    .addServerOptions(restore)
    .action(async (repositoryName: string, imageTag: string, digest: string, words: Words) => {
      const server = await builder.server(words);
      const restored = await restoreTag(server, repositoryName, imageTag, digest);
      builder.show(words, restored, restoredTagText(restored));
    });
}
