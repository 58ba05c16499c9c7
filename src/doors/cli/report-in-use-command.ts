import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import { limits } from "../../registry/limits.ts";
import { CommandError } from "./client.ts";
import { type CommandBuilder, collected, textOf, textsOf, type Words } from "./command-builder.ts";
import {
  type InUseReport,
  inUseText,
  keepReporting,
  type ReportWish,
  type RuntimeWish,
  reportInUse,
} from "./report-in-use.ts";
import { printable } from "./table.ts";

const intervalSeconds = { minimum: 10, default: 300, maximum: 86_400 };

export function addReportInUseCommand(program: Command, builder: CommandBuilder): void {
  const meaning =
    "tell the registry which of its images run here, so that lifecycle rules keep them";
  const command = builder
    .command(program, "report-in-use", meaning)
    .option("--docker <socket>", "Docker's or podman's socket; auto finds it (default: auto)")
    .option("--containerd <socket>", "containerd's socket, instead or as well")
    .option("--namespace <name>", "of containerd; may be repeated (default: k8s.io)", collected)
    .option("--reporter <name>", "who says so (default: the name of this machine)")
    .option("--registry <host>", "another host that images are pulled from here by", collected)
    .option("--interval <seconds>", `between two reports (default: ${intervalSeconds.default})`)
    .option("--once", "report once, and fail if not all could be asked and told")
    .option(
      "--expires <seconds>",
      `how long a report is good for (default: ${limits.imageUseDefaultSeconds})`,
    );
  builder.addServerOptions(command).action(async (words: Words) => {
    const wish = wishOf(words);
    const intervalMs = 1000 * secondsOf(words.interval, "interval", intervalSeconds);
    if (words.once !== true && wish.expiresInSeconds * 1000 < 2 * intervalMs) {
      throw new CommandError("--expires must be twice --interval at least, or images drop out", 2);
    }
    const report = () => reportOnce(builder, words, wish);
    if (words.once === true) {
      const made = await report();
      show(builder, words, made);
      if (made.problems.length > 0) builder.exitCode = 1;
      return;
    }
    const stopped = builder.commands.stopped();
    await keepReporting({
      ...{
        report,
        stopped,
        intervalMs,
        show: (made, nextInMs) => show(builder, words, made, nextInMs),
      },
      pause: (milliseconds) =>
        // Stopped meanwhile: that is no failure.
        pause(milliseconds, undefined, { signal: stopped }).catch(() => {}),
    });
  });
}

/** Opens everything anew, as sockets come and go and credentials end. */
function reportOnce(builder: CommandBuilder, words: Words, wish: ReportWish): Promise<InUseReport> {
  const open = {
    server: () => builder.server(words),
    runtimes: () => builder.commands.containerRuntimes(runtimesOf(words)),
  };
  return reportInUse(open, wish);
}

function show(builder: CommandBuilder, words: Words, report: InUseReport, nextInMs?: number): void {
  builder.show(words, report, inUseText(report));
  if (words.json === true) return;
  const next = nextInMs === undefined ? "" : `; next try in ${nextInMs / 1000} seconds`;
  for (const problem of report.problems) {
    builder.terminal.error.write(`entrepot: ${printable(problem)}${next}\n`);
  }
}

function runtimesOf(words: Words): RuntimeWish {
  const containerd = textOf(words.containerd);
  const namespaces = textsOf(words.namespace);
  return {
    docker: textOf(words.docker) ?? (containerd === undefined ? "auto" : undefined),
    containerd,
    namespaces: namespaces.length === 0 ? ["k8s.io"] : namespaces,
  };
}

function wishOf(words: Words): ReportWish {
  return {
    reporter: textOf(words.reporter) ?? hostname(),
    expiresInSeconds: secondsOf(words.expires, "expires", {
      minimum: limits.imageUseMinimumSeconds,
      default: limits.imageUseDefaultSeconds,
      maximum: limits.imageUseMaximumSeconds,
    }),
    hosts: textsOf(words.registry),
  };
}

function secondsOf(
  word: Words[string],
  name: string,
  bounds: { readonly minimum: number; readonly default: number; readonly maximum: number },
): number {
  const text = textOf(word);
  if (text === undefined) return bounds.default;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= bounds.minimum && seconds <= bounds.maximum) return seconds;
  const { minimum, maximum } = bounds;
  throw new CommandError(`--${name} takes ${minimum} to ${maximum} seconds, and not "${text}"`, 2);
}
