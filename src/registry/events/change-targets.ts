import { randomUUID } from "node:crypto";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { limitExceeded, lockRule } from "./change-rules.ts";
import { checkHeaders } from "./connections.ts";
import type { QueueRef } from "./delivery.ts";
import { apiDestinationOfArn } from "./endpoint.ts";
import { eventRuleLimits } from "./event-rule-limits.ts";
import { type EventTarget, eventsArn, type RuleRef, type TargetSettings } from "./rule.ts";
import { commandOf } from "./target-arn.ts";
import { compileInput } from "./target-input.ts";

export interface WantedTarget {
  readonly id: string;
  readonly arn: string;
  readonly settings: TargetSettings;
}

type Needed = Pick<Ports, "metadata" | "clock">;

/**
 * Adds targets to a rule, or puts others in the place of those with the same ids: what waits for one
 * is delivered as it says from then on, and at once. All or none.
 * @throws ResourceNotFound, Validation, LimitExceeded. Source: EventBridge API, PutTargets
 */
export async function putTargets(
  { metadata, clock }: Needed,
  ref: RuleRef,
  wanted: readonly WantedTarget[],
  commands: ReadonlySet<string>,
): Promise<void> {
  if (new Set(wanted.map(({ id }) => id)).size < wanted.length) {
    throw refusal("Duplicate target ids are not allowed.");
  }
  for (const target of wanted) checkTarget(target);
  await metadata.transaction(async (change) => {
    const { registry, name: rule } = await lockRule(change, ref);
    const known = new Map((await change.eventRules.targets(ref)).map((each) => [each.id, each]));
    for (const { id, arn, settings } of wanted) {
      await requireThere(change, { registry, arn }, id, commands);
      const uid = known.get(id)?.uid ?? randomUUID();
      const target: EventTarget = { registry, rule, id, uid, arn, settings };
      await change.eventRules.putTarget(target);
      known.set(id, target);
    }
    if (known.size > eventRuleLimits.targetsOfRule) throw limitExceeded();
    const uids = wanted.map(({ id }) => known.get(id)?.uid ?? "").sort();
    for (const target of uids) await retryNow(change, { registry, target }, clock.now());
  });
}

/** What was put may be what the target lacked. */
async function retryNow(
  { eventDeliveries }: MetadataChange,
  ref: QueueRef,
  now: number,
): Promise<void> {
  const queue = await eventDeliveries.lock(ref);
  if (queue === undefined || queue.holder !== "") return;
  await eventDeliveries.hastenLanes(ref, now);
  await eventDeliveries.replace({ ...queue, failures: 0, nextAt: Math.min(queue.nextAt, now) });
}

/** @throws ResourceNotFound for a rule that is not there; resolves to the ids that were no targets of it. */
export async function removeTargets(
  { metadata }: Needed,
  ref: RuleRef,
  ids: readonly string[],
): Promise<string[]> {
  return metadata.transaction(async (change) => {
    await lockRule(change, ref);
    const absent: string[] = [];
    for (const id of new Set(ids)) {
      if (!(await change.eventRules.removeTarget(ref, id))) absent.push(id);
    }
    return absent;
  });
}

function checkTarget({ id, settings }: WantedTarget): void {
  compileInput(id, settings);
  checkHeaders(settings.http?.headers ?? {});
}

async function requireThere(
  change: MetadataChange,
  target: Pick<EventTarget, "registry" | "arn">,
  id: string,
  commands: ReadonlySet<string>,
): Promise<void> {
  const command = commandOf(target);
  if (command !== undefined) {
    if (commands.has(command)) return;
    throw refusal(`The operator names no command '${command}': target ${id} can not be put.`);
  }
  const { registry, arn } = target;
  if (!arn.startsWith(`${eventsArn(registry)}:api-destination/`)) {
    throw refusal(
      `Target ${id} is not supported: ${arn} is neither an API destination of this account and region nor a command of the operator.`,
    );
  }
  if ((await apiDestinationOfArn(change, registry, arn)) !== undefined) return;
  throw refusal(`The API destination of target ${id} does not exist: ${arn}`);
}

function refusal(sentence: string): RegistryError {
  return new RegistryError("Validation", sentence);
}
