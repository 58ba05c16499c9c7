import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { ImageWithTags } from "../images/image.ts";
import { activeOnly } from "../images/list-images.ts";
import type { Registry, RepositoryName, Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import type { Copying } from "./copy-image.ts";
import { copyingOf } from "./copying-of.ts";
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

const { backfillPage, backfillFailureCodes, busyMs, copiesAtOnce, imagesPerRun, runMs } =
  replicationLimits;

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
  const until = ports.clock.now() + runMs;
  const places = imagesFrom(ports, configuration, backfill, backfill.position, signal);
  for await (const { repository, images } of someAtOnce(places)) {
    const done = await exclusivelyInLane(
      ports,
      { repository, destination: backfill.destination },
      () => copySome(ports, reach, backfill, repository, images, signal),
    );
    if (done === undefined) return ports.clock.now() + busyMs;
    if (!done.goesOn) return undefined;
    copied += images.length;
    if (copied >= imagesPerRun || ports.clock.now() >= until) return ports.clock.now();
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
    const prepared: ReplicationBackfill = { ...current, status: "IN_PROGRESS", total };
    await change.replications.replaceBackfill(prepared);
    return prepared;
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

/** Those that follow one another in one repository, so many at a time. */
async function* someAtOnce(places: AsyncIterable<Place>) {
  let [repository, images]: [Repository | undefined, ImageWithTags[]] = [undefined, []];
  for await (const place of places) {
    const isOther = repository !== undefined && repository.id !== place.repository.id;
    if (repository !== undefined && (isOther || images.length === copiesAtOnce)) {
      yield { repository, images };
      images = [];
    }
    repository = place.repository;
    images.push(place.image);
  }
  if (repository !== undefined) yield { repository, images };
}

/**
 * At once; what became of them is written down in their order, so that the place to go on from is behind
 * them all.
 */
async function copySome(
  ports: Ports,
  reach: Reach,
  backfill: ReplicationBackfill,
  repository: Repository,
  images: readonly ImageWithTags[],
  signal: AbortSignal,
): Promise<{ readonly goesOn: boolean }> {
  let copying: Promise<Copying> | undefined;
  const copy = async (image: ImageWithTags): Promise<Outcome> => {
    try {
      copying ??= copyingOf(ports, reach, repository, backfill.destination);
      const isChosen = await (await copying).image(image, signal);
      return { image, failure: undefined, isChosen };
    } catch (error) {
      signal.throwIfAborted();
      const failure = failureOf(error);
      if (failure.isOfDestination) throw error;
      return { image, failure, isChosen: true };
    }
  };
  const ended = await Promise.allSettled(images.map(copy));
  const outcomes: Outcome[] = [];
  for (const each of ended) {
    if (each.status === "rejected") break;
    outcomes.push(each.value);
  }
  // What came before the first that was not tried need not be copied again.
  const goesOn = outcomes.length === 0 || (await note(ports, backfill, repository, outcomes));
  for (const each of goesOn ? ended : []) if (each.status === "rejected") throw each.reason;
  return { goesOn };
}

interface Outcome {
  readonly image: ImageWithTags;
  readonly failure: ReplicationFailure | undefined;
  /** False for what is for other platforms: it does not count. */
  readonly isChosen: boolean;
}

/** Writes down what became of images, in their order, and ends the backfill where that was asked for. */
function note(
  ports: Ports,
  { registry, id }: ReplicationBackfill,
  repository: Repository,
  outcomes: readonly Outcome[],
): Promise<boolean> {
  return ports.metadata.transaction(async (change) => {
    const locked = await change.repositories.lockById(repository);
    let current = await change.replications.lockBackfill(registry, id);
    if (current === undefined) return false;
    for (const outcome of outcomes) {
      if (!outcome.isChosen) {
        current = passedOver(current, repository, outcome);
        continue;
      }
      const results = resultsOf(current, repository.name, outcome);
      await change.replications.addBackfillResults(current, results);
      current = counted(current, repository, outcome, results.length);
      if (locked !== undefined)
        await noteImage(change, current, locked, outcome, ports.clock.now());
    }
    const isStopping = current.status === "STOPPING";
    const ended = { ...current, status: "STOPPED", endedAt: ports.clock.now() } as const;
    await change.replications.replaceBackfill(isStopping ? ended : current);
    return !isStopping;
  });
}

/** As if it had never been counted. */
function passedOver(
  backfill: ReplicationBackfill,
  { name }: Repository,
  { image }: Outcome,
): ReplicationBackfill {
  const total = Math.max(0, (backfill.total ?? 0) - Math.max(1, image.tags.length));
  return { ...backfill, total, position: { name, digest: image.digest } };
}

function counted(
  backfill: ReplicationBackfill,
  { name }: Repository,
  { image, failure }: Outcome,
  count: number,
): ReplicationBackfill {
  const codes = new Set([...backfill.failureCodes, ...(failure ? [failure.code] : [])]);
  return {
    ...backfill,
    completed: backfill.completed + (failure === undefined ? count : 0),
    failed: backfill.failed + (failure === undefined ? 0 : count),
    failureCodes: [...codes].slice(0, backfillFailureCodes),
    position: { name, digest: image.digest },
  };
}

/** What waits for its own turn tells of that. */
async function noteImage(
  change: MetadataChange,
  { destination, startedAt: requestedAt }: ReplicationBackfill,
  repository: Repository,
  { image, failure }: Outcome,
  endedAt: number,
): Promise<void> {
  if ((await change.images.find(repository, image.digest)) === undefined) return;
  const key = { repository: image.repository, digest: image.digest, destination };
  const known = await change.replications.lock(key);
  if (known?.status === "IN_PROGRESS") return;
  await change.replications.put({
    ...key,
    ...{ status: failure === undefined ? "COMPLETE" : "FAILED", dueAt: undefined },
    tags: failure === undefined ? [] : image.tags,
    ...{ failureCode: failure?.code, failure: failure?.sentence, attempts: 1 },
    ...{ revision: (known?.revision ?? 0) + 1, requestedAt, endedAt },
  });
}

/** One for each tag; one for an image without any. */
function resultsOf(
  { completed, failed }: ReplicationBackfill,
  name: RepositoryName,
  { image: { digest, tags }, failure }: Outcome,
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
