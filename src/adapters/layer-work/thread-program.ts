/** A thread that ciphers and hashes. Started by `LayerThread`. */
import { parentPort } from "node:worker_threads";
import type { FrameToOpen, OpenedFrame, SegmentEnd } from "../../ports/layer-work.ts";
import { openFrame } from "../../registry/encryption/sealed-format.ts";
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

const contents = new Map<number, ContentSealer>();

function follow(order: ThreadOrder): void {
  if (order.kind === "begin") contents.set(order.content, new ContentSealer(order.algorithm));
  else if (order.kind === "forget") contents.delete(order.content);
  else contentOf(order.content).beginSegment(order.sealing, true);
}

function answer(question: ThreadQuestion): Answer {
  if (question.kind === "open") return open(question.value);
  if (question.kind === "add") return add(question.value);
  return end(question.value);
}

function open({ key, object, index, endsSegment, sealed }: FrameToOpen): Answer {
  const plaintext = ownMemory(openFrame(key, object, index, endsSegment, sealed));
  const memory = sealed.buffer as ArrayBuffer;
  return {
    value: { plaintext, memory } satisfies OpenedFrame,
    moved: [plaintext.buffer, memory],
  };
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
