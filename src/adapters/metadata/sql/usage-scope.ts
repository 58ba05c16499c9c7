import type { UsageScope } from "../../../registry/usage/usage.ts";
import { type RepositoryKey, registryKey } from "./keys.ts";

/** The columns by which rows of usage begin. */
export function scopeKey({ registry, repository }: UsageScope): RepositoryKey {
  return { ...registryKey(registry), repository };
}

/** Where a page over all registries goes on. */
export function afterScope(after: UsageScope | undefined): RepositoryKey {
  return after === undefined ? (beforeAll as RepositoryKey) : scopeKey(after);
}

const beforeAll = { account: "", region: "", repository: "" } as Record<
  keyof RepositoryKey,
  string
>;
