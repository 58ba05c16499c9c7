import type { Ports } from "../ports/ports.ts";
import { flushPulls } from "../registry/images/record-pull.ts";
import { lifecycleLimits } from "../registry/lifecycle/lifecycle-limits.ts";
import { runLifecycle } from "../registry/lifecycle/run-lifecycle.ts";
import type { LifecycleRun } from "../registry/lifecycle/stored-lifecycle.ts";
import type { JobHandler } from "./job-handler.ts";
import { removeBatches } from "./remove-batches.ts";

export interface LifecycleOptions {
  readonly everyMs: number;
  /** How long what expires can be brought back. */
  readonly trashMs: number;
  /** Told of what was done in a repository. */
  readonly ran: (run: LifecycleRun) => void;
  /** Told of a repository that could not be looked at now; it is in the next round. */
  readonly failed: (error: unknown, repository: string) => void;
}

/**
 * Looks at the repositories whose lifecycle policy is due, one after the other, on one replica at a
 * time. Where nothing changed and nothing fell due, nothing is looked at.
 */
export function lifecycleJob(options: LifecycleOptions): JobHandler {
  return {
    ...{ kind: "lifecycle", everyMs: options.everyMs, leaseMs: 60_000 },
    async run(ports, _payload, { signal }) {
      await lifecycleRound(ports, options, signal);
    },
  };
}

/** One round: what falls due while it goes on is in the next. */
export async function lifecycleRound(
  ports: Ports,
  { trashMs, ran, failed }: Omit<LifecycleOptions, "everyMs">,
  signal?: AbortSignal,
): Promise<void> {
  await flushPulls(ports); // Rules may ask when an image was pulled last.
  await expireRuns(ports, signal);
  const begun = ports.clock.now();
  const seen = new Set<string>();
  for (;;) {
    signal?.throwIfAborted();
    const limit = lifecycleLimits.repositories + seen.size;
    const due = await ports.metadata.lifecycle.due(begun, limit);
    const fresh = due.filter(({ id }) => !seen.has(id));
    for (const repository of fresh) {
      seen.add(repository.id);
      try {
        const run = await runLifecycle(ports, repository, { trashMs, signal });
        if (run !== undefined) ran(run);
      } catch (error) {
        signal?.throwIfAborted();
        failed(error, repository.name);
      }
    }
    if (fresh.length === 0) return;
  }
}

async function expireRuns(
  { metadata, clock }: Ports,
  signal: AbortSignal | undefined,
): Promise<void> {
  const before = clock.now() - lifecycleLimits.runLifeMs;
  await removeBatches(metadata, lifecycleLimits.page, signal, ({ lifecycle }, limit) =>
    lifecycle.removeRunsBefore(before, limit),
  );
}
