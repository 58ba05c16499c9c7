import type { CacheUse } from "../bounded-cache.ts";
import { freeMemory } from "../free-memory.ts";
import type { ObjectId } from "../names.ts";

/** One opened frame, as `use` gave it. */
export interface SharedFrame {
  readonly name: string;
  readonly plaintext: Promise<Uint8Array>;
  readonly object: ObjectId;
  users: number;
  /** How many have used it so far. */
  uses: number;
  /** Whether somebody may still be reading the bytes without being a user any more. */
  lent: boolean;
}

/**
 * Opened frames, shared by the pulls that want them at about the same time: when a fleet pulls one
 * layer, each frame is read and opened once. Who comes to a frame that is kept has less to do than who
 * opened it, and so catches up; the frames that are kept must only span how far pulls are apart, to
 * which the kernel's buffers of each connection add some MiB. A frame that nobody waits for gives its
 * memory back at once instead of leaving it to the garbage collector, which would run several times a
 * pull.
 */
export class SharedFrames implements CacheUse {
  hits = 0;
  misses = 0;
  readonly #kept: number;
  readonly #frames = new Map<string, SharedFrame>();
  /** Pulls under way, by object. */
  readonly #pulls = new Map<ObjectId, number>();
  /** Frames that were used and may be wanted by a slower pull of the same object, oldest first. */
  readonly #idle = new Set<string>();

  /** @param kept frames that are kept for slower pulls */
  constructor(kept: number) {
    this.#kept = kept;
  }

  begin(object: ObjectId): void {
    this.#pulls.set(object, (this.#pulls.get(object) ?? 0) + 1);
  }

  end(object: ObjectId): void {
    const left = (this.#pulls.get(object) ?? 1) - 1;
    if (left > 0) {
      this.#pulls.set(object, left);
      return;
    }
    this.#pulls.delete(object);
    for (const name of this.#idle) {
      if (this.#frames.get(name)?.object === object) this.#drop(name);
    }
  }

  /** The frame's plaintext, opened by `open` unless somebody has done so. Each use ends in a `release`. */
  use(object: ObjectId, frame: number, open: () => Promise<Uint8Array>): SharedFrame {
    const name = `${object}/${frame}`;
    const known = this.#frames.get(name);
    if (known !== undefined) {
      this.hits += 1;
      known.users += 1;
      known.uses += 1;
      this.#idle.delete(name);
      return known;
    }
    this.misses += 1;
    const plaintext = open();
    const opened = { name, plaintext, object, users: 1, uses: 1, lent: false };
    this.#frames.set(name, opened);
    // A failure is told to everyone who waits for it, but not kept.
    plaintext.catch(() => {
      if (this.#frames.get(name) === opened) this.#frames.delete(name);
    });
    return opened;
  }

  /**
   * Ends one use: after the last one the memory may be gone.
   * @param lent whether the bytes may still be on their way: then they are left to the collector
   */
  release(frame: SharedFrame, lent: boolean): void {
    const { name, object } = frame;
    frame.users -= 1;
    frame.lent ||= lent;
    // One that failed may have a successor of its name, which is not this user's to let go of.
    if (frame.users > 0 || this.#frames.get(name) !== frame) return;
    // Nobody is left who might want it, once it was used as often as there are pulls.
    if (frame.uses >= (this.#pulls.get(object) ?? 0)) {
      this.#drop(name);
      return;
    }
    this.#idle.add(name);
    for (const oldest of this.#idle) {
      if (this.#idle.size <= this.#kept) break;
      this.#drop(oldest);
    }
  }

  #drop(name: string): void {
    const known = this.#frames.get(name);
    this.#idle.delete(name);
    this.#frames.delete(name);
    if (known === undefined || known.lent) return;
    known.plaintext.then(freeMemory, () => undefined); // A failure was told to those who waited.
  }
}
