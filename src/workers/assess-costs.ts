import type { Ports } from "../ports/ports.ts";
import { assessRepository } from "../registry/cost/assess-repository.ts";
import { costLimits } from "../registry/cost/cost-limits.ts";
import { flushPulls } from "../registry/images/record-pull.ts";
import { lifecycleLimits } from "../registry/lifecycle/lifecycle-limits.ts";
import type { Repository, RepositoryRef } from "../registry/repositories/repository.ts";
import type { JobHandler } from "./job-handler.ts";

const pageSize = 500;

/**
 * Looks at each repository once a day: what it alone holds, and what could be saved in it. What is done
 * stays done, so that a round that ends early goes on where it was.
 * @param trashMs how long what expires can be brought back
 * @param failed told of a repository that could not be looked at; it is in the next round
 */
export function assessCosts(
  trashMs: number,
  failed: (error: unknown, repository: string) => void,
): JobHandler {
  return {
    ...{ kind: "assess-costs", everyMs: costLimits.assessEveryMs, leaseMs: 60_000 },
    async run(ports, _payload, { signal }) {
      await assessmentRound(ports, signal, failed, trashMs);
      await forgetAssessments(ports, signal);
    },
  };
}

/** One round over all repositories, those in the trash too. */
export async function assessmentRound(
  ports: Ports,
  signal: AbortSignal,
  failed: (error: unknown, repository: string) => void,
  trashMs = 0,
): Promise<void> {
  await flushPulls(ports); // Findings ask when an image was pulled last.
  const staleBefore = ports.clock.now() - costLimits.assessmentLifeMs;
  for (let after: Pick<Repository, "registry" | "name"> | undefined; ; ) {
    signal.throwIfAborted();
    const page = await ports.metadata.repositories.listAll({ after, limit: pageSize });
    for (const repository of page) {
      const known = await ports.metadata.costs.assessment(repository);
      if (known !== undefined && known.at > staleBefore) continue;
      try {
        await assessRepository(ports, repository, signal, trashMs);
      } catch (error) {
        signal.throwIfAborted();
        failed(error, repository.name);
      }
    }
    after = page.at(-1);
    if (page.length < pageSize) return;
  }
}

/** Of repositories that are gone, and whose usage is forgotten: it is what months are split by. */
async function forgetAssessments({ metadata }: Ports, signal: AbortSignal): Promise<void> {
  for (let after: RepositoryRef | undefined; ; ) {
    signal.throwIfAborted();
    const page = await metadata.costs.listAssessments({ after, limit: lifecycleLimits.page });
    for (const { repository } of page) {
      const { registry, id } = repository;
      if ((await metadata.repositories.findById(repository)) !== undefined) continue;
      if ((await metadata.usage.repositories.find({ registry, repository: id })) !== undefined) {
        continue;
      }
      await metadata.transaction(({ costs }) => costs.removeAssessment(repository));
    }
    after = page.at(-1)?.repository;
    if (page.length < lifecycleLimits.page) return;
  }
}
