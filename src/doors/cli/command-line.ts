import { Command, CommanderError } from "commander";
import { addAccountCommands } from "./access/account-commands.ts";
import { addCanCommand } from "./access/can-command.ts";
import { addKeyCommands } from "./access/key-commands.ts";
import { addPolicyCommands } from "./access/policy-commands.ts";
import { addPullSecretCommands } from "./access/pull-secret-commands.ts";
import { addRoleCommands } from "./access/role-commands.ts";
import { addUserCommands } from "./access/user-commands.ts";
import { addAuditCommands } from "./audit/audit-commands.ts";
import { addCacheCommands } from "./cache/cache-commands.ts";
import { CommandError } from "./client.ts";
import { CommandBuilder, textOf, type Words } from "./command-builder.ts";
import type { Commands, FsckProgress, Terminal } from "./commands.ts";
import { addCompletionCommand } from "./completion/completion-command.ts";
import { configure } from "./configure.ts";
import { addCopyCommands } from "./copy-commands.ts";
import { addCopyImageCommand } from "./copy-image-command.ts";
import { addCostCommands } from "./cost/cost-commands.ts";
import { doctor } from "./doctor.ts";
import { addEventTargetCommands } from "./event-target-commands.ts";
import { addEventsCommand } from "./events/events-command.ts";
import { addFindingCommands } from "./findings/finding-commands.ts";
import { addApprovalCommands } from "./gallery/approval-commands.ts";
import { addGalleryCommands } from "./gallery/gallery-commands.ts";
import { addAccessCommands } from "./gallery/role-commands.ts";
import { addGateCommands } from "./gates/gate-commands.ts";
import { addReviewCommands } from "./gates/review-commands.ts";
import { addHelp, callOf, commandsBelow } from "./help/add-help.ts";
import { addHelpCommand } from "./help/help-command.ts";
import { addJobCommands } from "./job-commands.ts";
import { addLifecycleCommands } from "./lifecycle/lifecycle-commands.ts";
import { addLintCommand } from "./lint/lint-command.ts";
import { addMasterKeyCommands } from "./master-key-commands.ts";
import { addMirrorCommand } from "./mirror/mirror-command.ts";
import { ProgressBar } from "./progress.ts";
import { addPublicCommands } from "./public/public-commands.ts";
import { addQuotaCommands } from "./quota-commands.ts";
import { addRekeyCommand } from "./rekey-command.ts";
import { addReplicationCommands } from "./replication-commands.ts";
import { addReportInUseCommand } from "./report-in-use-command.ts";
import { checksText, configuredText, fsckText, gcText, megabytes } from "./results.ts";
import { addRunTaskCommand } from "./run-task/run-task-command.ts";
import { addScanCommand } from "./scan/scan-command.ts";
import { addSignOnCommands } from "./sign-on/sign-on-commands.ts";
import { addSigningCommands } from "./signing/signing-commands.ts";
import { addExportCommand } from "./takeover/export-command.ts";
import { addImportCommand } from "./takeover/import-command.ts";
import { addTagCommands } from "./trash/tag-commands.ts";
import { addTrashCommands } from "./trash/trash-commands.ts";
import { addVulndbCommands } from "./vulndb/vulndb-commands.ts";

/** Runs the command that the words name. Resolves with the exit code; never rejects. */
export async function runCommandLine(
  words: readonly string[],
  commands: Commands,
  terminal: Terminal,
): Promise<number> {
  const builder = new CommandBuilder(commands, terminal);
  try {
    await programOf(builder).parseAsync(words, { from: "user" });
    return builder.exitCode;
  } catch (error) {
    return refuse(error, words.includes("--json"), terminal);
  }
}

/** All commands, with their help. */
export function programOf(builder: CommandBuilder): Command {
  const { terminal } = builder;
  const { version } = builder.commands;
  const program = new Command("entrepot")
    .description("A container registry that speaks Amazon ECR.")
    .version(`entrepot ${version}`, "-v, --version", "print the version")
    .helpOption("-h, --help", "show this help")
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.error.write(text),
      outputError: () => {}, // `refuse` says it, in our own form.
    });
  program.commandsGroup("To begin with:");
  addServe(program, builder);
  addConfigure(program, builder);
  addDoctor(program, builder);
  program.commandsGroup("Images:");
  addCopyImageCommand(program, builder);
  addTagCommands(program, builder);
  addLifecycleCommands(program, builder);
  addTrashCommands(program, builder);
  addRekeyCommand(program, builder);
  addReportInUseCommand(program, builder);
  addRunTaskCommand(program, builder);
  program.commandsGroup("What is in them:");
  addScanCommand(program, builder);
  addFindingCommands(program, builder);
  addVulndbCommands(program, builder);
  addLintCommand(program, builder);
  addSigningCommands(program, builder);
  program.commandsGroup("What may be used:");
  addGateCommands(program, builder);
  addReviewCommands(program, builder);
  addGalleryCommands(program, builder);
  addApprovalCommands(program, builder);
  program.commandsGroup("Who may do what:");
  addAccountCommands(program, builder);
  addUserCommands(program, builder);
  addRoleCommands(program, builder);
  addPolicyCommands(program, builder);
  addKeyCommands(program, builder);
  addPullSecretCommands(program, builder);
  addCanCommand(program, builder);
  addAccessCommands(program, builder);
  addSignOnCommands(program, builder);
  program.commandsGroup("Other registries:");
  addCacheCommands(program, builder);
  addMirrorCommand(program, builder);
  addReplicationCommands(program, builder);
  addImportCommand(program, builder);
  addExportCommand(program, builder);
  addPublicCommands(program, builder);
  program.commandsGroup("What happened, and what it costs:");
  addEventsCommand(program, builder);
  addEventTargetCommands(program, builder);
  addAuditCommands(program, builder);
  addCostCommands(program, builder);
  addQuotaCommands(program, builder);
  program.commandsGroup("Operation:");
  addJobCommands(program, builder);
  addCopyCommands(program, builder);
  addFsck(program, builder);
  addGc(program, builder);
  addMasterKeyCommands(program, builder);
  program.commandsGroup("The command line:");
  addCompletionCommand(program, builder);
  addHelpCommand(program);
  builder.command(program, "version", "print the version").action((words: Words) => {
    builder.show(words, { version }, `entrepot ${version}`);
  });
  addHelp(program);
  for (const { command } of [{ command: program }, ...commandsBelow(program)]) {
    command.helpCommand(false).exitOverride((error) => refuseWords(error, command));
  }
  return program;
}

