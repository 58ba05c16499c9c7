import type { ResourceTag } from "../identity/entity.ts";
import type { Registry } from "../names.ts";
import type { SealedValue } from "../secrets/secret.ts";

export const parameterTypes = ["String", "StringList", "SecureString"] as const;
export type ParameterType = (typeof parameterTypes)[number];

export interface ParameterRef {
  readonly registry: Registry;
  readonly name: string;
}

/** What a version says beside its value. */
export interface ParameterSettings {
  readonly type: ParameterType;
  readonly description: string | undefined;
  /** The ARN of a key of KMS; `undefined`: the service's own key, or no SecureString. */
  readonly keyArn: string | undefined;
  readonly allowedPattern: string | undefined;
  readonly tier: "Standard" | "Advanced";
  readonly dataType: "text";
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  /** The ARN of who did it. */
  readonly modifiedBy: string;
}

/** A parameter as its newest version is. */
export interface Parameter extends ParameterRef {
  readonly settings: ParameterSettings;
  /** From 1. */
  readonly version: number;
  readonly tags: readonly ResourceTag[];
  /** Which version each label is attached to. */
  readonly labels: ReadonlyMap<string, number>;
}

export interface ParameterVersion {
  readonly version: number;
  readonly settings: ParameterSettings;
  readonly value: SealedValue;
}

/** A name's own slash is the one after `parameter`. */
export function parameterArn({ registry, name }: ParameterRef): string {
  const { account, region } = registry;
  return `arn:aws:ssm:${region}:${account}:parameter${name.startsWith("/") ? "" : "/"}${name}`;
}

export function labelsOf({ labels }: Pick<Parameter, "labels">, version: number): string[] {
  return [...labels].filter(([, of]) => of === version).map(([label]) => label);
}
