import { randomUUID } from "node:crypto";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { parseEntityArn } from "../identity/entity.ts";
import type { Region, Registry } from "../names.ts";
import { limitExceeded, lockRule } from "./change-rules.ts";
import { checkHeaders } from "./connections.ts";
import type { QueueRef } from "./delivery.ts";
import { apiDestinationOfArn } from "./endpoint.ts";
import { busOfArn, isSameRegistry, type NamedBus } from "./event-bus.ts";
import { isRegistryThere } from "./event-bus-target.ts";
import { eventRuleLimits } from "./event-rule-limits.ts";
import { type EventTarget, eventsArn, type RuleRef, type TargetSettings } from "./rule.ts";
import { commandOf } from "./target-arn.ts";
import { compileInput } from "./target-input.ts";

export interface WantedTarget {
  readonly id: string;
  readonly arn: string;
  readonly settings: TargetSettings;
}

/** What the operator has, beside what is stored. */
export interface TargetsThere {
  readonly commands: ReadonlySet<string>;
  readonly regions: readonly Region[];
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
  there: TargetsThere,
): Promise<void> {
  if (new Set(wanted.map(({ id }) => id)).size < wanted.length) {
    throw refusal("Duplicate target ids are not allowed.");
  }
  for (const target of wanted) checkTarget(ref.registry, target);
  await metadata.transaction(async (change) => {
    const { registry, name: rule } = await lockRule(change, ref);
    const known = new Map((await change.eventRules.targets(ref)).map((each) => [each.id, each]));
    for (const { id, arn, settings } of wanted) {
      await requireThere(change, { registry, arn }, id, there);
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

function checkTarget({ account }: Registry, { id, arn, settings }: WantedTarget): void {
  compileInput(id, settings);
  if (busOfArn(arn) !== undefined) {
    const { roleArn, maximumRetryAttempts: _, maximumEventAgeSeconds: __, ...changes } = settings;
    if (Object.values(changes).some((each) => each !== undefined)) {
      throw refusal(`Target ${id} is an event bus, which is given the event as it is.`);
    }
    const role = roleArn === undefined ? undefined : parseEntityArn(roleArn);
    if (roleArn !== undefined && (role?.kind !== "role" || role.account !== account)) {
      throw refusal(`RoleArn of target ${id} is not the ARN of a role of this account.`);
    }
  }
  checkHeaders(settings.http?.headers ?? {});
}

async function requireThere(
  change: MetadataChange,
  target: Pick<EventTarget, "registry" | "arn">,
  id: string,
  { commands, regions }: TargetsThere,
): Promise<void> {
  const bus = busOfArn(target.arn);
  if (bus !== undefined) return requireBus(change, target, id, bus, regions);
  const command = commandOf(target);
  if (command !== undefined) {
    if (commands.has(command)) return;
    throw refusal(`The operator names no command '${command}': target ${id} can not be put.`);
  }
  const { registry, arn } = target;
  if (!arn.startsWith(`${eventsArn(registry)}:api-destination/`)) {
    throw refusal(
      `Target ${id} is not supported: ${arn} is neither an API destination of this account and region, nor the event bus of another, nor a command of the operator.`,
    );
  }
  if ((await apiDestinationOfArn(change, registry, arn)) !== undefined) return;
  throw refusal(`The API destination of target ${id} does not exist: ${arn}`);
}

async function requireBus(
  change: MetadataChange,
  { registry: from, arn }: Pick<EventTarget, "registry" | "arn">,
  id: string,
  { registry, name }: NamedBus,
  regions: readonly Region[],
): Promise<void> {
  if (name !== "default") {
    throw refusal(
      `Event bus ${name} of target ${id} does not exist. There is the default bus of each account and region, and no other.`,
    );
  }
  if (isSameRegistry(registry, from)) {
    throw refusal(`Target ${id} is the bus that the rule is on: ${arn}`);
  }
  if (await isRegistryThere(change, regions, registry)) return;
  throw refusal(
    `Target ${id} does not exist: there is no account ${registry.account} with region ${registry.region} in this deployment.`,
  );
}

function refusal(sentence: string): RegistryError {
  return new RegistryError("Validation", sentence);
}
