import { type Command, Option } from "commander";
import { nearest } from "../../../registry/policy/edit-distance.ts";
import { adviceSeverities, isAtLeast } from "../../../registry/scanning/advice/advice.ts";
import { CommandError } from "../client.ts";
import { type CommandBuilder, collected, textsOf, type Words } from "../command-builder.ts";
import { lintFile } from "./lint-file.ts";
import { reportText } from "./lint-report.ts";
import { lintRules } from "./lint-rules.ts";
import { sarifLog } from "./sarif.ts";

/** Asks no server: a Dockerfile is looked at where it lies. */
export function addLintCommand(program: Command, builder: CommandBuilder): void {
  builder
    .command(program, "lint", "say what a reviewer would say of a Dockerfile")
    .argument("<dockerfile>", "the file, or a directory with one")
    .addOption(
      new Option("--format <format>", "how it is told").choices(["table", "json", "sarif"]),
    )
    .addOption(
      new Option("--fail-on <severity>", "ends with 1 where something is as bad, or worse")
        .choices([...adviceSeverities, "never"])
        .default("high"),
    )
    .option("--ignore <rule>", "leave a rule out; may be given several times", collected)
    .action(async (path: string, words: Words) => {
      const report = await lintFile(path, knownRules(textsOf(words.ignore)));
      const failing = adviceSeverities.find((severity) => severity === words.failOn);
      const isBad = report.findings.some(
        ({ severity }) => failing !== undefined && isAtLeast(severity, failing),
      );
      if (isBad) builder.exitCode = 1;
      const { out } = builder.terminal;
      if (words.format === "sarif") {
        out.write(`${JSON.stringify(sarifLog(report, builder.commands.version))}\n`);
        return;
      }
      const shown = words.format === "json" ? { ...words, json: true } : words;
      builder.show(shown, { ...report, ok: !isBad }, reportText(report, builder.width));
    });
}

function knownRules(ids: readonly string[]): ReadonlySet<string> {
  const known = lintRules.map(({ id }) => id);
  for (const id of ids) {
    if (known.includes(id)) continue;
    const meant = nearest(id, known);
    const hint = meant === undefined ? `: ${known.join(", ")}` : `; did you mean ${meant}?`;
    throw new CommandError(`there is no rule "${id}"${hint}`, 2);
  }
  return new Set(ids);
}
