import type { Command } from "commander";
import { type CommandBuilder, collected, textsOf, type Words } from "./command-builder.ts";
import { imageArgument } from "./gates/gate-commands.ts";
import { imageWord } from "./gates/image-word.ts";

/** `entrepot copy-image`: an image into another repository of the registry. */
export function addCopyImageCommand(program: Command, builder: CommandBuilder): void {
  const copy = builder
    .command(program, "copy-image", "copy an image into another repository of the registry")
    .argument(...imageArgument)
    .argument("<destination>", "the other repository, which is there")
    .option(
      "--tag <tag>",
      "that names it there; may be repeated; that of <image> without",
      collected,
    );
  builder.addServerOptions(copy).action(async (image: string, to: string, words: Words) => {
    const named = imageWord(image);
    const { imageTag } = named.imageId;
    const given = textsOf(words.tag);
    const kept = imageTag === undefined ? [] : [imageTag];
    const server = await builder.server(words);
    const copied = await server.call("entrepot:CopyImage", {
      ...named,
      ...{ destinationRepositoryName: to, imageTags: given.length > 0 ? given : kept },
    });
    builder.show(words, copied, `${to} has ${copied.imageDigest} as well.`);
  });
}
