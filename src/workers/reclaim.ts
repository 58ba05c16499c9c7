/**
 * Gives back the bytes of what nothing stands on any more, and moves what is archived to where keeping
 * is cheap, while the registry is in use (D4).
 * Each step is a short transaction that looks again at what is true now; a crash between two of them
 * leaves a row from which the next run goes on.
 */
import type { ReclaimCandidate } from "../ports/metadata-store.ts";
import type { Ports } from "../ports/ports.ts";
import { followSubject } from "../registry/images/follow-subject.ts";
import { finishActivation } from "../registry/images/storage-class.ts";
import { isReclaimHeld, reclaimName } from "../registry/reclaim-hold.ts";
import { purgeImages, purgeRepository } from "../registry/trash/purge.ts";
import { moveObject } from "./move-object.ts";
import { reclaimLayers } from "./reclaim-layers.ts";
import { reclaimObjects } from "./reclaim-objects.ts";
import { reclaimUpload } from "./reclaim-upload.ts";

/** Seen to at once, where that is possible. */
const batch = 100;
/** Of objects more: the store has less to do for each, the more they are. */
const objectBatch = 500;
/** Candidates of one run: under steady pushes and deletes there would always be more. */
const mostInOneRun = 10_000;
/** For a run by hand on a store that nobody else uses. */
const everything = 1_000_000;
const retryMs = 60_000;
/** An object whose move failed is served from where it is: there is no hurry. */
const moveRetryMs = 15 * 60_000;
/** After which no more are moved in a run: what is full or away fails for all of them. */
const mostFailedMoves = 3;

export interface Reclaimed {
  /** Images and repositories whose time in the trash was over. */
  readonly images: number;
  readonly repositories: number;
  readonly layers: number;
  readonly objects: number;
  readonly uploads: number;
  /** Objects that are in another storage class now. */
  readonly moved: number;
  /** Sealed bytes that are free again. */
  readonly bytes: number;
}

type Step = { -readonly [Key in keyof Reclaimed]: number };

export interface ReclaimOptions {
  /** Also take layers whose lease has not ended: only when no client is pushing. */
  readonly ignoreLeases?: boolean;
  /** Asked between two candidates; true ends the run early. */
  readonly stopping?: () => boolean;
  /** Told of a candidate that could not be reclaimed now; it is tried again later. */
  readonly failed?: (error: unknown) => void;
}

/** Looks at what is due, and at what that makes due, until nothing is or the run was long. */
export async function reclaimOnce(ports: Ports, options: ReclaimOptions = {}): Promise<Reclaimed> {
  const run = new Run(ports, options);
  for (;;) {
    const looked = await run.look();
    if (looked === 0 || run.isOver) return run.total;
  }
}

/**
 * The same where nobody else does it at that time, and nobody has asked that none be collected: a
 * backup, which copies what a moment's rows name. `undefined` when it was not the time.
 */
export async function reclaimAlone(
  ports: Ports,
  options: ReclaimOptions = {},
): Promise<Reclaimed | undefined> {
  const release = await ports.exclusive.tryAcquire(reclaimName);
  if (release === undefined) return undefined;
  try {
    if (await isReclaimHeld(ports)) return undefined;
    return await reclaimOnce(ports, options);
  } finally {
    await release();
  }
}

/** One run, and what it has put off. */
class Run {
  readonly total: Step = {
    ...{ images: 0, repositories: 0, layers: 0, objects: 0, uploads: 0, moved: 0, bytes: 0 },
  };
  readonly #ports: Ports;
  readonly #options: ReclaimOptions;
  readonly #putOff = new Set<string>();
  #looked = 0;
  #failedMoves = 0;
  #isStopped = false;

