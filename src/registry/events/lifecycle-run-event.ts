import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { LifecycleRun } from "../lifecycle/stored-lifecycle.ts";
import { repositoryArn } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { addRepositoryEvent } from "./new-event.ts";

/** Rules did something to a repository, or met what they may not touch: what `GetLifecycleRun` tells. */
export function addLifecycleRunEvent(
  change: Pick<MetadataChange, "outbox">,
  repository: Repository,
  run: LifecycleRun,
  at: number,
): Promise<void> {
  return addRepositoryEvent(change, repository, {
    source: "entrepot",
    at,
    detailType: "Entrepot Lifecycle Run",
    resources: [repositoryArn(repository.registry, repository.name)],
    detail: {
      "repository-name": repository.name,
      "run-id": run.id,
      "policy-version": run.policyVersion,
      "expired-count": run.expired,
      "archived-count": run.archived,
      "untagged-count": run.untagged,
      "failed-count": run.failed,
      "freed-bytes": run.freedBytes,
      "started-at": new Date(run.at).toISOString(),
    },
  });
}
