import type { Registry } from "../names.ts";
import type { EventTarget } from "./rule.ts";

const commandName = /^[A-Za-z0-9._-]{1,64}$/;

export function isCommandName(text: string): boolean {
  return commandName.test(text);
}

/** `arn:aws:entrepot:<region>:<account>:command/<name>`: a program of the operator's. */
export function commandArn({ account, region }: Registry, name: string): string {
  return `arn:aws:entrepot:${region}:${account}:command/${name}`;
}

/** The command that a target of its registry is; `undefined` for a target of another kind. */
export function commandOf({ registry, arn }: Pick<EventTarget, "registry" | "arn">) {
  const start = commandArn(registry, "");
  const name = arn.startsWith(start) ? arn.slice(start.length) : "";
  return isCommandName(name) ? name : undefined;
}
