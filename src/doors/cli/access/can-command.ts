import type { Command } from "commander";
import { type CommandBuilder, collected, textsOf, type Words } from "../command-builder.ts";
import { printable, wrappedText } from "../table.ts";
import { type Access, explainAccess } from "./can.ts";

/** What the command ends with where the answer is no. */
const deniedExitCode = 3;

export function addCanCommand(program: Command, builder: CommandBuilder): void {
  const can = builder
    .command(program, "can", "say whether somebody may do something, and why")
    .argument("<principal>", "user/<name>, role/<name>, oidc:<issuer>#<group>, root, or an ARN")
    .argument("<action>", "such as ecr:PutImage; without a service, of ecr")
    .argument("[resource]", "repository by name or address, or an ARN", "*")
    .option("--context <key=value>", "condition key of the request; several times", collected)
    .addHelpText("after", "\nExits with 0 where the answer is yes, and with 3 where it is no.");
  builder
    .addServerOptions(can)
    .action(async (principal: string, action: string, resource: string, words: Words) => {
      const question = { principal, action, resource, context: textsOf(words.context) };
      const access = await explainAccess(await builder.server(words), question);
      if (!access.allowed) builder.exitCode = deniedExitCode;
      builder.show(words, access, accessText(access, builder.width));
    });
}

/** Of what a long line goes on with. */
const indentCharacters = 10;

type StatementAnswer = Access["statements"][number];

function accessText(access: Access, width: number): string {
  const { allowed, decidedBy, statements, nearMisses, missingContextKeys } = access;
  const lines = [
    "",
    statements.length === 0 ? "No policy has a say." : "Policies, and the statements in them:",
    ...policyLines(statements, decidedBy),
    ...(missingContextKeys.length === 0
      ? []
      : ["", `Asked for but not said: ${missingContextKeys.join(", ")} (--context <key>=<value>)`]),
    // They are reasons for a no; a yes needs none.
    ...(allowed || nearMisses.length === 0
      ? []
      : ["", "Near misses, which one element alone keeps off:"]),
    ...(allowed ? [] : nearMisses).map((each) => `  ${each.policy}, ${statementText(each)}`),
  ];
  const wrapped = lines.map((line) => wrappedText(printable(line), width, indentCharacters));
  return [verdict(access), ...wrapped].join("\n");
}

function verdict({
  allowed,
  principalArn,
  action,
  resourceArn,
  because,
  decidedBy,
}: Access): string {
  if (!allowed) {
    return printable(
      `DENIED: User: ${principalArn} is not authorized to perform: ${action} on resource: ${resourceArn} ${because}`,
    );
  }
  return printable(
    `ALLOWED: ${principalArn} may perform ${action} on ${resourceArn} ${reason(principalArn, decidedBy)}`,
  );
}

function reason(principalArn: string, decidedBy: StatementAnswer | undefined): string {
  if (decidedBy !== undefined) return `by statement ${nameOf(decidedBy)} of ${decidedBy.policy}`;
  if (principalArn.endsWith(":root")) return "as the account's own root";
  // Of another account one learns what it decides, not what it says.
  return "by the resource's own policy, which is another account's to show";
}

/** Each policy under its side, the statement that decided with an arrow. */
function policyLines(
  statements: readonly StatementAnswer[],
  decidedBy: StatementAnswer | undefined,
): string[] {
  let last = "";
  return statements.flatMap((each) => {
    const head = `  ${each.policy} (${each.policyType}, ${each.side})`;
    const isDecisive =
      decidedBy !== undefined &&
      each.policy === decidedBy.policy &&
      each.side === decidedBy.side &&
      each.statement === decidedBy.statement;
    const line = `  ${isDecisive ? "→" : " "}   ${statementText(each)}`;
    if (head === last) return [line];
    last = head;
    return [head, line];
  });
}

function statementText(each: StatementAnswer): string {
  const [miss] = each.misses;
  return `${nameOf(each)} ${each.effect}: ${each.matched ? "matches" : (miss ?? "does not match")}`;
}

function nameOf({ statement, sid }: StatementAnswer): string {
  return sid === undefined || sid === "" ? `${statement}` : `${statement} "${sid}"`;
}
