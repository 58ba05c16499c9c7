import type { MetadataChange, MetadataStore } from "../../ports/metadata-store.ts";
import { addPullEvent } from "../events/image-pull-event.ts";
import { limits } from "../limits.ts";
import type { Digest } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import { isHiddenName } from "../trash/trash.ts";
import type { Image } from "./image.ts";

/** The last pull of an image that is not written yet. */
interface WaitingPull {
  readonly repository: RepositoryRef;
  readonly digest: Digest;
  /** Milliseconds since the epoch. */
  at: number;
}

/**
 * When images were pulled last, until that is written: a pull must not wait for a row. One entry for an
 * image, however often it is pulled; written every `limits.pullFlushMs` and at a graceful stop. What a
 * killed process had is lost: pulls of the last `limits.pullFlushMs`, or since the database took no
 * writes. An image whose recorded pull is younger than `limits.pullTimeGranularityMs` needs no entry, so
 * that all replicas together write it about once in that time. ECR promises once in 24 hours.
 */
export class PullTimes {
  readonly #room: number;
  readonly #waiting = new Map<string, WaitingPull>();
  /** Where stores give the same value until something is written, it is not looked for by its name. */
  readonly #seen = new WeakMap<Image, number>();
  #dropped = 0;
  #writing: Promise<void> = Promise.resolve();

  /** @param room images that may wait; none where nothing is ever written */
  constructor(room: number) {
    this.#room = room;
  }

  /** How many images wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Whether a pull at that time is to be added. */
  wants(image: Image, at: number): boolean {
    return this.#room > 0 && isDue(image.pulledAt, at) && isDue(this.#seen.get(image), at);
  }

  /** Where there is no more room, the image that has waited longest goes. */
  add(image: Image, at: number): void {
    const { repository, digest } = image;
    this.#seen.set(image, at);
    const key = repository.id + digest;
    const known = this.#waiting.get(key);
    if (known !== undefined) {
      known.at = Math.max(known.at, at);
      return;
    }
    if (this.#waiting.size >= this.#room) this.#drop();
    this.#waiting.set(key, { repository, digest, at });
  }

  /** How many had no room to wait since this was asked last. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  /**
   * Resolves when all that waited at the call is written. What fails goes on waiting.
   * @throws what the first transaction that failed did
   */
  flush(metadata: Pick<MetadataStore, "transaction">): Promise<void> {
    const written = this.#writing.then(() => this.#write(metadata));
    this.#writing = written.catch(() => {}); // The caller hears of it; the next one tries again.
    return written;
  }

  async #write(metadata: Pick<MetadataStore, "transaction">): Promise<void> {
    // In one order, so that replicas that write at once never wait for each other in a circle.
    const keys = [...this.#waiting.keys()].sort();
    for (let start = 0; start < keys.length; start += limits.pullsAtOnce) {
      const some = keys.slice(start, start + limits.pullsAtOnce);
      const written = some.flatMap((key) => {
        const pull = this.#waiting.get(key);
        return pull === undefined ? [] : [{ key, ...pull }];
      });
      await metadata.transaction((change) => record(change, written));
      for (const { key, at } of written) {
        const { at: last = at } = this.#waiting.get(key) ?? {};
        if (!isDue(at, last)) this.#waiting.delete(key);
      }
    }
  }

  #drop(): void {
    const [oldest] = this.#waiting.keys();
    if (oldest === undefined) return;
    this.#waiting.delete(oldest);
    this.#dropped += 1;
  }
}

/** Writes the times, and tells of those that moved. */
async function record(change: MetadataChange, pulls: readonly WaitingPull[]): Promise<void> {
  const repositories = new Map(pulls.map(({ repository }) => [repository.id, repository]));
  // Asked at once, in the order in which everybody does.
  const [moved, found] = await Promise.all([
    Promise.all(
      pulls.map((pull) => change.images.setPulledAt(pull.repository, pull.digest, pull.at)),
    ),
    Promise.all([...repositories.values()].map((each) => change.repositories.findById(each))),
  ]);
  const byId = new Map(found.map((repository) => [repository?.id, repository]));
  for (const [index, pull] of pulls.entries()) {
    const repository = byId.get(pull.repository.id);
    if (!moved[index] || repository === undefined || isHiddenName(repository.name)) continue;
    await addPullEvent(change, repository, pull);
  }
}

/** Also false where a clock was set back: no pull time moves there. */
function isDue(recordedAt: number | undefined, at: number): boolean {
  return recordedAt === undefined || at - recordedAt >= limits.pullTimeGranularityMs;
}
