/** A thread that ciphers and hashes. Started by `LayerThread`. */
import { readSync, writevSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import type { FileEnd, FrameInFile, Made, SegmentEnd } from "../../ports/layer-work.ts";
import { openFrameInSteps, stepBytes } from "../../registry/encryption/sealed-format.ts";
import { freeMemory } from "../../registry/free-memory.ts";
import { ContentSealer } from "../../registry/layers/content-sealer.ts";
import {
  type Added,
  ownMemory,
  type ThreadAnswer,
  type ThreadOrder,
  type ThreadQuestion,
} from "./thread-protocol.ts";

/** A value, and the memory in it that moves to who asked. */
interface Answer {
  readonly value: unknown;
  readonly moved: ArrayBuffer[];
}

/** One upload's bytes, and the file that those of its segment go to, if the thread writes to one. */
interface Content {
  readonly sealer: ContentSealer;
  file: FileEnd | undefined;
}

/** Used again for each step of each frame. */
const buffer = Buffer.allocUnsafeSlow(stepBytes);
const contents = new Map<number, Content>();

function follow(order: ThreadOrder): void {
  if (order.kind === "begin") {
    const sealer = new ContentSealer(order.algorithm);
    contents.set(order.content, { sealer, file: undefined });
  } else if (order.kind === "forget") contents.delete(order.content);
  else if (order.kind === "file") contentOf(order.content).file = order.file;
  else {
    const content = contentOf(order.content);
    content.file = undefined;
    content.sealer.beginSegment(order.sealing, true);
  }
}

function answer(question: ThreadQuestion): Answer {
  if (question.kind === "read") return read(question.value);
  if (question.kind === "add") return add(question.value);
  return end(question.value);
}

function read({ key, object, place, descriptor }: FrameInFile): Answer {
  const plaintext = openFrameInSteps(key, object, place, (position, lengthBytes) => {
    const step = lengthBytes === buffer.length ? buffer : buffer.subarray(0, lengthBytes);
    const count = readSync(descriptor, step, 0, lengthBytes, place.sealedStart + position);
    if (count !== lengthBytes) throw new Error("the file gave less than there should be");
    return step;
  });
  return { value: plaintext, moved: [plaintext.buffer] };
}

function add({ content, pieces }: Added): Answer {
  const known = contentOf(content);
  return store(known, known.sealer.add(pieces));
}

function end(content: number): Answer {
  const known = contentOf(content);
  const ended = known.sealer.endSegment();
  const { value, moved } = store(known, ended.sealed);
  known.file = undefined;
  return { value: { ...ended, ...value } satisfies SegmentEnd, moved };
}

/** Writes what was made to the file; moves it to who asked where there is none, or it takes nothing. */
function store(content: Content, made: readonly Uint8Array[]): Answer & { value: Made } {
  if (content.file !== undefined && made.length > 0) {
    try {
      const writtenBytes = writeAll(content.file, made);
      const lengthBytes = content.file.lengthBytes + writtenBytes;
      content.file = { ...content.file, lengthBytes };
      for (const piece of made) freeMemory(piece);
      return { value: { sealed: [], writtenBytes }, moved: [] };
    } catch {
      content.file = undefined; // Who asked writes it again, at the same place, and hears what is wrong.
    }
  }
  const sealed = made.map(ownMemory);
  return { value: { sealed, writtenBytes: 0 }, moved: sealed.map(({ buffer }) => buffer) };
}

/** @throws when the file does not take all at once: on a disk that is full, most of all */
function writeAll({ descriptor, lengthBytes }: FileEnd, made: readonly Uint8Array[]): number {
  const wanted = made.reduce((sum, piece) => sum + piece.length, 0);
  const written = writevSync(descriptor, made, lengthBytes);
  if (written !== wanted) throw new Error("the file took less than there was");
  return written;
}

function contentOf(content: number): Content {
  const known = contents.get(content);
  if (known === undefined) throw new Error("nothing was begun under this number");
  return known;
}

parentPort?.on("message", (request: ThreadQuestion | ThreadOrder) => {
  if (!("id" in request)) {
    follow(request);
    return;
  }
  const { id } = request;
  try {
    const { value, moved } = answer(request);
    parentPort!.postMessage({ id, value } satisfies ThreadAnswer, moved);
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    parentPort!.postMessage({ id, failure } satisfies ThreadAnswer);
  }
});
