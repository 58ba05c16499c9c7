/** `entrepot scan`: what a scan in the registry would find, of an image that is anywhere. */
import { writeFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { EgressError } from "../../../ports/egress.ts";
import { assembleImage, type ScannedImage } from "../../../registry/scanning/inventory-image.ts";
import { judgeInventory } from "../../../registry/scanning/judge-inventory.ts";
import { isAbout, waiverSuppressor } from "../../../registry/scanning/outside/waiver-file.ts";
import { weighOutside } from "../../../registry/scanning/outside/weigh-outside.ts";
import { parsePackageUrl } from "../../../registry/scanning/package-url.ts";
import { imageUrl } from "../../../registry/scanning/sbom/sbom-subject.ts";
import { refusedStatus, ScanRefusal } from "../../../registry/scanning/scan-refusal.ts";
import {
  type NamedStatements,
  suppressedByStatements,
} from "../../../registry/scanning/suppressions/vex-suppression.ts";
import type { WeighedFinding } from "../../../registry/scanning/weighed-finding.ts";
import { finished } from "../../../registry/steps.ts";
import { CommandError } from "../client.ts";
import { type CommandBuilder, collected, textOf, textsOf, type Words } from "../command-builder.ts";
import { printable } from "../table.ts";
import { type FailRule, failRule, severityOf, severityWords } from "./fail-rules.ts";
import type { OpenedScan } from "./scan.ts";
import {
  inventoryDocument,
  reportDocument,
  type ScanFormat,
  scanFormats,
} from "./scan-document.ts";
import { readVex, readWaivers, type WaiverSource } from "./scan-inputs.ts";
import { type ScanReport, scanReport } from "./scan-report.ts";
import { dayOf, summaryText } from "./scan-text.ts";

/** Something of what `--fail-on` names was found. */
export const foundExitCode = 3;
/** Nothing could be judged: that nothing was found would mean nothing. */
export const unreadExitCode = 4;

export function addScanCommand(program: Command, builder: CommandBuilder): void {
  const command = builder
    .command(program, "scan", "look for known vulnerabilities in an image, without a server")
    .argument("<image>", "an OCI layout, an archive, a directory, a name in a registry, or -")
    .addOption(new Option("--format <format>", "how it is told").choices(scanFormats))
    .option("--output <file>", "write it to a file, and a summary to the terminal")
    .option(
      "--fail-on <what>",
      `end with ${foundExitCode} where there is a severity as bad, "exploited", "fixable" or ` +
        `"priority:<number>"; may be given several times`,
      collected,
    )
    .addOption(
      new Option("--severity <severity>", "tell what is as bad, or worse").choices(severityWords),
    )
    .option("--only-fixable", "tell only what another version mends")
    .option("--ignore <file>", "waivers; may be given several times", collected)
    .option("--vex <file>", "OpenVEX, CSAF or CycloneDX; may be given several times", collected)
    .option("--packages", "list what is in the image, and look for nothing")
    .option("--image <name>", "which image of several in an archive")
    .option("--platform <platform>", "which of several platforms: linux/arm64")
    .option("--vulndb <directory>", "other advisories than those of the data directory");
  builder.addServerOptions(command).action(async (target: string, words: Words) => {
    const run = new ScanRun(builder, words);
    await run.scan(target).catch((error: unknown) => {
      throw commandErrorOf(target, error);
    });
  });
}

/** What is not a bug is one sentence, with its exit code. */
export function commandErrorOf(target: string, error: unknown): unknown {
  const refused = refusedStatus(error);
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const isTold = refused !== undefined || error instanceof EgressError || typeof code === "string";
  if (!isTold) return error;
  const sentence = printable(`${target}: ${(error as Error).message}`);
  return new CommandError(sentence, refused === "UNSUPPORTED_IMAGE" ? unreadExitCode : 1);
}

/** Layers that no registry has are looked into nowhere. */
function foreignText(layers: number): readonly string[] {
  if (layers === 0) return [];
  const are =
    layers === 1 ? "1 layer is elsewhere and was" : `${layers} layers are elsewhere and were`;
  return [`${are} not looked into.`];
}

/** One run of the command with its words. */
class ScanRun {
  readonly #builder: CommandBuilder;
  readonly #words: Words;
  readonly #format: ScanFormat;
  readonly #failOn: readonly FailRule[];
  readonly #warnings: string[] = [];

  /** @throws CommandError for words that are none */
  constructor(builder: CommandBuilder, words: Words) {
    this.#builder = builder;
    this.#words = words;
    const isJson = words.json === true && words.format === undefined;
    this.#format = scanFormats.find((each) => each === words.format) ?? (isJson ? "json" : "table");
    this.#failOn = textsOf(words.failOn).map(failRule);
    const isOnlyListed = words.packages === true;
    if (isOnlyListed && this.#format === "sarif") {
      throw new CommandError("--packages finds nothing that SARIF could tell", 2);
    }
    if (isOnlyListed && this.#failOn.length > 0) {
      throw new CommandError("--packages looks for nothing that --fail-on could name", 2);
    }
  }

  async scan(target: string): Promise<void> {
    const words = this.#words;
    const commands = this.#builder.commands.scan(this.#builder.given(words));
    const waivers = await Promise.all(textsOf(words.ignore).map(readWaivers));
    const vex = await Promise.all(textsOf(words.vex).map(readVex));
    const wish = {
      ...{ target, image: textOf(words.image), platform: textOf(words.platform) },
      ...{ vulndb: textOf(words.vulndb), server: this.#builder.serverOptions(words) },
    };
    await commands.run(wish, async (opened) => {
      const scanned = finished(assembleImage(opened.read));
      this.#requireRead(scanned);
      const isDocument = this.#format === "cyclonedx" || this.#format === "spdx";
      if (words.packages === true || (isDocument && this.#failOn.length === 0)) {
        await this.#tell(
          inventoryDocument(this.#format, this.#subject(opened, scanned), this.#builder.width),
        );
        return;
      }
      await this.#judge(opened, scanned, waivers, vex);
    });
  }

  /** @throws ScanRefusal */
  #requireRead({ inventory, config }: ScannedImage): void {
    const wanted = textOf(this.#words.platform);
    const platform = `${config.os}/${config.architecture}`;
    if (wanted !== undefined && !`${wanted}/`.startsWith(`${platform}/`) && config.os !== "") {
      throw new ScanRefusal("FAILED", `It is an image for ${platform}, not for ${wanted}`);
    }
    if (inventory.packages.length > 0) return;
    const [unread] = inventory.unread;
    const why = unread === undefined ? "" : `: ${unread.path}: ${unread.reason}`;
    const sentence = `No package that is known of was found in it${why}`;
    throw new ScanRefusal(unread === undefined ? "UNSUPPORTED_IMAGE" : "FAILED", sentence);
  }

  async #judge(
    opened: OpenedScan,
    scanned: ScannedImage,
    waivers: readonly WaiverSource[],
    vex: readonly NamedStatements[],
  ): Promise<void> {
    const { index, source, staleMs, read } = opened;
    if (index === undefined) {
      throw new CommandError("there are no advisories: entrepot vulndb update, or --vulndb");
    }
    const now = this.#builder.commands.now();
    const { inventory, config } = scanned;
    const judged = await judgeInventory(index, "ENHANCED", inventory, now);
    const url = parsePackageUrl(imageUrl({ ...source, architecture: config.architecture }));
    const suppressors = [
      ...waivers.map(({ file, waivers: all }) => waiverSuppressor(file, all, now)),
      suppressedByStatements(vex, inventory, url === undefined ? [] : [url], now),
    ];
    const weighed = weighOutside(judged.findings, config, suppressors, now);
    this.#tellWaivers(waivers, weighed, now);
    const foreign = foreignText(read.foreign);
    const report = scanReport(
      {
        image: source,
        scanned,
        index,
        weighed,
        reservations: [...foreign, ...judged.reservations],
      },
      {
        severity: severityOf(textOf(this.#words.severity) ?? ""),
        onlyFixable: this.#words.onlyFixable === true,
        ...{ failOn: this.#failOn, staleMs, now },
      },
    );
    if (report.advisories.isOld) {
      const age = `the advisories are as of ${dayOf(report.advisories.asOf)}`;
      this.#warn(`${age}: what became known later is not found; entrepot vulndb update`);
    }
    await this.#tellReport(opened, report);
  }

  /** A waiver that does not hold any more, or never did, is one to look at. */
  #tellWaivers(
    sources: readonly WaiverSource[],
    weighed: readonly WeighedFinding[],
    now: number,
  ): void {
    for (const { file, waivers } of sources) {
      for (const waiver of waivers) {
        const place = `${file}:${waiver.line}: the waiver of ${waiver.id}`;
        const isMet = weighed.some((finding) => isAbout(waiver, finding));
        if (waiver.until <= now) this.#warn(`${place} has ended and does not count`);
        else if (!isMet) this.#warn(`${place} is about nothing that was found`);
      }
    }
  }

  async #tellReport(opened: OpenedScan, report: ScanReport): Promise<void> {
    const { width, commands } = this.#builder;
    const subject = this.#subject(opened, report.scanned);
    const document = reportDocument(this.#format, report, {
      ...{ subject, warnings: this.#warnings, version: commands.version, width },
    });
    await this.#tell(document, summaryText(report));
    if (report.failing.length > 0) this.#builder.exitCode = foundExitCode;
  }

  async #tell(document: string, summary?: string): Promise<void> {
    const { out } = this.#builder.terminal;
    const file = textOf(this.#words.output);
    if (file === undefined) {
      out.write(`${document}\n`);
      return;
    }
    await writeFile(file, `${document}\n`);
    if (summary !== undefined) out.write(`${summary}\n`);
  }

  #warn(sentence: string): void {
    this.#warnings.push(sentence);
    this.#builder.terminal.error.write(`entrepot: ${printable(sentence)}\n`);
  }

  #subject({ source }: OpenedScan, { inventory, config }: ScannedImage) {
    const { os, architecture } = config;
    const { commands } = this.#builder;
    const times = { writtenAt: commands.now(), toolVersion: commands.version };
    return { name: source.name, digest: source.digest, os, architecture, inventory, ...times };
  }
}
