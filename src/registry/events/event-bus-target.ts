import type { Ports } from "../../ports/ports.ts";
import type { Organization } from "../identity/organization.ts";
import { type Principal, rootArn } from "../identity/principal.ts";
import { principalByArn } from "../identity/principal-by-arn.ts";
import { roleForService, serviceCaller } from "../identity/role-for-service.ts";
import type { Region, Registry } from "../names.ts";
import { authorize } from "../policy/authorize.ts";
import { RequestContext } from "../policy/request-context.ts";
import type { Delivery } from "./delivery.ts";
import type { EventEnvelope, RegistryEvent } from "./event.ts";
import { busResource } from "./event-bus-policy.ts";
import { type EventTarget, ruleArn } from "./rule.ts";
import { refused, type TargetOutcome } from "./target-outcome.ts";

/** What there is of other registries, to whoever sends them events. */
export interface BusTargets {
  readonly organization: () => Promise<Organization>;
  readonly regions: readonly Region[];
}

type Needed = Pick<Ports, "metadata" | "clock" | "memory">;

/** What is sent of one delivery, and by which target. */
export interface Passing {
  readonly target: EventTarget;
  readonly delivery: Delivery;
  readonly event: EventEnvelope;
}

/** Whether there is such a registry in this deployment. */
export async function isRegistryThere(
  { identity }: Pick<Ports["metadata"], "identity">,
  regions: readonly Region[],
  { account, region }: Registry,
): Promise<boolean> {
  if (!regions.includes(region)) return false;
  return (await identity.accounts.find(account))?.status === "ACTIVE";
}

/**
 * An event for the bus of another registry, as it is put onto it when the delivery is written down: both
 * or neither. Whether it may be put there is asked each time: of the role of the target or, without one,
 * of its account; and of the policy of the bus, which has to allow it to another account.
 * Source: EventBridge, "Sending and receiving events between accounts".
 */
export async function sendToBus(
  ports: Needed,
  { organization, regions }: BusTargets,
  bus: Registry,
  { target, delivery, event }: Passing,
): Promise<TargetOutcome> {
  if (!(await isRegistryThere(ports.metadata, regions, bus))) {
    return refused("TARGET_GONE", "There is no such account or region any more");
  }
  // Nothing of a closed account is told on.
  const isOpen = await isRegistryThere(ports.metadata, regions, target.registry);
  const principal = isOpen ? await senderOf(ports, await organization(), target) : undefined;
  if (principal === undefined) {
    return refused(
      "NO_PERMISSIONS",
      "The role of the target is gone or does not trust EventBridge, or its account is closed",
    );
  }
  const context = new RequestContext(
    serviceCaller(principal, bus),
    ports.clock.now(),
    new Map([
      ["events:source", event.source],
      ["events:detail-type", event["detail-type"]],
      ["aws:sourcearn", ruleArn({ registry: target.registry, name: target.rule })],
      ["aws:sourceaccount", target.registry.account],
    ]),
  );
  const resource = await busResource(ports, bus);
  const { allowed } = await authorize(ports, principal, "events:PutEvents", resource, context);
  if (!allowed) {
    const reason = `${principal.arn} is not authorized to perform: events:PutEvents on ${target.arn}`;
    return refused("NO_PERMISSIONS", reason);
  }
  return { kind: "delivered", onward: onBus(bus, delivery, event) };
}

/** The same event, on another bus. */
function onBus(bus: Registry, delivery: Delivery, event: EventEnvelope): RegistryEvent {
  const { registry, passed = [], partition } = delivery;
  const replay = event["replay-name"];
  return {
    ...{ id: event.id, registry: bus, at: Date.parse(event.time), source: event.source },
    ...{ detailType: event["detail-type"], resources: event.resources, detail: event.detail },
    // What belonged to none is spread anew.
    partition: partition.startsWith("~") ? "" : partition,
    passed: [...passed, registry],
    ...(replay === undefined ? {} : { replay: { name: replay, rules: [] } }),
  };
}

/** `undefined` where EventBridge can not be the role that the target names. */
async function senderOf(
  ports: Needed,
  organization: Organization,
  { registry, settings: { roleArn } }: EventTarget,
): Promise<Principal | undefined> {
  if (roleArn === undefined) return principalByArn(ports, organization, rootArn(registry.account));
  const wanted = { service: "events.amazonaws.com", roleArn };
  return roleForService(ports, organization, registry, wanted);
}
