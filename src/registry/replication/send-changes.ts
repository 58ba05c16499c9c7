import type { Ports } from "../../ports/ports.ts";
import type { ReplicationLane } from "../../ports/replication-store.ts";
import { retryDelayMs } from "../jobs/retry-delay.ts";
import type { Digest, Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import type { Removal } from "./apply-removals.ts";
import { readSettings } from "./carried-settings.ts";
import type { ReplicationTarget } from "./copy-image.ts";
import type { Reach } from "./reach.ts";
import type { ReplicationChange } from "./replication-change.ts";
import { addGivenUpEvent } from "./replication-event.ts";
import { failureOf, isFinalCode, type ReplicationFailure } from "./replication-failure.ts";
import { replicationLimits } from "./replication-limits.ts";
import { targetOf } from "./target-of.ts";

type Lane = ReplicationLane & { readonly repository: Repository };

/** Why a change could not be sent, as far as that matters to the change. */
type ChangeFailure = Pick<ReplicationFailure, "code" | "sentence" | "isFinal">;

/**
 * Sends what was removed from a repository to a registry, and settings that are other ones now. What fails is tried again later, or given up.
 * @returns the failure of all that was due, where there was one
 */
export async function sendChanges(
  ports: Ports,
  reach: Reach,
  lane: Lane,
  signal: AbortSignal,
  chance: () => number,
): Promise<ReplicationFailure | undefined> {
  const { changesAtOnce, imagesPerRun } = replicationLimits;
  for (let sent = 0; sent < imagesPerRun; ) {
    const now = ports.clock.now();
    const some = await ports.metadata.replicationChanges.due(lane, now, changesAtOnce);
    if (some.length === 0) return undefined;
    signal.throwIfAborted();
    sent += some.length;
    try {
      const target = targetOf(ports, reach, lane.repository, lane.destination);
      const failures = await sendSome(ports, lane.repository, target, some, signal);
      for (const each of some) await end(ports, each, failures.get(each), chance());
    } catch (error) {
      signal.throwIfAborted(); // It was not the changes' doing.
      const failure = failureOf(error);
      for (const each of some) await end(ports, each, failure, chance());
      return failure;
    }
  }
  return undefined;
}

/** Resolves with what could not be done, and why. */
async function sendSome(
  ports: Ports,
  repository: Repository,
  target: ReplicationTarget,
  changes: readonly ReplicationChange[],
  signal: AbortSignal,
): Promise<ReadonlyMap<ReplicationChange, ChangeFailure>> {
  const failed = new Map<ReplicationChange, ChangeFailure>();
  const settings = changes.filter(({ kind }) => kind === "SETTING");
  if (settings.length > 0) {
    const failure = await sendSettings(ports, repository, target, settings, signal);
    if (failure !== undefined) for (const each of settings) failed.set(each, failure);
  }
  const removals: Removal[] = [];
  for (const change of changes) {
    const { kind, target: removed, at } = change;
    if (kind === "SETTING" || (await isThereAgain(ports, repository, change))) continue;
    removals.push({ kind, target: removed as Digest | Tag, at });
  }
  if (removals.length === 0) return failed;
  for (const { code, sentence, removal } of await target.remove(removals, signal)) {
    const change = changes.find((each) => isOf(each, removal));
    if (change !== undefined) failed.set(change, { code, sentence, isFinal: isFinalCode(code) });
  }
  return failed;
}

/** @throws what is about the destination as a whole */
async function sendSettings(
  ports: Ports,
  repository: Repository,
  target: ReplicationTarget,
  settings: readonly ReplicationChange[],
  signal: AbortSignal,
): Promise<ChangeFailure | undefined> {
  const which = new Set(settings.map(({ target: setting }) => setting));
  try {
    await target.putSettings(await readSettings(ports, repository, which), signal);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    const failure = failureOf(error);
    if (failure.isOfDestination) throw error;
    return failure;
  }
}

function isOf(change: ReplicationChange, { kind, target }: Removal): boolean {
  return change.kind === kind && change.target === target;
}

/** Then it is copied, and nothing is to be removed. */
async function isThereAgain(
  { metadata }: Ports,
  repository: Repository,
  { kind, target }: ReplicationChange,
): Promise<boolean> {
  const found =
    kind === "TAG"
      ? await metadata.tags.find(repository, target as Tag)
      : await metadata.images.find(repository, target as Digest);
  return found !== undefined;
}

/** Writes down what became of it, unless something more was asked for meanwhile: then that is done, too. */
function end(
  ports: Ports,
  change: ReplicationChange,
  failure: ChangeFailure | undefined,
  chance: number,
): Promise<void> {
  return ports.metadata.transaction(async (all) => {
    const changes = all.replicationChanges;
    const repository = await all.repositories.lockById(change.repository);
    const current = await changes.lock(change);
    if (repository === undefined || current?.revision !== change.revision) return;
    if (failure === undefined) return changes.remove(change);
    const now = ports.clock.now();
    const attempts = current.attempts + 1;
    const told = { ...current, attempts, failureCode: failure.code, failure: failure.sentence };
    if (!failure.isFinal && attempts < replicationLimits.attempts) {
      return changes.put({ ...told, dueAt: now + retryDelayMs(attempts, chance) });
    }
    const expiresAt = now + replicationLimits.tombstoneLifeMs;
    await changes.put({ ...told, status: "FAILED", dueAt: undefined, expiresAt });
    const { destination, kind, target } = change;
    const { code } = failure;
    const what =
      kind === "SETTING"
        ? ({ action: "SETTING", setting: target } as const)
        : ({
            ...(kind === "TAG" ? { tags: [target as Tag] } : { digest: target as Digest }),
            action: "DELETE",
          } as const);
    await addGivenUpEvent(all, repository, { ...what, destination, code, at: now });
  });
}
