import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { compileEventPattern } from "./event-pattern.ts";
import { eventRuleLimits } from "./event-rule-limits.ts";
import type { EventRule, RuleRef } from "./rule.ts";

type Needed = Pick<Ports, "metadata">;

/** What EventBridge says where more is wanted than there may be. */
export function limitExceeded(): RegistryError {
  return new RegistryError(
    "LimitExceeded",
    "The requested resource exceeds the maximum number allowed.",
  );
}

export function noSuchRule(name: string): RegistryError {
  return new RegistryError("ResourceNotFound", `Rule ${name} does not exist on EventBus default.`);
}

/** @throws ResourceNotFound */
export async function requireRule(
  { metadata }: Pick<Ports, "metadata">,
  ref: RuleRef,
): Promise<EventRule> {
  const rule = await metadata.eventRules.find(ref);
  if (rule === undefined) throw noSuchRule(ref.name);
  return rule;
}

/**
 * Makes a rule, or puts another one in its place: its targets stay, and so do its tags, whatever is
 * given. Source: EventBridge API, PutRule.
 * @throws InvalidEventPattern, LimitExceeded
 */
export async function putRule({ metadata }: Needed, rule: EventRule): Promise<EventRule> {
  compileEventPattern(rule.pattern);
  return metadata.transaction(async (change) => {
    const known = await change.eventRules.lock(rule);
    if (known !== undefined) {
      const next = { ...rule, tags: known.tags };
      await change.eventRules.replace(next);
      return next;
    }
    // Counts and inserts are one after the other.
    await change.repositories.lockCount(rule.registry);
    const isThere = !(await change.eventRules.insertIfAbsent(rule));
    if (isThere) throw concurrent();
    const rules = await change.eventRules.count(rule.registry);
    if (rules > eventRuleLimits.rulesOfRegistry) throw limitExceeded();
    return rule;
  });
}

export function concurrent(): RegistryError {
  return new RegistryError(
    "ConcurrentModification",
    "There is concurrent modification on the resource.",
  );
}

/** @throws ResourceNotFound, and what `next` throws */
export function changeRule(
  { metadata }: Needed,
  ref: RuleRef,
  next: (rule: EventRule) => EventRule,
): Promise<void> {
  return metadata.transaction(async (change) => {
    await change.eventRules.replace(next(await lockRule(change, ref)));
  });
}

/** @throws ResourceNotFound */
export async function lockRule(change: MetadataChange, ref: RuleRef): Promise<EventRule> {
  const rule = await change.eventRules.lock(ref);
  if (rule === undefined) throw noSuchRule(ref.name);
  return rule;
}

/** No rule of that name is as good as a deleted one. @throws Validation while it has targets */
export function deleteRule({ metadata }: Needed, ref: RuleRef): Promise<void> {
  return metadata.transaction(async (change) => {
    const rule = await change.eventRules.lock(ref);
    if (rule === undefined) return;
    if ((await change.eventRules.targets(ref)).length > 0) {
      throw new RegistryError("Validation", "Rule can't be deleted since it has targets.");
    }
    await change.eventRules.remove(ref);
  });
}

/** The tags with others added. @throws LimitExceeded */
export function withTags(
  tags: ReadonlyMap<string, string>,
  added: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const all = new Map([...tags, ...added]);
  if (all.size > eventRuleLimits.tagsOfRule) throw limitExceeded();
  return all;
}
