import type { MetadataReads } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { type VerdictState, verdictStates } from "./gate.ts";
import { gateLimits } from "./gate-limits.ts";
import { gatesOf } from "./gate-matching.ts";
import { judgeImage } from "./judge-image.ts";
import { judgementGeneration } from "./request-judgement.ts";

/**
 * Judges every image that a gate of the registry speaks of, or spoke of before. Once that is done, the
 * gates say so, unless something has changed again meanwhile.
 * @param failed is told of a repository whose key may not be used
 */
export async function judgeRegistry(
  ports: Ports,
  registry: Registry,
  signal?: AbortSignal,
  failed: (error: unknown, repository: string) => void = () => undefined,
): Promise<void> {
  const { metadata } = ports;
  const begun = await judgementGeneration(metadata, registry);
  if (!(await isGated(metadata, registry))) return;
  const limit = gateLimits.repositoriesPerPage;
  for (let after: RepositoryName | undefined; ; ) {
    const page = await metadata.repositories.list(registry, { ...(after && { after }), limit });
    for (const repository of page) {
      signal?.throwIfAborted();
      await judgeRepository(ports, repository, signal, failed);
    }
    after = page.at(-1)?.name;
    if (page.length < limit) break;
  }
  await metadata.transaction(async (change) => {
    if ((await judgementGeneration(change, registry)) !== begun) return;
    await change.gates.setApplied(registry, ports.clock.now());
  });
}

/** Whether there is a gate, or a verdict that one may have left behind. */
async function isGated({ gates }: Pick<MetadataReads, "gates">, registry: Registry) {
  if ((await gates.list(registry)).length > 0) return true;
  for (const state of verdictStates) {
    if ((await gates.verdicts(registry, { limit: 1 }, { state })).length > 0) return true;
  }
  return false;
}

async function judgeRepository(
  ports: Ports,
  repository: Repository,
  signal: AbortSignal | undefined,
  failed: (error: unknown, repository: string) => void,
): Promise<void> {
  const { metadata } = ports;
  // A push that read the gates before they changed holds the row: what it pushed is met below.
  await metadata.transaction(async (change) => {
    await change.repositories.lockById(repository);
  });
  const gates = gatesOf(await metadata.gates.list(repository.registry), repository.name);
  const lists: readonly (VerdictState | "images")[] = gates.length > 0 ? ["images"] : verdictStates;
  for (const list of lists) {
    for (let after: Digest | undefined; ; ) {
      const page = { ...(after && { after }), limit: gateLimits.imagesPerPage };
      const found =
        list === "images"
          ? await metadata.images.list(repository, page)
          : await metadata.gates.verdictsIn(repository, page, { state: list });
      for (const { digest } of found) {
        signal?.throwIfAborted();
        try {
          await judgeImage(ports, repository, digest);
        } catch (error) {
          if (!(error instanceof RegistryError)) throw error;
          failed(error, repository.name);
        }
      }
      after = found.at(-1)?.digest;
      if (found.length < page.limit) break;
    }
  }
}