/** One sentence, and the exit code that belongs to it. */
function refuse(error: unknown, isJson: boolean, { out, error: errors }: Terminal): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0; // Help, or the version.
  // Without a command, commander has shown the help already.
  if (error instanceof CommanderError) return 2;
  const { message } = error as Error;
  if (isJson) out.write(`${JSON.stringify({ error: message })}\n`);
  else errors.write(`${message.replace(/^/gm, "entrepot: ")}\n`);
  return error instanceof CommandError ? error.exitCode : 1;
}

function addServe(program: Command, builder: CommandBuilder): void {
  const command = builder.command(program, "serve", "start the registry");
  builder.addSettings(command, "all").action(async (words: Words) => {
    builder.exitCode = await builder.commands.serve(builder.given(words), {
      json: words.json === true,
    });
  });
}

function addConfigure(program: Command, builder: CommandBuilder): void {
  const command = builder
    .command(program, "configure", "write a profile for AWS clients")
    .option("--profile <name>", "name of the profile", "entrepot")
    .option("--endpoint <url>", "base URL of the server, if not the one of these settings")
    .option("--access-key-id <id>", "access key, if not the root's of this data directory")
    .option("--secret-access-key <secret>", "its secret")
    .option("--session-token <token>", "its token, where it is a temporary one");
  builder.addSettings(command, "server").action(async (words: Words) => {
    const written = await configure(builder.client(words), {
      profile: String(words.profile),
      endpoint: textOf(words.endpoint),
      accessKeyId: textOf(words.accessKeyId),
      secretAccessKey: textOf(words.secretAccessKey),
      sessionToken: textOf(words.sessionToken),
    });
    builder.show(words, written, configuredText(written));
  });
}

function addDoctor(program: Command, builder: CommandBuilder): void {
  const command = builder.command(program, "doctor", "check this machine as a client");
  builder.addServerOptions(command).action(async (words: Words) => {
    const checks = await doctor(builder.client(words), builder.serverOptions(words));
    if (checks.some((check) => check.status === "fail")) builder.exitCode = 1;
    builder.show(words, { ok: builder.exitCode === 0, checks }, checksText(checks));
  });
}

function addFsck(program: Command, builder: CommandBuilder): void {
  const meaning = "verify everything that is stored; the server must be stopped";
  const command = builder
    .command(program, "fsck", meaning)
    .option("--repair", "mend what can be mended without losing anything");
  builder.addSettings(command, "store").action(async (words: Words) => {
    const repair = words.repair === true;
    const bar = new ProgressBar(builder.terminal.error);
    const onProgress = ({ verifiedBytes, totalBytes }: FsckProgress) =>
      bar.update(verifiedBytes, totalBytes, `${megabytes(verifiedBytes)} verified`);
    const found = await builder.commands
      .fsck(builder.given(words), { repair, onProgress })
      .finally(() => bar.clear());
    if (found.problems.some((problem) => !problem.repaired)) builder.exitCode = 1;
    builder.show(words, found, fsckText(found, repair));
  });
}

function addGc(program: Command, builder: CommandBuilder): void {
  const meaning = "free what nothing refers to; the server must be stopped";
  const command = builder
    .command(program, "gc", meaning)
    .option("--ignore-leases", "also free layers that a push may be about to use");
  builder.addSettings(command, "store").action(async (words: Words) => {
    const ignoreLeases = words.ignoreLeases === true;
    const freed = await builder.commands.gc(builder.given(words), { ignoreLeases });
    builder.show(words, freed, gcText(freed));
  });
}

/** commander's text on one line, without its prefix; and where to look, unless it guesses what was meant. */
function refuseWords(error: CommanderError, command: Command): never {
  if (error.exitCode === 0 || error.code === "commander.help") throw error;
  const sentence = error.message
    .replace(/^error: /, "")
    .replace(/\n\(Did/, " (did")
    .replace(/\.$/, "")
    .trim();
  const isGuessed = sentence.endsWith("?)");
  throw new CommandError(isGuessed ? sentence : `${sentence}; see ${callOf(command)} --help`, 2);
}
