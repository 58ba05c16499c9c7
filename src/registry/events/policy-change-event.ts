import type { MetadataChange } from "../../ports/metadata-store.ts";
import { type Registry, repositoryArn } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { addEvent, addRepositoryEvent } from "./new-event.ts";

export interface PolicyChange {
  readonly action: "PUT" | "DELETE";
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The policy of a repository is another one now, or gone. What it says is for who may read it. */
export function addRepositoryPolicyEvent(
  change: Pick<MetadataChange, "outbox">,
  repository: Repository,
  { action, at }: PolicyChange,
): Promise<void> {
  const { registry, name } = repository;
  return addRepositoryEvent(change, repository, {
    source: "entrepot",
    at,
    detailType: "Entrepot Policy Change",
    resources: [repositoryArn(registry, name)],
    detail: { "action-type": action, "policy-type": "REPOSITORY", "repository-name": name },
  });
}

/** The same of a registry. */
export function addRegistryPolicyEvent(
  change: Pick<MetadataChange, "outbox">,
  registry: Registry,
  { action, at }: PolicyChange,
): Promise<void> {
  return addEvent(change, registry, {
    source: "entrepot",
    at,
    detailType: "Entrepot Policy Change",
    detail: { "action-type": action, "policy-type": "REGISTRY" },
  });
}
