import type { Ports } from "../../ports/ports.ts";
import type { ImageWithTags } from "../images/image.ts";
import { activeOnly } from "../images/list-images.ts";
import type { Registry, RepositoryName, Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { copyImage } from "./copy-image.ts";
import type { BackfillPosition, BackfillResult, ReplicationBackfill } from "./image-replication.ts";
import type { Reach } from "./reach.ts";
import {
  destinationsOf,
  isSameRegistry,
  type ReplicationConfiguration,
  replicationConfiguration,
} from "./replication-configuration.ts";
import { failureOf, type ReplicationFailure } from "./replication-failure.ts";
import { replicationLimits } from "./replication-limits.ts";
import { exclusivelyInLane } from "./run-lane.ts";
import { targetOf } from "./target-of.ts";

const { backfillPage, backfillFailureCodes, busyMs, imagesPerRun } = replicationLimits;

/**
 * Goes on with a backfill, from where it stood. What fails is written down, and the others go on.
 * @returns when it is to go on; `undefined`: it is over
 * @throws when the destination as a whole can not be reached
 */
export async function runBackfill(
  ports: Ports,
  reach: Reach,
  { registry, id }: Pick<ReplicationBackfill, "registry" | "id">,
  signal: AbortSignal,
): Promise<number | undefined> {
  const found = await ports.metadata.replications.backfill(registry, id);
  const configuration = await replicationConfiguration(ports, registry);
  const backfill = found && (await begun(ports, configuration, found, signal));
  if (backfill === undefined) return undefined;
  let copied = 0;
  const places = imagesFrom(ports, configuration, backfill, backfill.position, signal);
  for await (const { repository, image } of places) {
    const done = await exclusivelyInLane(
      ports,
      { repository, destination: backfill.destination },
      () => copyOne(ports, reach, backfill, repository, image, signal),
    );
    if (done === undefined) return ports.clock.now() + busyMs;
    if (!done.goesOn) return undefined;
    copied += 1;
    if (copied === imagesPerRun) return ports.clock.now();
  }
  await end(ports, backfill, "COMPLETE");
  return undefined;
}

/** Counted, if it was not yet; `undefined` where it is over, or is to be. */
async function begun(
  ports: Ports,
  configuration: ReplicationConfiguration,
  backfill: ReplicationBackfill,
  signal: AbortSignal,
): Promise<ReplicationBackfill | undefined> {
  let total = backfill.total;
  if (backfill.status === "PREPARING") {
    total = 0;
    const all = imagesFrom(ports, configuration, backfill, undefined, signal);
    for await (const { image } of all) total += Math.max(1, image.tags.length);
  }
  return ports.metadata.transaction(async (change) => {
    const current = await change.replications.lockBackfill(backfill.registry, backfill.id);
    if (current?.status === "IN_PROGRESS") return current;
    if (current?.status === "STOPPING") {
      const endedAt = ports.clock.now();
      await change.replications.replaceBackfill({ ...current, status: "STOPPED", endedAt });
    }
    if (current?.status !== "PREPARING") return undefined;
    const counted: ReplicationBackfill = { ...current, status: "IN_PROGRESS", total };
    await change.replications.replaceBackfill(counted);
    return counted;
  });
}

interface Place {
  readonly repository: Repository;
  readonly image: ImageWithTags;
}

/** Every image that the rules have copied there, by repository and digest, after a position. */
async function* imagesFrom(
  ports: Ports,
  configuration: ReplicationConfiguration,
  { registry, destination }: ReplicationBackfill,
  position: BackfillPosition | undefined,
  signal: AbortSignal,
): AsyncGenerator<Place> {
  for await (const repository of repositoriesFrom(ports, registry, position?.name)) {
    const goThere = destinationsOf(configuration, repository.name);
    if (!goThere.some((each) => isSameRegistry(each, destination))) continue;
    let after = repository.name === position?.name ? position.digest : undefined;
    for (;;) {
      signal.throwIfAborted();
      const page = after === undefined ? {} : { after };
      const images = await ports.metadata.images.list(
        repository,
        { ...page, limit: backfillPage },
        { states: activeOnly },
      );
      for (const image of images) yield { repository, image };
      after = images.at(-1)?.digest;
      if (images.length < backfillPage) break;
    }
  }
}

/** By name, from that one on. */
async function* repositoriesFrom(
  { metadata }: Ports,
  registry: Registry,
  first: RepositoryName | undefined,
): AsyncGenerator<Repository> {
  const begun = first && (await metadata.repositories.find(registry, first));
  if (begun !== undefined) yield begun;
  let after = first;
  for (;;) {
    const page = after === undefined ? {} : { after };
    const some = await metadata.repositories.list(registry, { ...page, limit: backfillPage });
    yield* some;
    after = some.at(-1)?.name;
    if (some.length < backfillPage) return;
  }
}

async function copyOne(
  ports: Ports,
  reach: Reach,
  backfill: ReplicationBackfill,
  repository: Repository,
  image: ImageWithTags,
  signal: AbortSignal,
): Promise<{ readonly goesOn: boolean }> {
  let failure: ReplicationFailure | undefined;
  try {
    const target = targetOf(ports, reach, repository, backfill.destination);
    await copyImage(ports, { repository, digest: image.digest, tags: image.tags }, target, signal);
  } catch (error) {
    signal.throwIfAborted();
    failure = failureOf(error);
    if (failure.isOfDestination) throw error;
  }
  return { goesOn: await note(ports, backfill, repository, image, failure) };
}

/** Writes down what became of an image, and ends the backfill where that was asked for. */
function note(
  ports: Ports,
  { registry, id }: ReplicationBackfill,
  repository: Repository,
  image: ImageWithTags,
  failure: ReplicationFailure | undefined,
): Promise<boolean> {
  return ports.metadata.transaction(async (change) => {
    const locked = await change.repositories.lockById(repository);
    const current = await change.replications.lockBackfill(registry, id);
    if (current === undefined) return false;
    const results = resultsOf(current, repository.name, image, failure);
    await change.replications.addBackfillResults(current, results);
    const codes = new Set([
      ...current.failureCodes,
      ...(failure === undefined ? [] : [failure.code]),
    ]);
    const count = results.length;
    const isStopping = current.status === "STOPPING";
    await change.replications.replaceBackfill({
      ...current,
      completed: current.completed + (failure === undefined ? count : 0),
      failed: current.failed + (failure === undefined ? 0 : count),
      failureCodes: [...codes].slice(0, backfillFailureCodes),
      position: { name: repository.name, digest: image.digest },
      ...(isStopping ? { status: "STOPPED", endedAt: ports.clock.now() } : {}),
    });
    const isThere = locked && (await change.images.find(repository, image.digest)) !== undefined;
    const { destination } = current;
    const key = { repository: image.repository, digest: image.digest, destination };
    const known = isThere ? await change.replications.lock(key) : undefined;
    // What waits for its own turn tells of that.
    if (isThere && known?.status !== "IN_PROGRESS") {
      const now = ports.clock.now();
      await change.replications.put({
        ...key,
        ...{ status: failure === undefined ? "COMPLETE" : "FAILED", dueAt: undefined },
        tags: failure === undefined ? [] : image.tags,
        ...{ failureCode: failure?.code, failure: failure?.sentence, attempts: 1 },
        ...{ revision: (known?.revision ?? 0) + 1, requestedAt: current.startedAt, endedAt: now },
      });
    }
    return !isStopping;
  });
}

/** One for each tag; one for an image without any. */
function resultsOf(
  { completed, failed }: ReplicationBackfill,
  name: RepositoryName,
  { digest, tags }: ImageWithTags,
  failure: ReplicationFailure | undefined,
): BackfillResult[] {
  const named: readonly (Tag | undefined)[] = tags.length === 0 ? [undefined] : tags;
  return named.map((tag, index) => ({
    position: completed + failed + index + 1,
    ...{ name, digest, tag, status: failure === undefined ? "COMPLETE" : "FAILED" },
    failureCode: failure?.code,
    subImageFailureCodes: failure?.subImageCodes ?? [],
  }));
}

/** Stopped at the last moment, it is stopped. */
async function end(
  ports: Ports,
  { registry, id }: ReplicationBackfill,
  status: "COMPLETE",
): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    const current = await change.replications.lockBackfill(registry, id);
    if (current === undefined || current.endedAt !== undefined) return;
    const ended = current.status === "STOPPING" ? "STOPPED" : status;
    const endedAt = ports.clock.now();
    await change.replications.replaceBackfill({ ...current, status: ended, endedAt });
  });
}
