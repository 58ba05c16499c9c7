import type { Registry } from "../names.ts";

export interface RuleRef {
  readonly registry: Registry;
  readonly name: string;
}

/** Which events of a registry's bus go to its targets. */
export interface EventRule extends RuleRef {
  /** As it was put; it compiles. */
  readonly pattern: string;
  readonly state: "ENABLED" | "DISABLED";
  readonly description: string | undefined;
  readonly roleArn: string | undefined;
  readonly tags: ReadonlyMap<string, string>;
}

/** What is put of an event into what a target is given. One of them, or none for the whole event. */
export interface TargetInput {
  /** JSON that is given instead of the event. */
  readonly input?: string | undefined;
  /** A JSON path to the part that is given. */
  readonly inputPath?: string | undefined;
  readonly inputTransformer?:
    | {
        readonly paths: Readonly<Record<string, string>>;
        readonly template: string;
      }
    | undefined;
}

/** Parameters of an HTTP request, beside those of the connection. */
export interface TargetHttp {
  /** What the stars of the endpoint's path stand for, in order. */
  readonly pathValues: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

export interface TargetSettings extends TargetInput {
  readonly roleArn?: string | undefined;
  readonly http?: TargetHttp | undefined;
  readonly maximumRetryAttempts?: number | undefined;
  readonly maximumEventAgeSeconds?: number | undefined;
}

/** Where the events of a rule go. */
export interface EventTarget {
  readonly registry: Registry;
  /** The name of its rule. */
  readonly rule: string;
  /** What it is called in its rule. */
  readonly id: string;
  /** Names its deliveries. Stays when the target is put anew; a target that comes later has another. */
  readonly uid: string;
  readonly arn: string;
  readonly settings: TargetSettings;
}

/** `arn:aws:events:<region>:<account>:rule/<name>`: of the default bus, which is not named. */
export function ruleArn({ registry, name }: RuleRef): string {
  return `${eventsArn(registry)}:rule/${name}`;
}

export function busArn(registry: Registry): string {
  return `${eventsArn(registry)}:event-bus/default`;
}

/** What ARNs of EventBridge begin with. */
export function eventsArn({ account, region }: Registry): string {
  return `arn:aws:events:${region}:${account}`;
}
