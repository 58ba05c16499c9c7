import { eventsArn } from "../../registry/events/rule.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import { allRules, namedRule, ownRegistry } from "../events/event-target.ts";
import type { Environment, FurtherAction } from "../operation.ts";
import type { LetterChoice } from "./dead-letter-answer.ts";

/** The rule whose dead letters are meant; all rules where none is named. */
export async function letterResource(
  { rule }: LetterChoice,
  caller: Caller,
  environment: Environment,
): Promise<Resource> {
  if (rule !== undefined) return namedRule({ Name: rule }, caller, environment);
  const registry = ownRegistry(caller);
  const arn = `${eventsArn(registry)}:rule/*`;
  return { arn, account: registry.account, grants: "identity-only" };
}

/** Where no rule is named, each that is concerned: a policy may deny one of them. */
export async function furtherRules(
  action: string,
  { rule, ids }: LetterChoice,
  caller: Caller,
  environment: Environment,
): Promise<FurtherAction[]> {
  if (rule !== undefined) return [];
  const rules =
    ids === undefined
      ? await allRules(caller, environment)
      : await rulesOfLetters(ids, caller, environment);
  return rules.map((resource) => ({ action, resource }));
}

async function rulesOfLetters(
  ids: readonly string[],
  caller: Caller,
  environment: Environment,
): Promise<Resource[]> {
  const { deadLetters } = environment.ports.metadata;
  const names = new Set<string>();
  for (const id of new Set(ids)) {
    const letter = await deadLetters.find(ownRegistry(caller), id);
    if (letter !== undefined) names.add(letter.rule);
  }
  const rules: Resource[] = [];
  for (const Name of names) rules.push(await namedRule({ Name }, caller, environment));
  return rules;
}
