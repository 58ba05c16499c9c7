import type { GetLifecyclePolicyResponse } from "@aws-sdk/client-ecr";
import type { StoredLifecycle } from "../../registry/lifecycle/stored-lifecycle.ts";
import type { Registry, RepositoryName } from "../../registry/names.ts";
import { epochSeconds, type Wire } from "./wire.ts";

/** A policy that was never looked at was looked at in 1970. Source: ECR, GetLifecyclePolicy. */
export function lifecycleAnswer(
  registry: Registry,
  name: RepositoryName,
  { policy, evaluatedAt }: StoredLifecycle,
): Wire<GetLifecyclePolicyResponse> {
  return {
    registryId: registry.account,
    repositoryName: name,
    lifecyclePolicyText: policy,
    lastEvaluatedAt: epochSeconds(evaluatedAt ?? 0),
  };
}
