import type { MetadataChange } from "../../ports/metadata-store.ts";
import { repositoryArn } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { addRepositoryEvent } from "./new-event.ts";

/**
 * A repository was made or deleted. Images that go with it are not told one by one, since there may be
 * any number of them; `image-count` says how many.
 */
export function addRepositoryChangeEvent(
  change: Pick<MetadataChange, "outbox">,
  repository: Repository,
  action: "CREATE" | "DELETE",
  at: number,
): Promise<void> {
  const { registry, name, imageCount } = repository;
  return addRepositoryEvent(change, repository, {
    source: "entrepot",
    at,
    detailType: "Entrepot Repository",
    resources: [repositoryArn(registry, name)],
    detail: {
      "action-type": action,
      "repository-name": name,
      ...(action === "DELETE" ? { "image-count": imageCount } : {}),
    },
  });
}
