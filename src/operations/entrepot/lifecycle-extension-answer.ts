import type { StoredLifecycle } from "../../registry/lifecycle/stored-lifecycle.ts";
import type { Registry, RepositoryName } from "../../registry/names.ts";
import { epochSeconds } from "../ecr/wire.ts";

/** What stands beside a lifecycle policy. Times are epoch seconds, with the milliseconds as fraction. */
export interface LifecycleExtensionAnswer {
  readonly registryId: string;
  readonly repositoryName: string;
  readonly extensionText: string | undefined;
  /** When it and the policy were looked at last; absent: never. */
  readonly lastEvaluatedAt?: number;
}

export function lifecycleExtensionAnswer(
  registry: Registry,
  name: RepositoryName,
  { extension, evaluatedAt }: StoredLifecycle,
): LifecycleExtensionAnswer {
  return {
    registryId: registry.account,
    repositoryName: name,
    extensionText: extension,
    ...(evaluatedAt === undefined ? {} : { lastEvaluatedAt: epochSeconds(evaluatedAt) }),
  };
}
