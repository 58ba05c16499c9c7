import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { RegistryError } from "../../registry/errors.ts";
import type { ThreadAnswer, ThreadOrder, ThreadQuestion, ThreadWork } from "./thread-protocol.ts";

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** The main thread's side of one thread. It begins at once; what it is asked before waits for it. */
export class LayerThread {
  readonly #worker: Worker;
  readonly #exited: Promise<unknown>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onEnd: (thread: LayerThread) => void;
  #asked = 0;
  #ended: Error | undefined;
  /** Segments that are under way on it. */
  segments = 0;

  /** @param onEnd called once, when it can be asked nothing more */
  constructor(program: URL, onEnd: (thread: LayerThread) => void) {
    this.#onEnd = onEnd;
    const worker = new Worker(program, {
      name: "layer-work",
      execArgv: [], // Options that are meant for the program are none for a part of it.
    });
    this.#worker = worker;
    this.#exited = once(worker, "exit");
    worker.on("message", (answer: ThreadAnswer) => this.#receive(answer));
    worker.on("messageerror", (error) => this.#end(error));
    worker.on("error", (error) => this.#end(error));
    worker.on("exit", (code) => this.#end(new Error(`A layer thread ended with code ${code}`)));
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** How much it has to do: what is asked of it, and segments that will ask more. */
  get load(): number {
    return this.#waiting.size + this.segments;
  }

  /**
   * @throws RegistryError ServiceUnavailable when the thread ends before it has answered: nothing of it
   * runs any more then
   */
  ask<Kind extends keyof ThreadWork>(
    kind: Kind,
    value: Parameters<ThreadWork[Kind]>[0],
    moved: ArrayBuffer[],
  ): Promise<ReturnType<ThreadWork[Kind]>> {
    if (this.#ended !== undefined) return Promise.reject(threadGone(this.#ended));
    return new Promise((resolve, reject) => {
      const id = this.#asked++;
      this.#waiting.set(id, { resolve, reject });
      try {
        this.#worker.postMessage({ kind, id, value } as ThreadQuestion, moved);
      } catch (error) {
        this.#waiting.delete(id);
        reject(error);
      }
    });
  }

  tell(order: ThreadOrder): void {
    if (this.#ended === undefined) this.#worker.postMessage(order);
  }

  /** What it was asked and has not answered fails. */
  async close(): Promise<void> {
    this.#end(new Error("The threads for layers are closed"));
    await this.#exited;
  }

  #receive({ id, value, failure }: ThreadAnswer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (failure === undefined) waiting?.resolve(value as never);
    else waiting?.reject(new Error(failure));
  }

  #end(error: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#onEnd(this);
    const refusal = threadGone(error);
    // Not before: it may be writing to a file, which whoever asked closes when he hears of this.
    void this.#worker.terminate().finally(() => {
      for (const { reject } of this.#waiting.values()) reject(refusal);
      this.#waiting.clear();
    });
  }
}

export function threadGone(cause: Error): RegistryError {
  return new RegistryError("ServiceUnavailable", "The work on the layer broke off", {}, cause);
}
