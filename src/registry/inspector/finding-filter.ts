import type { Registry } from "../names.ts";
import type { FindingCriteria } from "./finding-criteria.ts";

/** SUPPRESS: what it means is not to be acted on. NONE: criteria that are kept under a name. */
export const filterActions = ["NONE", "SUPPRESS"] as const;
export type FilterAction = (typeof filterActions)[number];

/** Criteria that are kept under a name. Source: Inspector API, Filter. */
export interface FindingFilter {
  readonly registry: Registry;
  /** 16 hexadecimal digits. */
  readonly id: string;
  /** One of its registry. */
  readonly name: string;
  readonly action: FilterAction;
  readonly description: string | undefined;
  readonly reason: string | undefined;
  readonly criteria: FindingCriteria;
  readonly tags: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** `arn:aws:inspector2:<region>:<account>:owner/<account>/filter/<id>`. */
export function filterArn({ registry, id }: Pick<FindingFilter, "registry" | "id">): string {
  const { account, region } = registry;
  return `arn:aws:inspector2:${region}:${account}:owner/${account}/filter/${id}`;
}

/** The id of the registry's filter that an ARN names; `undefined` where it names none of the registry. */
export function filterIdOf(registry: Registry, arn: string): string | undefined {
  const beginning = filterArn({ registry, id: "" });
  const id = arn.startsWith(beginning) ? arn.slice(beginning.length) : "";
  return /^[0-9a-f]{16}$/.test(id) ? id : undefined;
}
