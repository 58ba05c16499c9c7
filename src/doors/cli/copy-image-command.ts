import type { Command } from "commander";
import type { CommandBuilder, Words } from "./command-builder.ts";
import { isWholeDigest } from "./digests.ts";

/** `entrepot copy-image`: an image into another repository of the registry. */
export function addCopyImageCommand(program: Command, builder: CommandBuilder): void {
  const copy = builder
    .command(program, "copy-image", "copy an image into another repository of the registry")
    .argument("<repository>", "where it is")
    .argument("<image>", "its tag or digest")
    .argument("<destination>", "the other repository, which is there")
    .option("--tag <tag...>", "that name it there; that of <image> without any");
  builder
    .addServerOptions(copy)
    .action(async (repositoryName: string, image: string, to: string, words: Words) => {
      const isDigest = isWholeDigest(image);
      const given = (words.tag as string[] | undefined) ?? (isDigest ? [] : [image]);
      const server = await builder.server(words);
      const copied = await server.call("entrepot:CopyImage", {
        repositoryName,
        imageId: isDigest ? { imageDigest: image } : { imageTag: image },
        ...{ destinationRepositoryName: to, imageTags: given },
      });
      builder.show(words, copied, `${to} has ${copied.imageDigest} as well.`);
    });
}
