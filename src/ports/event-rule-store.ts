/** Rules, their targets and where these lead, as narrow tables of the MetadataStore: the same promises. */
import type { ApiDestination, Connection } from "../registry/events/endpoint.ts";
import type { EventRule, EventTarget, RuleRef } from "../registry/events/rule.ts";
import type { Registry } from "../registry/names.ts";
import type { PageRequest } from "./page-request.ts";

/** A target and what its rule wants. */
export interface RoutedTarget extends EventTarget {
  readonly pattern: string;
}

export interface EventRuleReads {
  find(rule: RuleRef): Promise<EventRule | undefined>;
  /** By name; those whose names begin so. */
  list(registry: Registry, page: PageRequest<string>, namePrefix?: string): Promise<EventRule[]>;
  count(registry: Registry): Promise<number>;
  /** By id. */
  targets(rule: RuleRef): Promise<EventTarget[]>;
  findTarget(rule: RuleRef, id: string): Promise<EventTarget | undefined>;
  /** Those of rules that are enabled, in no order. */
  routes(registry: Registry): Promise<RoutedTarget[]>;
  /** The names of rules that have a target with that ARN, each once, by name. */
  namesByTarget(registry: Registry, arn: string, page: PageRequest<string>): Promise<string[]>;
}

export interface EventRuleWrites {
  /** Like `find`, and nobody else locks or changes the rule or its targets until this transaction ends. */
  lock(rule: RuleRef): Promise<EventRule | undefined>;
  /** False when there is a rule of that name. */
  insertIfAbsent(rule: EventRule): Promise<boolean>;
  /** Overwrites what may change. */
  replace(rule: EventRule): Promise<void>;
  /** Its targets are gone already. */
  remove(rule: RuleRef): Promise<void>;
  /** Overwrites ARN and settings of one that is there; its uid stays. */
  putTarget(target: EventTarget): Promise<void>;
  /** False when there was none. */
  removeTarget(rule: RuleRef, id: string): Promise<boolean>;
}

/** A table of what has a name in a registry. */
export interface EndpointReads<Item> {
  find(registry: Registry, name: string): Promise<Item | undefined>;
  /** By name. */
  list(registry: Registry, page: PageRequest<string>): Promise<Item[]>;
  count(registry: Registry): Promise<number>;
  /** Of every registry, for whoever seals secrets anew; by (account, region, name). */
  listAll(page: PageRequest<Pick<Connection, "registry" | "name">>): Promise<Item[]>;
}

export interface EndpointWrites<Item> {
  /** Like `find`, and nobody else locks or changes it until this transaction ends. */
  lock(registry: Registry, name: string): Promise<Item | undefined>;
  /** False when there is one of that name. */
  insertIfAbsent(item: Item): Promise<boolean>;
  replace(item: Item): Promise<void>;
  /** False when there was none. */
  remove(registry: Registry, name: string): Promise<boolean>;
}

export type ConnectionReads = EndpointReads<Connection>;
export type ConnectionWrites = EndpointWrites<Connection>;
export type ApiDestinationReads = EndpointReads<ApiDestination>;
export type ApiDestinationWrites = EndpointWrites<ApiDestination>;