  constructor(ports: Ports, options: ReclaimOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  get isOver(): boolean {
    if (this.#isStopped) return true;
    return this.#options.ignoreLeases !== true && this.#looked >= mostInOneRun;
  }

  /** Sees to what is due now, some of it; resolves to how many that were. */
  async look(): Promise<number> {
    const { metadata, clock } = this.#ports;
    const now = clock.now();
    const candidates =
      this.#options.ignoreLeases === true
        ? await metadata.reclaim.due(Number.MAX_SAFE_INTEGER, everything)
        : await metadata.reclaim.due(now, objectBatch);
    const wanted = candidates.filter(
      (candidate) =>
        // A session that may still be resumed stays, whoever asks, and so does what can be brought back.
        (candidate.dueAt <= now || mayComeEarly(candidate)) && !this.#putOff.has(nameOf(candidate)),
    );
    for (const group of inGroups(wanted)) {
      this.#isStopped ||= this.#options.stopping?.() === true;
      if (this.#isStopped) break;
      await this.#seeTo(group);
    }
    this.#looked += wanted.length;
    return wanted.length;
  }

  /** Several at once where that is possible; one by one where something stands in the way of that. */
  async #seeTo(group: readonly ReclaimCandidate[]): Promise<void> {
    if (group.length > 1) {
      try {
        return await this.#reclaim(group);
      } catch {
        // One of them fails, and is found out below: it does not keep the others waiting.
      }
    }
    for (const candidate of group) {
      this.#isStopped ||= this.#options.stopping?.() === true;
      if (this.#isStopped) return;
      await this.#seeToOne(candidate);
    }
  }

  async #seeToOne(candidate: ReclaimCandidate): Promise<void> {
    const isMove = candidate.kind === "storage";
    if (isMove && this.#failedMoves === mostFailedMoves) return this.#wait(candidate);
    const { moved } = this.total;
    try {
      await this.#reclaim([candidate]);
    } catch (error) {
      await this.#wait(candidate);
      if (isMove) this.#failedMoves += 1;
      if (this.#options.failed === undefined) throw error;
      this.#options.failed(error);
    }
    // Its old bytes are due later than they were when this batch was read.
    if (isMove && this.total.moved > moved && this.#options.ignoreLeases !== true) {
      this.#putOff.add(candidate.object);
    }
  }

  /** Else those that fail would be the first in line for ever. */
  async #wait(candidate: ReclaimCandidate): Promise<void> {
    this.#putOff.add(nameOf(candidate));
    const dueAt = this.#ports.clock.now() + (candidate.kind === "storage" ? moveRetryMs : retryMs);
    await this.#ports.metadata.transaction((change) =>
      change.reclaim.enqueue({ ...candidate, dueAt }),
    );
  }

  /** @param group of one kind, and of one registry or repository: see `inGroups` */
  async #reclaim(group: readonly ReclaimCandidate[]): Promise<void> {
    const { total } = this;
    const ports = this.#ports;
    const { stopping = () => false, ignoreLeases = false } = this.#options;
    const [candidate] = group as readonly [ReclaimCandidate];
    const { registry } = candidate;
    switch (candidate.kind) {
      case "object": {
        const { objects, bytes } = await reclaimObjects(ports, registry, ofKind(group, "object"));
        total.objects += objects;
        total.bytes += bytes;
        return;
      }
      case "layer": {
        const repository = { registry, id: candidate.repositoryId };
        const digests = ofKind(group, "layer").map(({ digest }) => digest);
        total.layers += await reclaimLayers(ports, repository, digests, ignoreLeases);
        return;
      }
      case "image": {
        const repository = { registry, id: candidate.repositoryId };
        const digests = ofKind(group, "image").map(({ digest }) => digest);
        total.images += await purgeImages(ports, repository, digests);
        return;
      }
      case "referrers":
        return followSubject(ports, { registry, id: candidate.repositoryId }, candidate.digest);
      case "activation":
        return finishActivation(ports, { registry, id: candidate.repositoryId }, candidate.digest);
      case "repository": {
        const repository = { registry, id: candidate.repositoryId };
        if (await purgeRepository(ports, repository, stopping)) total.repositories += 1;
        return;
      }
      case "storage":
        if (await moveObject(ports, candidate, ignoreLeases)) total.moved += 1;
        return;
      case "upload": {
        const bytes = await reclaimUpload(ports, registry, candidate.upload);
        if (bytes === undefined) return;
        total.uploads += 1;
        total.bytes += bytes;
      }
    }
  }
}

/**
 * What can be seen to at once: objects of a registry, layers or deleted images of a repository. First of
 * all objects, as what a move leaves behind is not to be looked at before its time.
 */
function inGroups(candidates: readonly ReclaimCandidate[]): ReclaimCandidate[][] {
  const all: ReclaimCandidate[][] = [];
  /** Those that may still grow. */
  const groups = new Map<string, ReclaimCandidate[]>();
  for (const candidate of candidates) {
    const { kind, registry } = candidate;
    const place = `${registry.account} ${registry.region}`;
    const isTogether = kind === "layer" || kind === "image";
    const name =
      kind === "object"
        ? `object ${place}`
        : isTogether
          ? `${kind} ${place} ${candidate.repositoryId}`
          : nameOf(candidate);
    const group = groups.get(name);
    const most = kind === "object" ? objectBatch : batch;
    if (group !== undefined && group.length < most) group.push(candidate);
    else {
      const begun = [candidate];
      groups.set(name, begun);
      all.push(begun);
    }
  }
  const isObjects = ([first]: ReclaimCandidate[]) => first?.kind === "object";
  return [...all.filter(isObjects), ...all.filter((group) => !isObjects(group))];
}

function ofKind<Kind extends ReclaimCandidate["kind"]>(
  group: readonly ReclaimCandidate[],
  kind: Kind,
): Extract<ReclaimCandidate, { kind: Kind }>[] {
  return group.filter((each) => each.kind === kind) as Extract<ReclaimCandidate, { kind: Kind }>[];
}

/** When leases are ignored. */
function mayComeEarly({ kind }: ReclaimCandidate): boolean {
  return kind === "layer" || kind === "object";
}

function nameOf(candidate: ReclaimCandidate): string {
  switch (candidate.kind) {
    case "layer":
    case "image":
    case "referrers":
    case "activation":
      return `${candidate.kind} ${candidate.repositoryId} ${candidate.digest}`;
    case "repository":
      return candidate.repositoryId;
    case "object":
      return candidate.object;
    case "storage":
      return `storage ${candidate.object}`;
    case "upload":
      return candidate.upload;
  }
}
