/** `entrepot import`: everything that another registry, a file or a bundle has. */
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { isRepositoryName } from "../../../registry/names.ts";
import { takeOver } from "../../../registry/takeover/take-over.ts";
import { TakeoverFailure } from "../../../registry/takeover/takeover-failure.ts";
import { takeoverLimits } from "../../../registry/takeover/takeover-limits.ts";
import type { TakeoverReport, TakeoverWish } from "../../../registry/takeover/takeover-report.ts";
import { secondsOf } from "../cache/cache-terms.ts";
import { CommandError } from "../client.ts";
import { type CommandBuilder, collected, textOf, textsOf, type Words } from "../command-builder.ts";
import { ProgressBar } from "../progress.ts";
import type { Server } from "../server.ts";
import { printable } from "../table.ts";
import { openTarget } from "./open-target.ts";
import { reportJson, reportText } from "./report-text.ts";
import { serveMisses } from "./serve-misses.ts";
import type { OpenedSource, TakeoverMachine } from "./takeover.ts";

/** Something did not come. */
export const incompleteExitCode = 3;

export function addImportCommand(program: Command, builder: CommandBuilder): void {
  const meaning = "take over images, and settings where they exist, from files or another registry";
  const command = builder
    .command(program, "import", meaning)
    .argument(
      "<source>",
      "an OCI layout, an archive, distribution's storage directory, a bundle, or a URL: " +
        "https://host, harbor://host, quay://host, ecr://<account>.dkr.ecr.<region>.amazonaws.com",
    )
    .option("--to <prefix>", "before the names of repositories, or the name where there is none")
    .option("--repositories <pattern>", "only these; * is any text; may be repeated", collected)
    .option(
      "--parallel <number>",
      `images on their way at once (default: ${takeoverLimits.parallel})`,
    )
    .option("--dry-run", "say what would come, and send nothing")
    .option("--verify", "read everything back afterwards, to the last byte")
    .option("--keep-tags", "leave tags alone that name another image here")
    .option(
      "--serve-misses <time>",
      "have the server ask the other registry for what has not come yet, for so long: as 12h or 14d",
    )
    .option("--username <name>", "for the other registry, if not what Docker logged in by")
    .option("--password-stdin", "read its password, or token, from standard input")
    .option("--token-realm <host>", "another host that gives its tokens", collected)
    .option("--source-profile <name>", "profile of AWS clients for the other ECR")
    .option("--advisories", "of a bundle: make its advisories those of the data directory")
    .option(
      "--trust <file>",
      "public key that a bundle may be signed by; may be repeated",
      collected,
    );
  builder.addServerOptions(command).action(async (source: string, words: Words) => {
    const wish = await sourceWish(source, words);
    const commands = builder.commands.takeover(builder.given(words));
    await commands.withSource(wish, (opened, machine) =>
      runImport(builder, words, opened, machine),
    );
  });
}

async function sourceWish(source: string, words: Words) {
  const password = words.passwordStdin === true ? await passwordOf() : undefined;
  const username = textOf(words.username);
  if ((username === undefined) !== (password === undefined)) {
    throw new CommandError("--username and --password-stdin belong together", 2);
  }
  const profile = textOf(words.sourceProfile);
  return {
    source,
    username,
    password,
    profile,
    trusted: textsOf(words.trust),
    tokenRealms: textsOf(words.tokenRealm),
    advisories: words.advisories === true,
  };
}

async function passwordOf(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, "");
}

async function runImport(
  builder: CommandBuilder,
  words: Words,
  opened: OpenedSource,
  machine: TakeoverMachine,
): Promise<void> {
  const wish = wishOf(words, opened);
  const server = await builder.server(words);
  const target = await openTarget(builder.client(words), server, machine.serverEgress);
  const servedUntil = await servedMisses(server, opened, wish, words);
  const bar = new ProgressBar(builder.terminal.error);
  const onProgress = (report: TakeoverReport, current: string) =>
    bar.tell(`${report.images.sent} images came, ${report.images.there} were there  ${current}`);
  const parts = { source: opened.source, target, pause: machine.pause, onProgress };
  const report = await takeOver(parts, wish)
    .catch((error: unknown) => {
      throw error instanceof TakeoverFailure ? new CommandError(printable(error.message)) : error;
    })
    .finally(() => bar.clear());
  const adopted = wish.dryRun ? undefined : await opened.adopt?.();
  if (!report.isWhole) builder.exitCode = incompleteExitCode;
  const until = servedUntil === undefined ? undefined : new Date(servedUntil).toISOString();
  const shown = reportJson(report, opened.kind, wish.dryRun, adopted);
  const text = reportText(report, opened.kind, wish.dryRun, adopted);
  const misses = until === undefined ? [] : [`Until ${until} misses are served from there.`];
  builder.show(words, { ...shown, missesServedUntil: until }, [text, ...misses].join("\n"));
}

/** Until when misses are served, where that is wanted. @throws CommandError */
async function servedMisses(
  server: Server,
  { place }: OpenedSource,
  { prefix, repositories, dryRun }: TakeoverWish,
  words: Words,
): Promise<number | undefined> {
  const time = textOf(words.serveMisses);
  if (time === undefined) return undefined;
  const seconds = secondsOf(time);
  if (place === undefined) {
    throw new CommandError("--serve-misses goes with a registry, Harbor or Quay that runs", 2);
  }
  if (dryRun) return undefined;
  return serveMisses(server, { place, prefix, repositories, seconds });
}

/** @throws CommandError for words that are none */
function wishOf(words: Words, { fallbackName }: OpenedSource): TakeoverWish {
  const prefix = textOf(words.to)?.replace(/\/+$/, "");
  if (prefix !== undefined && !isRepositoryName(prefix)) {
    throw new CommandError(`--to: "${prefix}" is no name of a repository`, 2);
  }
  const parallel = Number(textOf(words.parallel) ?? takeoverLimits.parallel);
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > takeoverLimits.mostParallel) {
    throw new CommandError(`--parallel is a number from 1 to ${takeoverLimits.mostParallel}`, 2);
  }
  return {
    ...{ prefix, parallel, fallbackName, repositories: textsOf(words.repositories) },
    dryRun: words.dryRun === true,
    verify: words.verify === true,
    keepTags: words.keepTags === true,
  };
}
