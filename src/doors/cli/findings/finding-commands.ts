import type { Command } from "commander";
import { CommandError } from "../client.ts";
import { type CommandBuilder, collected, textOf, textsOf, type Words } from "../command-builder.ts";
import { explainedText, findingsText, listFindings } from "./findings.ts";
import { writtenImage } from "./named-image.ts";
import { openExport } from "./open-export.ts";
import { attachedVex, deleteVex, importVex, listVex, vexText } from "./vex.ts";
import { deleteWaiver, listWaivers, setWaiver, waiversText, waiverText } from "./waivers.ts";

const imageMeaning = "team/app:v1 or team/app@sha256:…";
const filterMeaning = "a repository, or several by * for any characters";

export function addFindingCommands(program: Command, builder: CommandBuilder): void {
  const findings = program.command("finding").description("what scans found in an image");
  const list = builder
    .command(findings, "list", "list findings, those to see to first")
    .argument("<image>", imageMeaning)
    .option("--severity <word>", "only of this one; may be given several times", collected)
    .option("--min-priority <number>", "only of this priority or above")
    .option("--exploited", "only what is known to be exploited")
    .option("--fixable", "only what a newer version mends")
    .option("--package <name>", "only in packages of this name, * for any characters")
    .option("--vulnerability <id>", "only this one, by any of its names")
    .option("--suppressed", "only what a waiver or a VEX document suppresses")
    .option("--active", "only what nothing suppresses")
    .option("--explain", "say of each what its priority is made of");
  builder.addServerOptions(list).action(async (image: string, words: Words) => {
    const found = await listFindings(await builder.server(words), {
      ...{ image, severities: textsOf(words.severity) },
      minimumPriority: textOf(words.minPriority),
      ...{ exploited: words.exploited === true, fixable: words.fixable === true },
      ...{ packageName: textOf(words.package), vulnerabilityId: textOf(words.vulnerability) },
      suppressed: words.suppressed === true ? true : words.active === true ? false : undefined,
    });
    const text = words.explain === true ? explainedText(found) : findingsText(found, builder.width);
    builder.show(words, { findings: found }, text);
  });
  addWaiverCommands(program, builder);
  addVexCommands(program, builder);
  addSbomCommands(program, builder);
}

function addWaiverCommands(program: Command, builder: CommandBuilder): void {
  const waivers = program
    .command("waiver")
    .description("findings that somebody decided to live with, for a time");
  const set = builder
    .command(waivers, "set", "make a waiver, or put this one into its place")
    .argument("<name>", "its name")
    .requiredOption("--repository <filter>", filterMeaning)
    .option("--vulnerability <id>", "any of its names")
    .option("--package <name>", "in packages of this name, * for any characters")
    .option("--package-version <version>", "in this version of them, * for any characters")
    .option("--image <digest>", "in this image alone")
    .requiredOption("--reason <text>", "why")
    .requiredOption("--owner <who>", "who is to be asked about it")
    .requiredOption("--days <number>", "for how long, at most 366");
  builder.addServerOptions(set).action(async (name: string, words: Words) => {
    const waiver = await setWaiver(await builder.server(words), {
      ...{ name, repositoryFilter: String(words.repository) },
      ...{ vulnerabilityId: textOf(words.vulnerability), packageName: textOf(words.package) },
      ...{ packageVersion: textOf(words.packageVersion), imageDigest: textOf(words.image) },
      ...{ reason: String(words.reason), owner: String(words.owner), days: String(words.days) },
    });
    builder.show(words, { waiver }, waiverText(waiver));
  });
  const list = builder
    .command(waivers, "list", "list waivers, with those that ended lately")
    .option("--repository <name>", "only those that are about this one");
  builder.addServerOptions(list).action(async (words: Words) => {
    const found = await listWaivers(await builder.server(words), textOf(words.repository));
    builder.show(words, { waivers: found }, waiversText(found, builder.width));
  });
  const remove = builder
    .command(waivers, "delete", "end a waiver now")
    .argument("<name>", "its name");
  builder.addServerOptions(remove).action(async (name: string, words: Words) => {
    await deleteWaiver(await builder.server(words), name);
    builder.show(words, { waiverName: name }, `Deleted the waiver ${name}.`);
  });
}

function addVexCommands(program: Command, builder: CommandBuilder): void {
  const vex = program
    .command("vex")
    .description("documents that say which findings are none: OpenVEX, CSAF");
  const bring = builder
    .command(vex, "import", "keep a document, or put it into the place of that name")
    .argument("<name>", "its name here")
    .argument("<file>", "JSON")
    .requiredOption("--repository <filter>", filterMeaning);
  builder.addServerOptions(bring).action(async (name: string, file: string, words: Words) => {
    const filter = String(words.repository);
    const document = await importVex(await builder.server(words), name, file, filter);
    const { format, statementCount } = document;
    const text = `Imported ${name}: ${statementCount} statements, ${format}.`;
    builder.show(words, { document }, text);
  });
  const list = builder
    .command(vex, "list", "list imported documents")
    .option("--repository <name>", "only those that count for this one");
  builder.addServerOptions(list).action(async (words: Words) => {
    const found = await listVex(await builder.server(words), textOf(words.repository));
    builder.show(words, { documents: found }, vexText(found, builder.width));
  });
  const remove = builder
    .command(vex, "delete", "let go of an imported document")
    .argument("<name>", "its name");
  builder.addServerOptions(remove).action(async (name: string, words: Words) => {
    await deleteVex(await builder.server(words), name);
    builder.show(words, { documentName: name }, `Deleted the VEX document ${name}.`);
  });
  const policy = builder
    .command(vex, "attached", "show or say which documents that are attached to images count")
    .argument("[which]", "vouched, all or none");
  builder.addServerOptions(policy).action(async (which: string | undefined, words: Words) => {
    const attachedDocuments = await attachedVex(await builder.server(words), which);
    const text = `Attached documents that count: ${attachedDocuments.toLowerCase()}.`;
    builder.show(words, { attachedDocuments }, text);
  });
}

const formats = { cyclonedx: "CYCLONEDX_1_6", spdx: "SPDX_2_3" } as const;

function addSbomCommands(program: Command, builder: CommandBuilder): void {
  const sbom = program.command("sbom").description("bills of materials of images");
  const attach = builder
    .command(sbom, "attach", "attach the bill of materials of a scanned image to that image")
    .argument("<image>", imageMeaning)
    .option("--format <name>", "cyclonedx or spdx", "cyclonedx");
  builder.addServerOptions(attach).action(async (image: string, words: Words) => {
    const name = String(words.format);
    if (!Object.hasOwn(formats, name)) throw new CommandError(`"${name}" is no format`, 2);
    const server = await builder.server(words);
    const input = { ...writtenImage(image), format: formats[name as keyof typeof formats] };
    const attached = await server.call("entrepot:AttachImageSbom", input);
    const what = attached.created ? "Attached" : "It was attached before:";
    builder.show(words, attached, `${what} ${attached.sbomDigest} to ${attached.imageDigest}.`);
  });
  const open = builder
    .command(
      sbom,
      "open",
      "print what Inspector's SBOM export has sealed, by the KMS key of the export",
    )
    .argument("<file>", "as it was written, with its .instruction file beside it");
  builder.addServerOptions(open).action(async (file: string, words: Words) => {
    const plain = await openExport(await builder.server(words), file);
    builder.terminal.out.write(plain.toString());
  });
}
