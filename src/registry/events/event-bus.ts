import { type AccountId, isAccountId, type Region, type Registry } from "../names.ts";
import type { RegistryEvent } from "./event.ts";
import { eventRuleLimits } from "./event-rule-limits.ts";

/** A bus as an ARN names it, whether it is there or not. */
export interface NamedBus {
  readonly registry: Registry;
  readonly name: string;
}

/** The bus that an ARN names; `undefined` for any other ARN. */
export function busOfArn(arn: string): NamedBus | undefined {
  const [, region = "", account = "", name = ""] =
    /^arn:aws:events:([a-z0-9-]{1,32}):(\d{12}):event-bus\/([.\-_A-Za-z0-9]{1,256})$/.exec(arn) ??
    [];
  if (!isAccountId(account)) return undefined;
  return { registry: { account: account as AccountId, region: region as Region }, name };
}

export function isSameRegistry(a: Registry, b: Registry): boolean {
  return a.account === b.account && a.region === b.region;
}

/**
 * Whether an event goes on to another bus: never to one that it came by, no further than some buses, and
 * not to a third account. Source: EventBridge, "Sending and receiving events between accounts": what
 * came from another account is not sent on to one more.
 */
export function mayGoOn({ registry, passed = [] }: RegistryEvent, to: Registry): boolean {
  const path = [...passed, registry];
  if (path.length > eventRuleLimits.busesPassed) return false;
  if (path.some((bus) => isSameRegistry(bus, to))) return false;
  return (
    to.account === registry.account || path.every(({ account }) => account === registry.account)
  );
}
