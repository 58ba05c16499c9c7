/** A thread that ciphers and hashes. Started by `LayerThread`. */
import { readSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import type { FrameInFile, SegmentEnd } from "../../ports/layer-work.ts";
import { openFrameInSteps, stepBytes } from "../../registry/encryption/sealed-format.ts";
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

/** Used again for each step of each frame. */
const buffer = Buffer.allocUnsafeSlow(stepBytes);
const contents = new Map<number, ContentSealer>();

function follow(order: ThreadOrder): void {
  if (order.kind === "begin") contents.set(order.content, new ContentSealer(order.algorithm));
  else if (order.kind === "forget") contents.delete(order.content);
  else contentOf(order.content).beginSegment(order.sealing, true);
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
  const sealed = contentOf(content).add(pieces).map(ownMemory);
  return { value: sealed, moved: sealed.map(({ buffer }) => buffer) };
}

function end(content: number): Answer {
  const ended = contentOf(content).endSegment();
  const sealed = ended.sealed.map(ownMemory);
  return {
    value: { ...ended, sealed } satisfies SegmentEnd,
    moved: sealed.map(({ buffer }) => buffer),
  };
}

function contentOf(content: number): ContentSealer {
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
