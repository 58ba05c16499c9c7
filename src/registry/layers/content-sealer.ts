import type { Sealing, SegmentEnd } from "../../ports/layer-work.ts";
import { type DigestAlgorithm, Digester } from "../digest.ts";
import { SegmentSealer } from "../encryption/segment-sealer.ts";

/** Makes ciphertext of plaintext; or hands it on, where the blob store encrypts by itself. */
interface Sealer {
  readonly nextFrame: number;
  /** Takes plaintext, which must stay as it is until then; returns what is to be stored. */
  add(piece: Uint8Array): Uint8Array[];
  end(): Uint8Array[];
}

/** Hashes and seals the bytes of one upload, segment by segment, on the thread that calls it. */
export class ContentSealer {
  readonly #digester: Digester | undefined;
  #sealer: Sealer | undefined;

  /** @param algorithm none where the digest cannot be known any more */
  constructor(algorithm: DigestAlgorithm | undefined) {
    this.#digester = algorithm && new Digester(algorithm);
  }

  /** Begins a segment; what was left of one that never ended is dropped. */
  beginSegment(sealing: Sealing | undefined, given: boolean): void {
    this.#sealer =
      sealing === undefined
        ? plain(given)
        : new SegmentSealer(sealing.key, sealing.object, sealing.firstFrame, given);
  }

  /** What is to be stored. Pieces that are not given away stay as they are until the segment ends. */
  add(pieces: readonly Uint8Array[]): Uint8Array[] {
    const sealer = this.#running();
    const sealed: Uint8Array[] = [];
    for (const piece of pieces) {
      this.#digester?.update(piece);
      sealed.push(...sealer.add(piece));
    }
    return sealed;
  }

  /** Ends the segment, and lets go of its key. */
  endSegment(): Omit<SegmentEnd, "writtenBytes"> {
    const sealer = this.#running();
    const sealed = sealer.end();
    this.#sealer = undefined;
    return { sealed, digest: this.#digester?.digest(), nextFrame: sealer.nextFrame };
  }

  #running(): Sealer {
    if (this.#sealer === undefined) throw new Error("no segment has begun");
    return this.#sealer;
  }
}

function plain(given: boolean): Sealer {
  return {
    nextFrame: 0,
    add: (piece) => [given ? piece : Buffer.from(piece)],
    end: () => [],
  };
}
