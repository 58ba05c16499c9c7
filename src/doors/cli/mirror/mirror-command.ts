import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { CommandError } from "../client.ts";
import { type CommandBuilder, textOf, type Words } from "../command-builder.ts";
import { dockerSettings, hostsFiles } from "./mirror-files.ts";

export function addMirrorCommand(program: Command, builder: CommandBuilder): void {
  const meaning = "have Docker or containerd on this machine pull through the mirror";
  const command = builder
    .command(program, "mirror-config", meaning)
    .argument("<url>", "of the mirror, for example http://127.0.0.1:5052")
    .option("--docker <file>", "Docker's settings, for example /etc/docker/daemon.json")
    .option(
      "--containerd <directory>",
      "of containerd's hosts, for example /etc/containerd/certs.d",
    );
  builder.addServerOptions(command).action(async (text: string, words: Words) => {
    const mirror = URL.parse(text);
    if (mirror === null || !/^https?:$/.test(mirror.protocol) || mirror.pathname !== "/") {
      throw new CommandError("<url> must be like http://127.0.0.1:5052", 2);
    }
    const [docker, containerd] = [textOf(words.docker), textOf(words.containerd)];
    if (docker === undefined && containerd === undefined) {
      throw new CommandError("say what is to be written: --docker, --containerd or both", 2);
    }
    const files = [
      ...(docker === undefined ? [] : [await writeDocker(docker, mirror)]),
      ...(containerd === undefined ? [] : await writeHosts(builder, words, containerd, mirror)),
    ];
    const told = files.map((file) => `Wrote ${file}.`);
    const hint = docker === undefined ? [] : ["Docker reads it when it is started again."];
    builder.show(words, { files }, [...told, ...hint].join("\n"));
  });
}

async function writeDocker(file: string, mirror: URL): Promise<string> {
  try {
    await replaceFile(file, dockerSettings(await textOrNone(file), mirror));
  } catch (error) {
    throw new CommandError(`${file} was left as it is: ${(error as Error).message}`, 1);
  }
  return file;
}

async function writeHosts(
  builder: CommandBuilder,
  words: Words,
  directory: string,
  mirror: URL,
): Promise<string[]> {
  const server = await builder.server(words);
  // A registry has no more rules than one page.
  const { pullThroughCacheRules: rules = [] } = await server.call(
    "ecr:DescribePullThroughCacheRules",
    {},
  );
  const files: string[] = [];
  for (const { namespace, text } of hostsFiles(
    rules.flatMap(({ upstreamRegistryUrl }) => upstreamRegistryUrl ?? []),
    mirror,
  )) {
    const file = join(directory, namespace, "hosts.toml");
    await replaceFile(file, text);
    files.push(file);
  }
  if (files.length === 0) throw new CommandError("there is no pull-through cache rule", 1);
  return files;
}

async function textOrNone(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/** Whoever reads it meanwhile reads the old one or the new one. */
async function replaceFile(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}
