import { randomUUID } from "node:crypto";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Registry } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { isHiddenName } from "../trash/trash.ts";
import type { RegistryEvent } from "./event.ts";

/** What an event says beside whose it is. */
export type Told = Pick<RegistryEvent, "at" | "detailType" | "detail"> &
  Partial<Pick<RegistryEvent, "resources" | "partition">> & {
    readonly source: "aws.ecr" | "aws.inspector2" | "aws.kms" | "entrepot";
  };

/**
 * Tells in this transaction what it does. The lock of what it is about is taken already, so that events
 * of one partition come in the order of commits. Work that is run again makes another event, and the
 * first one is rolled back with everything else.
 */
export function addEvent(
  { outbox }: Pick<MetadataChange, "outbox">,
  registry: Registry,
  told: Told,
): Promise<void> {
  const { resources = [], partition = "", ...rest } = told;
  const { account, region } = registry;
  const id = randomUUID();
  return outbox.add({ ...rest, id, registry: { account, region }, resources, partition });
}

/**
 * The same about a repository that this transaction has locked. Of one that lies in the trash nothing
 * is told: it has no name, and comes back as it was.
 */
export async function addRepositoryEvent(
  change: Pick<MetadataChange, "outbox">,
  { registry, id, name }: Pick<Repository, "registry" | "id" | "name">,
  told: Told,
): Promise<void> {
  if (!isHiddenName(name)) await addEvent(change, registry, { ...told, partition: id });
}
