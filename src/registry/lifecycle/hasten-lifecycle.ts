import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Repository } from "../repositories/repository.ts";

/**
 * Has the worker look at the repository's lifecycle policy at its next round, since an image of it
 * changed; free where there is no policy. What takes an image out of what rules count, or changes the
 * tags that one has, makes an evaluation under way begin anew.
 * @param repository as it is locked
 */
export async function hastenLifecycle(
  change: MetadataChange,
  repository: Repository,
  now: number,
  what: "added" | "taken",
): Promise<void> {
  const { lifecycleDueAt: dueAt } = repository;
  if (dueAt === undefined || (dueAt <= now && what === "added")) return;
  await change.lifecycle.hasten(repository, now, what === "taken");
}
