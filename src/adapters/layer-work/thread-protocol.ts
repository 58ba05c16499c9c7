/** What the main thread and a layer thread say to each other. Memory moves with the messages. */
import type { FileEnd, FrameInFile, Made, Sealing, SegmentEnd } from "../../ports/layer-work.ts";
import type { DigestAlgorithm } from "../../registry/digest.ts";

export interface ThreadWork {
  readonly read: (frame: FrameInFile) => Uint8Array;
  readonly add: (added: Added) => Made;
  readonly end: (content: number) => SegmentEnd;
}

export interface Added {
  readonly content: number;
  readonly pieces: readonly Uint8Array[];
}

/** What is answered. */
export type ThreadQuestion = {
  [Kind in keyof ThreadWork]: {
    readonly kind: Kind;
    readonly id: number;
    readonly value: Parameters<ThreadWork[Kind]>[0];
  };
}[keyof ThreadWork];

/** What needs no answer: it is done before whatever is asked later. */
export type ThreadOrder =
  | {
      readonly kind: "begin";
      readonly content: number;
      readonly algorithm: DigestAlgorithm | undefined;
    }
  | { readonly kind: "segment"; readonly content: number; readonly sealing: Sealing | undefined }
  | { readonly kind: "file"; readonly content: number; readonly file: FileEnd }
  | { readonly kind: "forget"; readonly content: number };

export interface ThreadAnswer {
  readonly id: number;
  readonly value?: unknown;
  /** Why there is no value. */
  readonly failure?: string;
}

/** These bytes in memory of their own, which can be moved: a view of more would take all along. */
export function ownMemory(piece: Uint8Array): Uint8Array<ArrayBuffer> {
  return hasOwnMemory(piece) ? piece : new Uint8Array(piece);
}

function hasOwnMemory(piece: Uint8Array): piece is Uint8Array<ArrayBuffer> {
  return piece.buffer instanceof ArrayBuffer && piece.buffer.byteLength === piece.byteLength;
}
