import type { Ports } from "../../ports/ports.ts";
import type { Registry, RepositoryName } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import type { TrashedRepository } from "../trash/trash.ts";
import { costLimits } from "./cost-limits.ts";
import type { CostSaving } from "./cost-saving.ts";
import { type HeldAlone, heldAlone } from "./held-alone.ts";
import { trashedBytes } from "./trashed-bytes.ts";

type MetadataPorts = Pick<Ports, "metadata">;

interface Asked {
  readonly repository: RepositoryRef;
  /** As it is, or was before it was deleted. */
  readonly name: RepositoryName;
  readonly held: HeldAlone;
  readonly now: number;
}

/**
 * All that one EmptyTrash of the name gives up, where some of it is kept for long: deleted images of the
 * repository that has the name, and deleted repositories that had it. One repository tells it for all
 * of them, so that nothing is told twice: see `tellsTrash`.
 */
export async function findTrash(
  ports: MetadataPorts,
  { repository, name, held, now }: Asked,
  signal: AbortSignal,
): Promise<Pick<CostSaving, "items" | "bytes" | "trashed"> | undefined> {
  const trashed = await trashedUnder(ports, repository.registry, name, now);
  if (trashed === undefined || !(await tellsTrash(ports, repository, name, trashed))) return;
  const ids = trashed.map((each) => each.repository.id);
  let [items, bytes, expiresAt] = [0, 0, 0];
  if (!ids.includes(repository.id)) {
    const images = await trashedBytes(ports, repository, now, signal);
    [items, bytes, expiresAt] = [images.images, images.bytes, images.expiresAt];
  }
  for (const each of trashed) {
    const isItself = each.repository.id === repository.id;
    const { plainBytes } = isItself ? held : await heldAlone(ports, each.repository, signal);
    items += each.imageCount;
    bytes += plainBytes;
    expiresAt = Math.max(expiresAt, each.expiresAt);
  }
  if (expiresAt - now <= costLimits.trashDays * 86_400_000) return;
  return { items, bytes, trashed: ids };
}

/** Whether the trash is what it was when it was found, apart from single images, and not yet given up. */
export async function isSameTrash(
  ports: MetadataPorts,
  { repository, name, trashed: before = [] }: Pick<CostSaving, "repository" | "name" | "trashed">,
  now: number,
): Promise<boolean> {
  const trashed = await trashedUnder(ports, repository.registry, name, now);
  if (trashed === undefined || !(await tellsTrash(ports, repository, name, trashed))) return false;
  const ids = trashed.map((each) => each.repository.id);
  if (ids.length !== before.length || !ids.every((id) => before.includes(id))) return false;
  if (ids.length > 0) return true;
  const page = { limit: costLimits.layersAtOnce };
  const images = await ports.metadata.trash.listImages(repository.registry, page, { repository });
  return images.some(({ expiresAt }) => expiresAt > now);
}

/** The repository that has the name; without one, that of those in the trash which was deleted last. */
async function tellsTrash(
  { metadata }: MetadataPorts,
  { registry, id }: RepositoryRef,
  name: RepositoryName,
  trashed: readonly TrashedRepository[],
): Promise<boolean> {
  const named = await metadata.repositories.find(registry, name);
  return id === (named?.id ?? trashed.at(-1)?.repository.id);
}

/** In the order of their deletion; `undefined` where they are too many. */
async function trashedUnder(
  { metadata }: MetadataPorts,
  registry: Registry,
  name: RepositoryName,
  now: number,
): Promise<readonly TrashedRepository[] | undefined> {
  const page = { limit: costLimits.trashedUnderName + 1 };
  const found = await metadata.trash.listRepositories(registry, page, { name });
  if (found.length > costLimits.trashedUnderName) return undefined;
  return found.filter(({ expiresAt }) => expiresAt > now);
}
