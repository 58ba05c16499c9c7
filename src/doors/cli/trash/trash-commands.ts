import type { Command } from "commander";
import type { CommandBuilder, Words } from "../command-builder.ts";
import {
  countText,
  emptyTrash,
  listTrash,
  restoredText,
  restoreImages,
  restoreRepository,
  trashText,
} from "./trash.ts";

export function addTrashCommands(program: Command, builder: CommandBuilder): void {
  const trash = program.command("trash").description("what was deleted and can be brought back");
  const list = builder
    .command(trash, "list", "list deleted repositories and images")
    .argument("[repository]", "of that name alone");
  builder
    .addServerOptions(list)
    .action(async (repositoryName: string | undefined, words: Words) => {
      const found = await listTrash(await builder.server(words), repositoryName);
      builder.show(words, found, trashText(found, builder.width));
    });
  addRestore(trash, builder);
  addEmpty(trash, builder);
}

function addRestore(trash: Command, builder: CommandBuilder): void {
  const restore = builder
    .command(trash, "restore", "bring back images; or without digests, a whole repository")
    .argument("<repository>", "name of the repository")
    .argument("[digests...]", "digests of images, or how they begin");
  builder
    .addServerOptions(restore)
    .action(async (repositoryName: string, digests: readonly string[], words: Words) => {
      const server = await builder.server(words);
      if (digests.length === 0) {
        const repository = await restoreRepository(server, repositoryName);
        builder.show(words, { repository }, `Restored the repository ${repositoryName}.`);
        return;
      }
      const restored = await restoreImages(server, repositoryName, digests);
      if (restored.failures.length > 0) builder.exitCode = 1;
      builder.show(words, restored, restoredText(repositoryName, restored));
    });
}

function addEmpty(trash: Command, builder: CommandBuilder): void {
  const empty = builder
    .command(trash, "empty", "give up what was deleted: it can not be brought back any more")
    .argument("[repository]", "of that name alone")
    .option("--yes", "do it");
  builder
    .addServerOptions(empty)
    .action(async (repositoryName: string | undefined, words: Words) => {
      const server = await builder.server(words);
      const found = await listTrash(server, repositoryName);
      const count = { images: found.images.length, repositories: found.repositories.length };
      if (count.images + count.repositories === 0) {
        builder.show(words, { ...count, done: true }, "The trash is empty.");
        return;
      }
      const plan = `Gives up ${countText(count)} for good.`;
      if (!builder.isConfirmed(words, count, plan)) return;
      const gone = await emptyTrash(server, found);
      const sentence = `Gave up ${countText(gone)}; their bytes are free after the next garbage collection.`;
      builder.show(words, { ...gone, done: true }, sentence);
    });
}
