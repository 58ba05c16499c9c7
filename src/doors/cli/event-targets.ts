/** `entrepot events`: rules, targets, and what they were not given. */
import type { Rule, Target } from "@aws-sdk/client-eventbridge";
import type { DeadLetterAnswer } from "../../operations/entrepot/dead-letter-answer.ts";
import { CommandError } from "./client.ts";
import type { Server } from "./server.ts";
import { tableText } from "./table.ts";

type TargetEntry = Pick<Target, "Id" | "Arn">;

interface LetterWish {
  readonly rule: string | undefined;
  readonly targetId: string | undefined;
}

export function listRules(server: Server): Promise<Rule[]> {
  return server.all("events:ListRules", "Rules", {});
}

/** @throws Refusal when there is no such rule */
export function listTargets(server: Server, rule: string): Promise<TargetEntry[]> {
  return server.all("events:ListTargetsByRule", "Targets", { Rule: rule });
}

export function listDeadLetters(server: Server, wish: LetterWish): Promise<DeadLetterAnswer[]> {
  return server.all("entrepot:ListDeadLetters", "deadLetters", checked(wish));
}

export interface Replayed {
  readonly replayed: number;
  /** Those whose target is no more. */
  readonly orphaned: readonly string[];
}

const mostCalls = 10_000;
const idsAtOnce = 100;

/**
 * Those that are named, or all of a rule, a target or the registry, as many calls as that takes.
 * @throws Refusal, and CommandError for both at once
 */
export async function replay(
  server: Server,
  { ids, ...wish }: LetterWish & { readonly ids: readonly string[] },
): Promise<Replayed> {
  const orphaned: string[] = [];
  let replayed = 0;
  if (ids.length > 0) {
    if ((wish.rule ?? wish.targetId) !== undefined) {
      throw new CommandError("give ids, or a rule and maybe one of its targets", 2);
    }
    for (let from = 0; from < ids.length; from += idsAtOnce) {
      const some = ids.slice(from, from + idsAtOnce);
      const done = await server.call("entrepot:ReplayDeadLetters", { ids: some });
      replayed += done.replayed;
      orphaned.push(...done.orphaned);
    }
    return { replayed, orphaned };
  }
  let nextToken: string | undefined;
  for (let calls = 0; calls < mostCalls; calls++) {
    const done = await server.call("entrepot:ReplayDeadLetters", { ...checked(wish), nextToken });
    replayed += done.replayed;
    orphaned.push(...done.orphaned);
    nextToken = done.nextToken;
    if (nextToken === undefined) break;
  }
  return { replayed, orphaned };
}

function checked(wish: LetterWish): LetterWish {
  if (wish.targetId === undefined || wish.rule !== undefined) return wish;
  throw new CommandError("--target needs the --rule that it belongs to", 2);
}

export function rulesText(rules: readonly Rule[], width: number): string {
  if (rules.length === 0) return "There are no rules.";
  return tableText(
    [{ whole: "RULE" }, "STATE", "PATTERN"],
    rules.map(({ Name = "", State = "", EventPattern = "" }) => [
      ...[Name, State.toLowerCase(), EventPattern.replace(/\s+/g, " ")],
    ]),
    width,
  );
}

export function targetsText(targets: readonly TargetEntry[], width: number): string {
  if (targets.length === 0) return "The rule has no targets.";
  return tableText(
    [{ whole: "TARGET" }, "ARN"],
    targets.map(({ Id = "", Arn = "" }) => [Id, Arn]),
    width,
  );
}

export function deadLettersText(letters: readonly DeadLetterAnswer[], width: number): string {
  if (letters.length === 0) return "There are no dead letters.";
  return tableText(
    [{ whole: "ID" }, "RULE", "TARGET", { whole: "ATTEMPTS" }, "REASON"],
    letters.map(({ id, rule, targetId, attempts, reason }) => [
      ...[id, rule, targetId, String(attempts), reason],
    ]),
    width,
  );
}

export function replayedText({ replayed, orphaned }: Replayed): string {
  const stays =
    orphaned.length === 0 ? "" : ` ${orphaned.length} stay, since their target is no more.`;
  return `${replayed} dead letter${replayed === 1 ? " is" : "s are"} delivered again.${stays}`;
}
