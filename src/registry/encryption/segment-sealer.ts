import { freeMemory } from "../free-memory.ts";
import { limits } from "../limits.ts";
import type { ObjectId } from "../names.ts";
import { type FrameKey, sealFrame } from "./sealed-format.ts";

/**
 * Seals one segment as its plaintext arrives. Holds at most one frame of plaintext back, because a
 * frame must know whether it ends the segment.
 */
export class SegmentSealer {
  readonly #key: FrameKey;
  readonly #object: ObjectId;
  readonly #given: boolean;
  #frame: number;
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  /**
   * @param firstFrame index of the object's next frame
   * @param given whether the plaintext is this sealer's own: then its memory goes once it is sealed
   */
  constructor(key: FrameKey, object: ObjectId, firstFrame: number, given: boolean) {
    this.#key = key;
    this.#object = object;
    this.#given = given;
    this.#frame = firstFrame;
  }

  /** Index of the frame that comes next. */
  get nextFrame(): number {
    return this.#frame;
  }

  /** Takes plaintext; returns the frames that it completed. The piece must stay as it is until then. */
  add(piece: Uint8Array): Uint8Array[] {
    const sealed: Uint8Array[] = [];
    let rest = piece;
    while (rest.length > 0) {
      // A full frame is sealed only when more comes: it might be the last.
      if (this.#heldBytes === limits.frameBytes) sealed.push(...this.#seal(false));
      const taken = rest.subarray(0, limits.frameBytes - this.#heldBytes);
      this.#held.push(taken);
      this.#heldBytes += taken.length;
      rest = rest.subarray(taken.length);
    }
    return sealed;
  }

  /** The last frame of the segment; nothing for an empty segment. */
  end(): Uint8Array[] {
    return this.#heldBytes === 0 ? [] : this.#seal(true);
  }

  #seal(endsSegment: boolean): Uint8Array[] {
    const sealed = sealFrame(this.#key, this.#object, this.#frame, endsSegment, this.#held);
    this.#frame += 1;
    if (this.#given) for (const piece of this.#held) freeMemory(piece);
    this.#held = [];
    this.#heldBytes = 0;
    return sealed;
  }
}
