import type { Ports } from "../../ports/ports.ts";
import type { Registry } from "../names.ts";
import { isHiddenName } from "../trash/trash.ts";
import type { Reach } from "./reach.ts";
import type { RepositoryRemovalPayload } from "./record-repository-removal.ts";
import { addGivenUpEvent } from "./replication-event.ts";
import { failureOf } from "./replication-failure.ts";
import { targetOf } from "./target-of.ts";

/**
 * Has a repository go elsewhere that was deleted here, unless it is back from the trash meanwhile. What
 * the destination refuses is given up, and told.
 * @throws what another attempt may mend
 */
export async function sendRepositoryRemoval(
  ports: Ports,
  reach: Reach,
  registry: Registry,
  removal: RepositoryRemovalPayload,
  signal: AbortSignal,
): Promise<void> {
  const { repositoryId: id, name, destination, at } = removal;
  const found = await ports.metadata.repositories.findById({ registry, id });
  if (found !== undefined && !isHiddenName(found.name)) return;
  try {
    const target = targetOf(ports, reach, { registry, id, name }, destination);
    await target.removeRepository(at, signal);
  } catch (error) {
    signal.throwIfAborted();
    const { code, isFinal } = failureOf(error);
    if (!isFinal) throw error;
    await ports.metadata.transaction((change) =>
      tellGivenUp(change, registry, removal, code, ports.clock.now()),
    );
  }
}

/** Told where it was deleted. */
export function tellGivenUp(
  change: Parameters<typeof addGivenUpEvent>[0],
  registry: Registry,
  { repositoryId: id, name, destination }: RepositoryRemovalPayload,
  code: string,
  at: number,
): Promise<void> {
  const told = { action: "DELETE_REPOSITORY", destination, code, at } as const;
  return addGivenUpEvent(change, { registry, id, name }, told);
}
