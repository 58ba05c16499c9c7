import type { ContentWork, LayerWork, Made, Sealing, SegmentEnd } from "../../ports/layer-work.ts";
import type { DigestAlgorithm } from "../digest.ts";
import { ContentSealer } from "./content-sealer.ts";

/** Work on layers on the thread that asks for it: for small ones, and where there is no other processor. */
export class WorkInPlace implements LayerWork {
  readonly readsFiles = false;

  readFrame(): Promise<never> {
    return Promise.reject(new Error("files are read by their store here"));
  }

  begin(algorithm: DigestAlgorithm | undefined): ContentWork {
    return new ContentInPlace(algorithm);
  }

  async close(): Promise<void> {
    // Nothing runs beside the caller.
  }
}

class ContentInPlace implements ContentWork {
  readonly writesFiles = false;
  readonly isLost = false;
  readonly #sealer: ContentSealer;

  constructor(algorithm: DigestAlgorithm | undefined) {
    this.#sealer = new ContentSealer(algorithm);
  }

  beginSegment(sealing: Sealing | undefined, given: boolean): void {
    this.#sealer.beginSegment(sealing, given);
  }

  writeTo(): void {
    // What is made is the caller's to write: a write on his own thread would hold him up.
  }

  async add(pieces: readonly Uint8Array[]): Promise<Made> {
    return { sealed: this.#sealer.add(pieces), writtenBytes: 0 };
  }

  async endSegment(): Promise<SegmentEnd> {
    return { ...this.#sealer.endSegment(), writtenBytes: 0 };
  }

  forget(): void {
    // It goes with the last who holds it.
  }
}

/** Where small work is done. */
export const inPlace: LayerWork = new WorkInPlace();
