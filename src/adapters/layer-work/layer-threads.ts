import type {
  ContentWork,
  FileEnd,
  FrameInFile,
  LayerWork,
  Made,
  Sealing,
  SegmentEnd,
} from "../../ports/layer-work.ts";
import type { DigestAlgorithm } from "../../registry/digest.ts";
import { freeMemory } from "../../registry/free-memory.ts";
import { LayerThread, threadGone } from "./layer-thread.ts";
import { ownMemory } from "./thread-protocol.ts";

/** Memory moves at a price for each piece, so that many small ones are copied together first. */
const mostPieces = 32;

/**
 * Work on layers in threads. They are started when there is work for them; one that ends takes with it
 * what it had, and the next work starts another.
 */
export class LayerThreads implements LayerWork {
  readonly readsFiles = true;
  readonly #most: number;
  readonly #program: URL;
  readonly #threads = new Set<LayerThread>();
  #begun = 0;
  #closed = false;

  /**
   * @param most threads at once
   * @param program what they run
   */
  constructor(most: number, program = new URL("./thread-program.ts", import.meta.url)) {
    this.#most = most;
    this.#program = program;
  }

  async readFrame(frame: FrameInFile): Promise<Uint8Array> {
    return this.#leastBusy().ask("read", frame, []);
  }

  begin(algorithm: DigestAlgorithm | undefined): ContentWork {
    return new ContentInThread(this.#leastBusy(), this.#begun++, algorithm);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#threads].map((thread) => thread.close()));
  }

  /** Threads that there are, and what is asked of them and not done. */
  get load(): { readonly threads: number; readonly waiting: number } {
    let waiting = 0;
    for (const thread of this.#threads) waiting += thread.load;
    return { threads: this.#threads.size, waiting };
  }

  #leastBusy(): LayerThread {
    let found: LayerThread | undefined;
    for (const thread of this.#threads) {
      if (found === undefined || thread.load < found.load) found = thread;
    }
    const isEnough = this.#threads.size === this.#most || this.#closed;
    if (found !== undefined && (found.load === 0 || isEnough)) return found;
    if (this.#closed) throw threadGone(new Error("The threads for layers are closed"));
    const started = new LayerThread(this.#program, (thread) => this.#threads.delete(thread));
    this.#threads.add(started);
    return started;
  }
}

/** One upload's bytes, on the thread that they began on. */
class ContentInThread implements ContentWork {
  readonly writesFiles = true;
  readonly #thread: LayerThread;
  readonly #content: number;
  #given = false;
  #inSegment = false;

  constructor(thread: LayerThread, content: number, algorithm: DigestAlgorithm | undefined) {
    this.#thread = thread;
    this.#content = content;
    thread.tell({ kind: "begin", content, algorithm });
  }

  get isLost(): boolean {
    return this.#thread.hasEnded;
  }

  beginSegment(sealing: Sealing | undefined, given: boolean): void {
    this.#given = given;
    this.#mark(true);
    this.#thread.tell({ kind: "segment", content: this.#content, sealing });
  }

  writeTo({ descriptor, lengthBytes }: FileEnd): void {
    const file = { descriptor, lengthBytes };
    this.#thread.tell({ kind: "file", content: this.#content, file });
  }

  add(pieces: readonly Uint8Array[]): Promise<Made> {
    const moved = movable(pieces, this.#given);
    const buffers = moved.map(({ buffer }) => buffer);
    return this.#thread.ask("add", { content: this.#content, pieces: moved }, buffers);
  }

  endSegment(): Promise<SegmentEnd> {
    this.#mark(false);
    return this.#thread.ask("end", this.#content, []);
  }

  forget(): void {
    this.#mark(false);
    this.#thread.tell({ kind: "forget", content: this.#content });
  }

  #mark(inSegment: boolean): void {
    this.#thread.segments += Number(inSegment) - Number(this.#inSegment);
    this.#inSegment = inSegment;
  }
}

function movable(pieces: readonly Uint8Array[], given: boolean): Uint8Array<ArrayBuffer>[] {
  if (pieces.length <= mostPieces) {
    return pieces.map((piece) => (given ? ownMemory(piece) : new Uint8Array(piece)));
  }
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let filled = 0;
  for (const piece of pieces) {
    all.set(piece, filled);
    filled += piece.length;
    if (given) freeMemory(piece);
  }
  return [all];
}
