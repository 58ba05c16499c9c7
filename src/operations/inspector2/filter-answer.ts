import type { Filter } from "@aws-sdk/client-inspector2";
import { type FindingFilter, filterArn } from "../../registry/inspector/finding-filter.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";

export function filterAnswer(filter: FindingFilter): Wire<Filter> {
  const { name, action, description, reason, criteria, tags, createdAt, updatedAt } = filter;
  return {
    ...{ arn: filterArn(filter), ownerId: filter.registry.account, name, action, description },
    // Kept as it was asked.
    ...{ reason, tags, criteria: criteria as Wire<Filter["criteria"]> },
    ...{ createdAt: epochSeconds(createdAt), updatedAt: epochSeconds(updatedAt) },
  };
}

export function tagPairs(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
