import type { Ports } from "../../ports/ports.ts";
import type { Repository } from "../repositories/repository.ts";
import { enforcedLimit, quotaExceeded } from "./charge.ts";
import { unitOf } from "./quota.ts";

/**
 * Refuses early what the repository's quotas would refuse at its end: a look without locks, which costs
 * nothing where there are none. What decides is `charge`.
 * @throws LimitExceeded when so many bytes more would pass a hard limit
 */
export async function requireRoom(
  { metadata }: Pick<Ports, "metadata">,
  repository: Repository,
  bytes: number,
): Promise<void> {
  const ids = repository.quotaIds.filter((id) => unitOf(id) === "BYTES");
  if (ids.length === 0) return;
  const { registry } = repository;
  const [quotas, used] = await Promise.all([
    metadata.quotas.findMany(registry, ids),
    metadata.quotaUsage.of(registry, ids),
  ]);
  for (const quota of quotas) {
    const would = (used.get(quota.id) ?? 0) + bytes;
    const hard = enforcedLimit(quota);
    if (hard !== undefined && would > hard) throw quotaExceeded(repository, quota, would);
  }
}
