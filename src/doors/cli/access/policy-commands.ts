import { type Command, Option } from "commander";
import type { LintedPolicyKind } from "../../../operations/entrepot/lint-policy.ts";
import { type CommandBuilder, textOf, type Words } from "../command-builder.ts";
import { fieldsText, printable, tableText } from "../table.ts";
import {
  fixPolicy,
  type LintedPolicy,
  lintPolicy,
  listPolicies,
  type PolicyDetails,
  type PolicySummary,
  showPolicy,
} from "./policies.ts";
import type { HeldPolicies } from "./policy-holder.ts";
import { prettyDocument } from "./policy-source.ts";
import { dayText } from "./times.ts";

export function addPolicyCommands(program: Command, builder: CommandBuilder): void {
  const policies = program.command("policy").description("managed policies, and faults of any");
  const list = builder
    .command(policies, "list", "list the account's own policies")
    .addOption(new Option("--aws", "list AWS's instead").conflicts("all"))
    .option("--all", "list both");
  builder.addServerOptions(list).action(async (words: Words) => {
    const scope = words.all === true ? "all" : words.aws === true ? "aws" : "own";
    const found = await listPolicies(await builder.server(words), scope);
    builder.show(words, { policies: found }, policiesText(found, builder.width));
  });
  const show = builder
    .command(policies, "show", "show a policy and who has it")
    .argument("<policy>", "ARN or name")
    .option("--policy-version <id>", "another version than the one in force, such as v1");
  builder.addServerOptions(show).action(async (wanted: string, words: Words) => {
    const server = await builder.server(words);
    const policy = await showPolicy(server, wanted, textOf(words.policyVersion));
    builder.show(words, { policy }, policyText(policy));
  });
  addLint(policies, builder);
}

const kinds: readonly LintedPolicyKind[] = [
  ...(["identity", "managed", "boundary", "session"] as const),
  ...(["trust", "repository", "registry"] as const),
];

function addLint(policies: Command, builder: CommandBuilder): void {
  const lint = builder
    .command(policies, "lint", "find what is wrong with a policy")
    .argument("<policy>", "file, or ARN of a managed policy, a role or a repository")
    .addOption(new Option("--kind <kind>", "what it is, if not what it looks like").choices(kinds))
    .option("--fix", "write the corrected text to the file");
  builder.addServerOptions(lint).action(async (source: string, words: Words) => {
    const kind = textOf(words.kind) as LintedPolicyKind | undefined;
    const found = await lintPolicy(await builder.server(words), source, kind);
    const fixed = words.fix === true && (await fixPolicy(found));
    if (!fixed && found.findings.some(({ severity }) => severity === "error")) builder.exitCode = 1;
    builder.show(words, { ...found, fixed }, lintText(found, fixed));
  });
}

/** Policies of a user, group or role, one a line. */
export function heldLines({ attached, inline }: HeldPolicies): string[] {
  return [...attached, ...inline.map((name) => `inline policy ${name}`)];
}

function policiesText(policies: readonly PolicySummary[], width: number): string {
  if (policies.length === 0) return "There are no such policies.";
  return tableText(
    [{ whole: "NAME" }, "USES", "VERSION", { whole: "UPDATED" }, "ARN"],
    policies.map(({ name, arn, attachments, boundaries, defaultVersion, updatedAt }) => [
      ...[name, String(attachments + boundaries), defaultVersion, dayText(updatedAt), arn],
    ]),
    width,
  );
}

function policyText(policy: PolicyDetails): string {
  const { name, arn, description, createdAt, updatedAt, defaultVersion, versions } = policy;
  const { version, document, attachedTo, boundaries } = policy;
  const marked = versions.map((each) => (each === defaultVersion ? `${each} (in force)` : each));
  return fieldsText([
    ["Name", name],
    ["ARN", arn],
    ["Description", description],
    ["Created", dayText(createdAt)],
    ["Updated", dayText(updatedAt)],
    ["Versions", marked.join(", ")],
    ["Attached to", attachedTo],
    ["Bounds", boundaries === 0 ? "nobody" : `${boundaries} users and roles`],
    [`Text of ${version}`, prettyDocument(document).split("\n")],
  ]);
}

function lintText(
  { source, policyKind, findings, correctedDocument }: LintedPolicy,
  fixed: boolean,
) {
  if (findings.length === 0) return `${source}: nothing is wrong with this ${policyKind} policy.`;
  const lines = findings.map(
    ({ line, severity, sentence, code }) =>
      `${printable(`${source}:${line}: ${severity}: ${sentence}`)} [${code}]`,
  );
  if (fixed) return [...lines, `Wrote the corrected policy to ${source}.`].join("\n");
  if (correctedDocument === undefined) return lines.join("\n");
  return [...lines, "", "Corrected:", correctedDocument].join("\n");
}
