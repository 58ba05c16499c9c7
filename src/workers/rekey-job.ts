import type { Ports } from "../ports/ports.ts";
import { describeFailure } from "../registry/jobs/describe-failure.ts";
import { newJob } from "../registry/jobs/job.ts";
import { continueRekey } from "../registry/rekeying/continue-rekey.ts";
import { isUnderWay } from "../registry/rekeying/rekey.ts";
import { type RekeyPayload, rekeyKind } from "../registry/rekeying/rekey-repository.ts";
import type { RepositoryRef } from "../registry/repositories/repository.ts";
import type { JobHandler } from "./job-handler.ts";

/**
 * Puts a repository's content under its new key. Never given up: while a key may not be used it waits,
 * and says why.
 */
export const rekeyJob: JobHandler = {
  kind: rekeyKind,
  leaseMs: 30_000,
  maxAttempts: Number.POSITIVE_INFINITY,
  async run(ports, payload, { registry, signal }) {
    const { name, repositoryId } = payload as RekeyPayload;
    if (registry === undefined) return;
    const repository = await ports.metadata.repositories.find(registry, name);
    if (repository?.id !== repositoryId) return; // Deleted: there is nothing left to be moved.
    let againAt: number | undefined;
    try {
      againAt = await continueRekey(ports, repository, signal);
    } catch (error) {
      if (!signal.aborted) await writeFailure(ports, repository, describeFailure(error));
      throw error;
    }
    if (againAt === undefined) return;
    // It runs while it is asked for again: that is what it will do.
    const next = { kind: rekeyKind, key: repositoryId, registry, payload, runAt: againAt };
    const job = newJob(next, ports.clock.now());
    await ports.metadata.transaction((change) => change.jobs.enqueue(job));
  },
};

async function writeFailure(
  { metadata }: Ports,
  repository: RepositoryRef,
  failure: string,
): Promise<void> {
  await metadata.transaction(async (change) => {
    await change.repositories.lockById(repository);
    const rekey = await change.rekeys.find(repository);
    if (isUnderWay(rekey)) await change.rekeys.put({ ...rekey, failure });
  });
}
