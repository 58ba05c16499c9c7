/** What operations of EventBridge are asked on. */
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../../registry/errors.ts";
import { noSuchRule } from "../../registry/events/change-rules.ts";
import { apiDestinationArn, connectionArn } from "../../registry/events/endpoint.ts";
import { eventRuleLimits } from "../../registry/events/event-rule-limits.ts";
import {
  busArn,
  type EventRule,
  eventsArn,
  type RuleRef,
  ruleArn,
} from "../../registry/events/rule.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { Registry } from "../../registry/names.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import type { Environment } from "../operation.ts";

/** The caller's own account, in the region of the request: EventBridge has no hosts of accounts. */
export function ownRegistry({ principal, region }: Caller): Registry {
  return { account: principal.account, region };
}

/** What takes no resource: identity policies alone grant it. */
export function anyResource(_input: unknown, { principal }: Caller): Resource {
  return { arn: "*", account: principal.account, grants: "identity-only" };
}

/** @throws ResourceNotFound for any bus but the default one */
export function requireDefaultBus(name: string | undefined, caller: Caller): void {
  if (name === undefined || name === "default" || name === busArn(ownRegistry(caller))) return;
  throw new RegistryError(
    "ResourceNotFound",
    `Event bus ${name} does not exist. There is the default bus of each account and region, and no other.`,
  );
}

/** The bus, where another one may be named. @throws ResourceNotFound for any but the default one */
export function defaultBus(
  input: { readonly Name?: string | undefined },
  caller: Caller,
): Resource {
  requireDefaultBus(input.Name, caller);
  const { account } = caller.principal;
  return { arn: busArn(ownRegistry(caller)), account, grants: "identity-only" };
}

export function ruleRef(name: string, caller: Caller): RuleRef {
  return { registry: ownRegistry(caller), name };
}

interface OfRule {
  readonly Name?: string | undefined;
  readonly Rule?: string | undefined;
  readonly EventBusName?: string | undefined;
}

/** The rule that is named, with its tags. @throws ResourceNotFound for a bus that is not there */
export async function namedRule(
  { Name, Rule = Name ?? "", EventBusName }: OfRule,
  caller: Caller,
  { ports }: Pick<Environment, "ports">,
): Promise<Resource> {
  requireDefaultBus(EventBusName, caller);
  return ruleResource(ports, ruleRef(Rule, caller));
}

async function ruleResource(
  { metadata }: Pick<Ports, "metadata">,
  ref: RuleRef,
): Promise<Resource> {
  return resourceOf((await metadata.eventRules.find(ref)) ?? { ...ref, tags: new Map() });
}

function resourceOf(rule: RuleRef & Pick<EventRule, "tags">): Resource {
  const conditions = new Map(
    [...rule.tags].map(([key, value]) => [`aws:resourcetag/${key.toLowerCase()}`, value]),
  );
  const { account } = rule.registry;
  return { arn: ruleArn(rule), account, grants: "identity-only", conditions };
}

/** Every rule that the caller's bus has. */
export async function allRules(
  caller: Caller,
  { ports }: Pick<Environment, "ports">,
): Promise<Resource[]> {
  const limit = eventRuleLimits.rulesOfRegistry;
  const rules = await ports.metadata.eventRules.list(ownRegistry(caller), { limit });
  return rules.map(resourceOf);
}

/** The rule of an ARN of the caller's own. @throws ResourceNotFound */
export function ruleOfArn(arn: string, caller: Caller): RuleRef {
  const start = `${eventsArn(ownRegistry(caller))}:rule/`;
  const name = arn.startsWith(start) ? arn.slice(start.length) : "";
  if (/^[.\-_A-Za-z0-9]{1,64}$/.test(name)) return ruleRef(name, caller);
  throw noSuchRule(arn);
}

export function taggedRule(
  { ResourceARN }: { readonly ResourceARN: string },
  caller: Caller,
  { ports }: Pick<Environment, "ports">,
): Promise<Resource> {
  return ruleResource(ports, ruleOfArn(ResourceARN, caller));
}

interface Named {
  readonly Name: string;
}

export async function namedConnection(
  { Name }: Named,
  caller: Caller,
  { ports }: Pick<Environment, "ports">,
): Promise<Resource> {
  const registry = ownRegistry(caller);
  const found = await ports.metadata.connections.find(registry, Name);
  const arn = found ? connectionArn(found) : `${eventsArn(registry)}:connection/${Name}`;
  return { arn, account: registry.account, grants: "identity-only" };
}

export async function namedDestination(
  { Name }: Named,
  caller: Caller,
  { ports }: Pick<Environment, "ports">,
): Promise<Resource> {
  const registry = ownRegistry(caller);
  const found = await ports.metadata.apiDestinations.find(registry, Name);
  const arn = found ? apiDestinationArn(found) : `${eventsArn(registry)}:api-destination/${Name}`;
  return { arn, account: registry.account, grants: "identity-only" };
}
